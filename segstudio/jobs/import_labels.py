"""From the labels of an export to the classes of a palette."""

from __future__ import annotations

from collections.abc import Iterable

from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.jobs.import_reading import Collected


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
