"""First step of every import: sources are opened, formats detected, annotation files read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import Progress, Reporter
from segstudio.core.problems import Problem
from segstudio.formats import FORMATS, format_named
from segstudio.formats.archive import open_source
from segstudio.formats.base import EmbeddedPhoto, LabelName
from segstudio.formats.detect import Claim, Refused, detect
from segstudio.formats.pairing import Wanted
from segstudio.formats.photo_pool import Photo
from segstudio.formats.sizing import Drawn
from segstudio.formats.source import Source
from segstudio.jobs.import_nothing import nothing_read
from segstudio.jobs.import_spool import ShapeSpool

# More than processors, as some wait for the disk.
WORKERS = min(8, 2 * (os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read; None means: found or detected.

    `choices` settles which photo an annotation belongs to where several fit: the photo's path by
    the name that the annotation gives it, or by the annotation's file. `drawn` says on which
    picture shapes were drawn where sizes cannot tell.
    """

    sources: tuple[Path, ...]
    photos: Path | None = None
    format: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    drawn: Drawn = "auto"


@dataclass
class Opened:
    """One source with what was read from it."""

    source: Source
    claims: list[Claim]
    wanted: list[Wanted] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)


@dataclass
class Reading:
    """All that was read: `errors` refuse a source or a file, `refused` tells the same as problems.

    `looked_at` are files that look like annotations and are none.
    """

    opened: list[Opened] = field(default_factory=list)
    labels: dict[str, LabelName] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    errors: list[SegStudioError] = field(default_factory=list)
    interrupted: bool = False

    @property
    def claims(self) -> list[Claim]:
        """The annotation files of all sources."""
        return [claim for entry in self.opened for claim in entry.claims]

    def refuse(self, file: str, error: SegStudioError) -> None:
        """Note that a source or file is left out as a whole."""
        self.errors.append(error.bare())
        self.refused.append(Problem("error", file, str(error).replace("\n", " ")))

    def close(self) -> None:
        """Let go of the sources."""
        for entry in self.opened:
            entry.source.close()


@dataclass
class _FileContent:
    """What one annotation file holds, its shapes in the spool."""

    wanted: list[Wanted] = field(default_factory=list)
    labels: list[LabelName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_sources(
    request: ReadRequest, spool: ShapeSpool, reading: Reading, report: Reporter
) -> None:
    """Fill `reading`; SegStudioError where nothing at all can be read.

    What is opened is the caller's to close, also after an error.
    """
    if not request.sources:
        raise UsageError("No source is named.", remedy="Name an export: a file, folder or zip.")
    formats = (format_named(request.format),) if request.format else FORMATS
    for path in request.sources:
        try:
            source = open_source(path)
        except SegStudioError as error:
            reading.refuse(path.name, error)
            continue
        opened = Opened(source, [])
        reading.opened.append(opened)
        opened.claims, refused = detect(source, formats)
        reading.problems += source.problems
        _note_refused(reading, refused)
    _read_files(reading, spool, report)
    if not any(entry.wanted for entry in reading.opened) and not reading.interrupted:
        found = reading.claims
        sources = [entry.source for entry in reading.opened]
        raise nothing_read(sources, found, reading.errors, request.format)
    reading.problems += reading.refused


def _note_refused(reading: Reading, refused: Sequence[Refused]) -> None:
    reading.refused += [entry.problem for entry in refused]
    reading.errors += [entry.error for entry in refused]


def _read_files(reading: Reading, spool: ShapeSpool, report: Reporter) -> None:
    """Read every claimed file on several threads; one that is refused does not stop the others."""
    work = [(entry, claim) for entry in reading.opened for claim in entry.claims]

    def read(job: tuple[Opened, Claim]) -> _FileContent | SegStudioError | None:
        try:
            return _read_file(job[1], spool, report)
        except SegStudioError as error:
            return error.bare()

    report(Progress("Reading annotations", 0, len(work)))
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        results = zip(work, pool.map(read, work), strict=True)
        for done, ((entry, claim), content) in enumerate(results, start=1):
            if content is None:
                reading.interrupted = True
            elif isinstance(content, SegStudioError):
                reading.refuse(claim.source.shown(claim.file), content)
            else:
                entry.wanted += content.wanted
                reading.problems += content.problems
                for label in content.labels:
                    reading.labels.setdefault(label.name, label)
            report(Progress("Reading annotations", done, len(work), claim.file))
    finally:
        pool.shutdown(cancel_futures=True)


def _read_file(claim: Claim, spool: ShapeSpool, report: Reporter) -> _FileContent | None:
    """Read one file, None where the user stopped before its end."""
    content = _FileContent()
    embedded: dict[str, Photo] = {}
    for item in claim.format.read(claim.source, claim.file):
        if report.stop_requested:
            return None
        match item:
            case Annotation():
                labels = Counter(shape.label for shape in item.shapes)
                shapes = spool.keep(item.shapes)
                bare = replace(item, shapes=())
                one_photo = claim.format.one_photo
                content.wanted.append(Wanted(bare, claim.file, one_photo, dict(labels), shapes))
            case Problem():
                content.problems.append(item)
            case LabelName():
                content.labels.append(item)
            case EmbeddedPhoto(photo, name, decode):
                embedded[photo] = Photo(claim.source, name, None, decode)
    if embedded:
        content.wanted = [
            replace(wanted, embedded=embedded.get(wanted.annotation.photo))
            for wanted in content.wanted
        ]
    return content
