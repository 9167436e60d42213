"""What an annotation format is: it recognises its files, with a reason, and reads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from segstudio.core.annotation import Annotation
from segstudio.core.problems import Problem
from segstudio.formats.source import Source
from segstudio.formats.xml import XmlKind, sniff


@dataclass(frozen=True, slots=True)
class Match:
    """A format takes a file for its own, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A format does not take a file, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class LabelName:
    """A label that an export lists, with its colour (#rrggbb) where it states a valid one."""

    name: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one annotation file holds; `labels` is the export's own list, in its order."""

    annotations: tuple[Annotation, ...]
    problems: tuple[Problem, ...] = ()
    labels: tuple[LabelName, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A file that may hold annotations, looked into at most once for all formats."""

    source: Source
    file: str

    @cached_property
    def xml(self) -> XmlKind:
        """What the file is as XML; SegStudioError with file and line where it is refused."""
        return sniff(self.source.read(self.file), self.source.shown(self.file))


class Format(Protocol):
    """One annotation format. `one_photo` says that a file is about one photo, named like it."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    one_photo: bool

    def probe(self, candidate: Candidate) -> Match | Refusal:
        """Say whether the file is in this format; SegStudioError where it cannot be looked into."""

    def read(self, source: Source, file: str) -> ReadResult:
        """Read one file; one bad shape is a problem, SegStudioError refuses the file as a whole."""
