"""What an import tells of the whole set: shapes that cannot be seen, photos without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segstudio.core.annotation import Annotation, Shape
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.formats.numbers import shorten

# More photos without annotation are told in one line; the report lists them all.
_ONE_BY_ONE = 20
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Covered:
    """Shapes of one label that others cover fully, and where the first of them stands."""

    shapes: int
    photos: int
    source: str
    line: int | None

    def with_more(self, more: Covered) -> Covered:
        """Return the sum with the shapes of another photo."""
        photos = self.photos + more.photos
        return Covered(self.shapes + more.shapes, photos, self.source, self.line)


def _by_label(shapes: Sequence[Shape]) -> dict[str, tuple[int, Shape]]:
    """Return how many shapes each label has, and the first of them."""
    counts = Counter(shape.label for shape in shapes)
    firsts = {shape.label: shape for shape in reversed(shapes)}
    return {label: (count, firsts[label]) for label, count in counts.items()}


def empty_shapes(annotation: Annotation, shapes: Sequence[Shape]) -> list[Problem]:
    """Tell once per label which shapes cover nothing."""
    problems = []
    for label, (count, first) in _by_label(shapes).items():
        what = f'{count} shape(s) of "{shorten(label)}" cover no pixel of the photo'
        text = f"{annotation.photo}: {what}"
        problems.append(Problem("warning", annotation.source, text, first.line))
    return problems


def covered_shapes(annotation: Annotation, shapes: Sequence[Shape]) -> dict[str, Covered]:
    """Count per label the shapes of one photo that others cover fully."""
    return {
        label: Covered(count, 1, annotation.source, first.line)
        for label, (count, first) in _by_label(shapes).items()
    }


def covered_labels(covered: Mapping[str, Covered]) -> list[Problem]:
    """Tell once per label how many of its shapes cannot be seen in the label images."""
    problems = []
    for label, found in sorted(covered.items()):
        where = "1 photo" if found.photos == 1 else f"{found.photos} photos"
        text = (
            f'{found.shapes} shape(s) of "{shorten(label)}" on {where} are fully covered by '
            "others; paint order decides which is on top"
        )
        problems.append(Problem("info", found.source, text, found.line))
    return problems


def unknown_labels(
    unknown: Mapping[str, Sequence[tuple[Shape, str]]], palette: Palette
) -> list[Problem]:
    """Tell once per label that the palette does not name it, and which name is nearest."""
    problems = []
    for label, places in sorted(unknown.items()):
        near = palette.nearest(label)
        hint = f'; did you mean "{near}"?' if near else ""
        text = (
            f'the label "{shorten(label)}" is not in the palette: {len(places)} shape(s) are '
            f"left out{hint}"
        )
        shape, source = places[0]
        problems.append(Problem("warning", source, text, shape.line))
    return problems


def without_annotation(problems: Sequence[Problem]) -> list[Problem]:
    """Return what is told of photos without annotation, as one problem where they are many."""
    if len(problems) <= _ONE_BY_ONE:
        return list(problems)
    names = ", ".join(problem.path for problem in problems[:_NAMED])
    text = (
        f"{len(problems):,} photos have no annotation: {names}, ... ({problems[0].message}); the "
        "report lists them all"
    )
    return [Problem(problems[0].severity, problems[0].path, text)]
