"""What the tests of the readers share."""

from __future__ import annotations

from dataclasses import dataclass

from segstudio.core.annotation import Annotation
from segstudio.core.problems import Problem
from segstudio.formats.base import EmbeddedPhoto, Format, LabelName
from segstudio.formats.source import Source


@dataclass(frozen=True)
class Content:
    """All that a reader yields about one file, sorted by kind."""

    annotations: tuple[Annotation, ...]
    problems: tuple[Problem, ...]
    labels: tuple[LabelName, ...]
    photos: tuple[EmbeddedPhoto, ...]


def read_all(entry: Format, source: Source, file: str) -> Content:
    items = list(entry.read(source, file))
    return Content(
        tuple(item for item in items if isinstance(item, Annotation)),
        tuple(item for item in items if isinstance(item, Problem)),
        tuple(item for item in items if isinstance(item, LabelName)),
        tuple(item for item in items if isinstance(item, EmbeddedPhoto)),
    )
