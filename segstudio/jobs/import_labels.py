"""From the labels of an export to the classes of a palette."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.colors import DEFAULT_COLORS
from segstudio.core.palette import Palette, PaletteClass
from segstudio.core.problems import Problem
from segstudio.formats.base import LabelName
from segstudio.jobs.import_collecting import Collected
from segstudio.jobs.import_report import ClassCount


def class_labels(
    found: Collected, palette: Palette | None = None
) -> tuple[list[LabelName], list[Problem]]:
    """Return the labels that shall become classes, in order, and doubts.

    First the export's own list, then what shapes use besides, by name. A label that differs from
    a listed one, or from one of `palette`, only in case or blanks is no class of its own.
    """
    labels = list(found.labels)
    known = {label.name for label in labels}
    if palette is not None:
        known |= {name for e in palette.classes for name in (e.name, *e.aliases)}
    listed = {_bare(name) for name in known}
    alike: dict[str, list[str]] = {}
    for name in sorted(_used(found) - known):
        if _bare(name) not in listed:
            labels.append(LabelName(name))
            alike.setdefault(_bare(name), []).append(name)
    problems = [
        Problem("warning", names[0], f"the labels {_quoted(names)} may mean the same: merge them?")
        for names in alike.values()
        if len(names) > 1
    ]
    return labels, problems


def palette_of(labels: Sequence[LabelName]) -> Palette:
    """Make a palette of labels; classes that label images state by pixel value keep it as id."""
    valued: dict[int, LabelName] = {}
    for label in sorted(labels, key=lambda label: label.made_up):
        if label.id is not None:
            valued.setdefault(label.id, label)
    if not valued:
        return Palette.from_labels([(label.name, label.color) for label in labels])
    valued.setdefault(0, LabelName("background", "#000000", 0))
    classes = tuple(
        PaletteClass(id=value, name=label.name, color=label.color or _color(value))
        for value, label in sorted(valued.items())
    )
    # Nothing says that an object is one of the other classes that the export happens to have.
    rest = [replace(e, made_up=False) if e.id is None else e for e in labels]
    return with_labels(Palette(classes=classes), rest)


def with_labels(palette: Palette, labels: Sequence[LabelName]) -> Palette:
    """Add a class for every label that the palette does not know.

    Names tell, of labels without one their pixel value; an object that has neither is the only
    class. A new class keeps its pixel value as id where that is free.
    """
    taken = {entry.id for entry in palette.classes}
    only = _only_class(palette)
    for label in sorted(labels, key=lambda label: label.id is None or label.id in taken):
        own = label.id if all(label.id != entry.id for entry in palette.classes) else None
        meant = label.made_up and (only is not None if label.id is None else own is None)
        if meant or palette.find(label.name) is not None:
            continue
        if own is None:
            palette = palette.with_labels([(label.name, label.color)])
        else:
            color = label.color or _color(own)
            palette = palette.with_class(PaletteClass(id=own, name=label.name, color=color))
    return palette


def names_by_id(found: Collected, palette: Palette) -> dict[str, str]:
    """Return what the palette calls the classes that an export knows by pixel value only.

    An object without a name is the only class that there is beside the background.
    """
    names = {entry.id: entry.name for entry in palette.classes}
    unnamed = [label for label in found.labels if label.made_up]
    renames = {label.name: names[label.id] for label in unnamed if label.id in names}
    left = [e.name for e in unnamed if e.name not in renames and palette.find(e.name) is None]
    only = _only_class(palette)
    if len(left) == 1 and only is not None and only not in renames.values():
        renames[left[0]] = only
    return renames


def _only_class(palette: Palette) -> str | None:
    """Return the name of the only class beside the background, None where there are others."""
    objects = [entry.name for entry in palette.trained if entry.id != palette.background]
    return objects[0] if len(objects) == 1 else None


def never_seen(
    shapes: Mapping[str, int], palette: Palette, classes: Mapping[str, ClassCount]
) -> list[Problem]:
    """Return a problem for every class whose shapes left not one pixel in any label image.

    `shapes` counts those of converted photos by label.
    """
    counts: Counter[str] = Counter()
    for label, count in shapes.items():
        entry = palette.find(label)
        if entry is not None and entry.map_to is None:
            counts[entry.name] += count
    return [
        Problem(
            "warning",
            "palette",
            f'"{name}" cannot be seen on any photo: other classes are painted over all '
            f"{count} of its shapes. Say what is painted over what: move it up on the Classes "
            'page ("Small shapes on top" there does it for all classes), or give it a higher '
            "paint_order in a palette file (--palette)",
        )
        for name, count in sorted(counts.items())
        if name in classes and classes[name].pixels == 0
    ]


def _used(found: Collected) -> set[str]:
    names = {label for pair in found.pairs if pair.wanted for label in pair.wanted.labels}
    return names - {IGNORE_LABEL}


def _color(value: int) -> str:
    return DEFAULT_COLORS[(value - 1) % len(DEFAULT_COLORS)]


def _bare(name: str) -> str:
    """Return a name without what people do not see as a difference."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
