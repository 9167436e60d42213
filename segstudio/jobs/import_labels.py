"""From the labels of an export to the classes of a palette."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from segstudio.core.palette import IGNORE, Palette
from segstudio.core.problems import Problem
from segstudio.jobs.import_reading import Collected
from segstudio.jobs.import_report import ClassCount


def class_labels(
    found: Collected, palette: Palette | None = None
) -> tuple[list[tuple[str, str | None]], list[Problem]]:
    """Return the labels (name, colour) that shall become classes, in order, and doubts.

    First the export's own list, then what shapes use besides, by name. A label that differs from
    a listed one, or from one of `palette`, only in case or blanks is no class of its own.
    """
    labels = [(label.name, label.color) for label in found.labels]
    known = {name for name, _ in labels}
    if palette is not None:
        known |= {name for e in palette.classes for name in (e.name, *e.aliases)}
    listed = {_bare(name) for name in known}
    alike: dict[str, list[str]] = {}
    for name in sorted(_used(found) - known):
        if _bare(name) not in listed:
            labels.append((name, None))
            alike.setdefault(_bare(name), []).append(name)
    problems = [
        Problem("warning", names[0], f"the labels {_quoted(names)} may mean the same: merge them?")
        for names in alike.values()
        if len(names) > 1
    ]
    return labels, problems


def with_classes_of(palette: Palette, given: Palette) -> Palette:
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


def never_seen(
    found: Collected, palette: Palette, classes: Mapping[str, ClassCount]
) -> list[Problem]:
    """Return a problem for every class that has shapes but not one pixel in any label image."""
    shapes = Counter(
        entry.name
        for pair in found.pairs
        if pair.wanted is not None and pair.reason is None
        for shape in pair.wanted.annotation.shapes
        if (entry := palette.find(shape.label)) is not None and entry.map_to is None
    )
    return [
        Problem(
            "warning",
            "palette",
            f'"{name}" cannot be seen on any photo: other classes are painted over all '
            f"{count} of its shapes. Say what is painted over what: move it up on the Classes "
            "page, or give it a higher paint_order in a palette file (--palette)",
        )
        for name, count in sorted(shapes.items())
        if name in classes and classes[name].pixels == 0
    ]


def _used(found: Collected) -> set[str]:
    return {
        shape.label
        for pair in found.pairs
        if pair.wanted is not None
        for shape in pair.wanted.annotation.shapes
    }


def _bare(name: str) -> str:
    """Return a name without what people do not see as a difference."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
