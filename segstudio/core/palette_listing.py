"""Classes as other programs list them, numbered: what a list of names means as a palette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.colors import distinct_colors
from segstudio.core.errors import SegStudioError
from segstudio.core.palette import IGNORE, Palette, PaletteClass, is_background

NO_CLASS = (
    "Choose a palette.json, CVAT's label JSON, a JSON of names and ids, CVAT's labelmap.txt, or a "
    "text file with one name per line."
)


@dataclass(frozen=True, slots=True)
class PaletteFile:
    """What a file says of classes, as a palette.

    What a kind of file cannot say (`has_colors`, `has_ids`; and for all but palette.json order,
    merging and aliases, `complete`) is filled in.
    """

    palette: Palette
    kind: str
    has_colors: bool = False
    has_ids: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A class as a file has it: `place` to show the user, pixel `value`, None where ignored."""

    place: str
    name: str
    color: str | None = None
    value: int | None = None


def listed(
    found: Sequence[Named], path: Path, kind: str, *, from_zero: bool = False
) -> PaletteFile:
    """Number classes by their order: from 1 with background as 0, or from 0 by line.

    Background is the class of that name, else the first black one; without one it is added.
    """
    zero = _background(found) or next((f for f in found if f.color == "#000000"), None)
    counted = [f for f in found if f.name != IGNORE_LABEL]
    if zero is not None and not from_zero:
        counted = [zero, *(f for f in counted if f is not zero)]
    if zero is None and len(counted) >= IGNORE:
        raise _too_many(path, counted[IGNORE - 1], len(counted))
    values = {id(f): value for value, f in enumerate(counted, 0 if zero else 1)}
    valued = [replace(f, value=values.get(id(f))) for f in found]
    palette = _palette(valued, path, zero and valued[found.index(zero)])
    return PaletteFile(palette, kind, has_colors=any(f.color for f in found))


def valued(found: Sequence[Named], path: Path, kind: str) -> PaletteFile:
    """Take the ids as they are; what no shape covers is class 0 only where that is background."""
    return PaletteFile(_palette(found, path, _background(found)), kind, has_ids=True)


def _palette(found: Sequence[Named], path: Path, background: Named | None) -> Palette:
    _check(found, path)
    taken = {f.value for f in found}
    uncovered = background.value if background else 0
    entries = list(found)
    if background is None and 0 in taken:
        # A class that has outlines of its own says nothing about what none covers.
        uncovered = None
    elif background is None:
        entries = [Named("", "background", value=0), *found]
    top = max((f.value for f in found if f.value is not None), default=0) + 1
    # Ignored classes need an id of their own as well; it is in no label image.
    free = (i for i in (*range(top, IGNORE), *range(1, top)) if i not in taken)
    colors = _colors(entries)
    classes = []
    for entry in entries:
        ignored = entry.value is None
        own = next(free, None) if ignored else entry.value
        if own is None:
            raise _too_many(path, entry, len(entries))
        mapped = IGNORE if ignored else None
        color = colors[id(entry)]
        classes.append(PaletteClass(id=own, name=entry.name, color=color, map_to=mapped))
    return Palette(
        background=IGNORE if uncovered is None else uncovered,
        classes=tuple(sorted(classes, key=lambda entry: entry.id)),
    )


def _background(found: Iterable[Named]) -> Named | None:
    return next((f for f in found if is_background(f.name)), None)


def _colors(entries: Sequence[Named]) -> dict[int, str]:
    """Return a colour for every entry: its own, black for background, else one that differs."""
    given = {id(e): e.color for e in entries if e.color}
    for entry in entries:
        if is_background(entry.name):
            given.setdefault(id(entry), "#000000")
    rest = [id(entry) for entry in entries if id(entry) not in given]
    return given | dict(zip(rest, distinct_colors(len(rest), list(given.values())), strict=True))


def _check(found: Sequence[Named], path: Path) -> None:
    """Refuse empty and equal names, ids that are used twice and ids that no pixel can have."""
    if not found:
        raise wrong(path, "", "it names no class", NO_CLASS)
    if len(found) > IGNORE:
        raise _too_many(path, found[IGNORE], len(found))
    names: set[str] = set()
    by_id: dict[int, str] = {}
    for entry in found:
        if not entry.name:
            raise wrong(path, entry.place, "the name is empty", "Give the class a name.")
        if entry.name in names:
            what = f'the name "{entry.name}" is used twice'
            raise wrong(path, entry.place, what, "Name each class once.")
        names.add(entry.name)
        if entry.value is None:
            continue
        if not 0 <= entry.value < IGNORE:
            what = f"the id {entry.value} is not between 0 and 254"
            raise wrong(path, entry.place, what, "255 and -1 mean ignored; others have no room.")
        if entry.value in by_id:
            what = f'the id {entry.value} is used twice, first by "{by_id[entry.value]}"'
            remedy = "Give each class its own id; classes can be merged on the Classes page."
            raise wrong(path, entry.place, what, remedy)
        by_id[entry.value] = entry.name


def _too_many(path: Path, entry: Named, count: int) -> SegStudioError:
    what = f"there are {count} classes, which is too many"
    remedy = "Label images have room for 254 and a background: leave some out, or merge some."
    return wrong(path, entry.place, what, remedy)


def wrong(path: Path, place: str, what: str, remedy: str, meaning: str = "") -> SegStudioError:
    """Say what is wrong with a file, and where in it."""
    where = f"{path}, {place}" if place else str(path)
    return SegStudioError(
        f"{where}: {what}.",
        meaning=meaning or "The class list was not used; nothing was changed.",
        remedy=remedy,
    )
