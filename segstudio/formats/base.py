"""What an annotation format is: it recognises its files, with a reason, and reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    """A format does not take a file that might have been its own, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class LabelName:
    """A label that an export lists, with its colour (#rrggbb) where it states a valid one.

    `id` is the pixel value that stands for it, in exports that hold label images without names;
    `name` is then made up.
    """

    name: str
    color: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedPhoto:
    """A photo inside an annotation file, called `name`; `read` returns its encoded bytes.

    It belongs to the annotation of the same `photo` name and is used where no photo is found.
    """

    name: str
    read: Callable[[], bytes]


# What a reader yields: annotations in the order of the file, and what else it comes across.
Item = Annotation | Problem | LabelName | EmbeddedPhoto


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
    """One annotation format.

    `one_photo` says that a file is about one photo and named like it. A `last_resort` takes files
    only where no other format takes any of the source, unless the user names it.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    one_photo: bool
    last_resort: bool

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Say whether the file is in this format, None where nothing suggests it.

        Raises SegStudioError where it cannot be looked into.
        """

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read one file piece by piece; one bad shape is a problem among the others.

        Raises SegStudioError, also in the middle, where the file as a whole is refused.
        """
