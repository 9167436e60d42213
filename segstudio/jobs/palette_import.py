"""A class list taken over into a project's palette, and in words what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.core.palette_listing import PaletteFile


def taken_over(own: Palette, file: PaletteFile) -> Palette:
    """Return the palette with the file's classes; ids that exist keep their meaning.

    Of a class that both know only what the file really says is taken from it. What the file calls
    background means what this palette calls so.
    """
    if file.complete:
        return _with_classes_of(own, file.palette)
    palette = _with_background_of(own, file.palette)
    given = file.palette
    if given.background != IGNORE:
        given = given.with_background(IGNORE).without(given.background)
    edited = _with_classes_of(palette, given)
    for entry in given.classes:
        known, new = palette.find(entry.name), edited.find(entry.name)
        if known is not None and new is not None:
            kept: dict[str, object] = {"paint_order": known.paint_order}
            if not file.has_colors:
                kept["color"] = known.color
            if entry.map_to is None:
                kept["map_to"] = known.map_to
            edited = edited.with_class(new.model_copy(update=kept))
    return edited


def described(before: Palette, after: Palette, file: PaletteFile) -> list[str]:
    """Return one sentence per kind of change, and what of the file is not followed."""
    old = {entry.id: entry for entry in before.classes}
    both = [(old[e.id], e) for e in after.classes if e.id in old]
    lines = [
        _line("New classes", (_new(e, after) for e in after.classes if e.id not in old)),
        _line("Other colours", (new.name for was, new in both if was.color != new.color)),
        _line("Treated differently", _treated(both, after)),
        _line(
            "Other names understood",
            (
                f"{alias} means {new.name}"
                for was, new in both
                for alias in new.aliases
                if alias not in was.aliases
            ),
        ),
    ]
    if any(was.paint_order != new.paint_order for was, new in both):
        lines.append("The order of painting is that of the file.")
    if file.has_ids:
        lines.append(_line("Ids never change, so these stay", _kept_ids(after, file)))
    said = [line for line in lines if line]
    return said or ["Nothing changes: all classes of the file are here already."]


def _with_background_of(own: Palette, given: Palette) -> Palette:
    """Let the name of the file's background mean our own."""
    if IGNORE in (own.background, given.background):
        return own
    name = given.name_of(given.background)
    if own.find(name) is not None:
        return own
    return own.with_aliases(own.background, (*own.by_id(own.background).aliases, name))


def _new(entry: PaletteClass, after: Palette) -> str:
    if entry.map_to is None:
        return f"{entry.name} (id {entry.id})"
    ignored = entry.map_to == IGNORE
    return f"{entry.name} ({'ignored' if ignored else f'part of {after.name_of(entry.map_to)}'})"


def _treated(both: Iterable[tuple[PaletteClass, PaletteClass]], after: Palette) -> Iterator[str]:
    for was, new in both:
        if was.map_to == new.map_to:
            continue
        if new.map_to is None:
            yield f"{new.name} is a class of its own"
        elif new.map_to == IGNORE:
            yield f"{new.name} is ignored"
        else:
            yield f"{new.name} is part of {after.name_of(new.map_to)}"


def _kept_ids(after: Palette, file: PaletteFile) -> Iterator[str]:
    for entry in file.palette.classes:
        own = after.find(entry.name)
        if own is not None and own.id != entry.id and entry.map_to is None:
            yield f"{own.name} is {own.id}, not {entry.id}"


def _line(title: str, parts: Iterable[str]) -> str:
    """Return "Title: a, b and 3 more.", empty without parts."""
    named = list(parts)
    if not named:
        return ""
    more = f" and {len(named) - 8} more" if len(named) > 8 else ""
    return f"{title}: {', '.join(named[:8])}{more}."


def _with_classes_of(palette: Palette, given: Palette) -> Palette:
    """Take over another palette's classes by name; ids that exist keep their meaning.

    Colour, paint order and mapping of a class that both know are those of `given`.
    """
    for entry in given.classes:
        own = palette.find(entry.name)
        update: dict[str, object] = {"map_to": None}
        if own is not None:
            update |= own.model_dump(include={"id", "name", "aliases"})
        else:
            free = all(entry.id != known.id for known in palette.classes)
            update["id"] = entry.id if free else palette.next_id()
            update["aliases"] = tuple(a for a in entry.aliases if palette.find(a) is None)
        palette = palette.with_class(entry.model_copy(update=update))
    for entry in given.classes:
        own = palette.find(entry.name)
        if own is not None and entry.map_to is not None:
            ignored = entry.map_to == IGNORE
            into = None if ignored else palette.find(given.name_of(entry.map_to))
            palette = palette.merged(own.id, into.painted_id if into else IGNORE)
    return palette
