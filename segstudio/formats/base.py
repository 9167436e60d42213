"""What an annotation format is: it recognises its files, with a reason, and reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats import json_kinds
from segstudio.formats.json_kinds import JsonKind
from segstudio.formats.source import Source
from segstudio.formats.xml import XmlKind, sniff

# How text begins, by its first sign, and what files of it are called.
_BEGINNINGS = {b"<": ".xml", b"{": ".json", b"[": ".json"}
# Byte order marks and blanks may be before it, and there may be many.
_BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_START = 4096


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

    `id` is the pixel value that stands for it in exports that hold label images. `made_up` says
    that nothing names it: then the pixel value counts, if there is one, and not the name.
    """

    name: str
    color: str | None = None
    id: int | None = None
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class EmbeddedPhoto:
    """A photo inside an annotation file, called `name`; `read` returns its encoded bytes.

    It belongs to the annotation of that `photo` and is used where no photo is found, or one that
    is not of the size that the annotation states.
    """

    photo: str
    name: str
    read: Callable[[], bytes]


# What a reader yields: annotations in the order of the file, and what else it comes across.
Item = Annotation | Problem | LabelName | EmbeddedPhoto


@dataclass(frozen=True)
class Candidate:
    """A file that may hold annotations, looked into at most once for all formats.

    `named` says that the user named the only format that is asked, one of last resort.
    """

    source: Source
    file: str
    named: bool = False

    @cached_property
    def content(self) -> bytes:
        """The file, read once for all formats; SegStudioError where that fails."""
        return self.source.read(self.file)

    @cached_property
    def ending(self) -> str:
        """What the file is called at its end, in small letters; of text: what it begins like.

        Programs and people call XML .json and JSON .xml.
        """
        own = self.file.lower()
        if not own.endswith(tuple(_BEGINNINGS.values())):
            return own
        try:
            start = self.content[:_START]
        except SegStudioError:
            # It is told when a format asks for the content.
            return own
        return _BEGINNINGS.get(start.replace(b"\0", b"").lstrip(_BLANK)[:1], own)

    @cached_property
    def xml(self) -> XmlKind:
        """What the file is as XML; SegStudioError with file and line where it is refused."""
        return sniff(self.content, self.source.shown(self.file))

    @cached_property
    def json(self) -> JsonKind:
        """What the file is as JSON; SegStudioError with file, line and column where it is none."""
        return json_kinds.sniff(self.content, self.source.shown(self.file))

    def json_refusal(self, otherwise: str) -> Refusal | None:
        """Say whose JSON this is that a format does not take; None for what is no annotation.

        `otherwise` is the reason for a file that the user named himself and nobody knows.
        """
        reason = json_kinds.other_tool(self.json)
        if reason is None and self.source.single_file:
            reason = json_kinds.own_file(self.json) or otherwise
        return Refusal(reason) if reason else None


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
