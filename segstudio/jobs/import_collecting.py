"""What the first two steps of an import found: annotations paired with photos, and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.errors import UsageError
from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.problems import Problem
from segstudio.formats.archive import open_source
from segstudio.formats.base import LabelName
from segstudio.formats.detect import Claim
from segstudio.formats.source import Source
from segstudio.jobs.import_pairing import Pair, pair_all
from segstudio.jobs.import_reading import Reading, ReadRequest, read_sources
from segstudio.jobs.import_spool import ShapeSpool


@dataclass
class Collected:
    """All that was found in the sources; `refused` are the problems of what was left out whole."""

    pairs: Sequence[Pair]
    labels: Sequence[LabelName]
    problems: list[Problem]
    refused: Sequence[Problem]
    claims: Sequence[Claim]
    interrupted: bool


@contextmanager
def collected(request: ReadRequest, report: Reporter) -> Iterator[Collected]:
    """Yield what the sources hold; archives stay open until the caller is done.

    Raises SegStudioError where nothing at all can be read.
    """
    reading, spool = Reading(), ShapeSpool()
    photo_source = _photo_folder(request.photos)
    try:
        read_sources(request, spool, reading, report)
        pairs, problems = pair_all(reading.opened, photo_source, request.choices)
        result = Collected(
            pairs=pairs,
            labels=tuple(reading.labels.values()),
            problems=reading.problems + problems,
            refused=reading.refused,
            claims=reading.claims,
            interrupted=reading.interrupted,
        )
        for problem in result.problems:
            report(ProblemFound(problem))
        yield result
    finally:
        reading.close()
        spool.close()
        if photo_source is not None:
            photo_source.close()


def _photo_folder(photos: Path | None) -> Source | None:
    """Open the place that the user named for photos."""
    if photos is None:
        return None
    source = open_source(photos)
    if source.single_file:
        raise UsageError(f"{photos} is a file.", remedy="Name the folder that the photos are in.")
    return source
