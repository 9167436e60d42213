"""The pixels of every class in every label image, remembered until the label image changes."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, Reporter
from segstudio.core.files import write_json
from segstudio.core.label_image import read_label
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

_STORE = "label_pixels.json"
_STAGE = "Looking at the label images"
# A thousand remembered counts take a moment; the window must not redraw for each of them.
_TELL_SECONDS = 0.05

_Row = list[object]


@dataclass(frozen=True, slots=True)
class LabelCount:
    """A label image's pixels by palette id, ignore (255) included; empty without outlines.

    `pixels` is None where the label image is missing or damaged, `lost` True where the photo's own
    file cannot be found.
    """

    pixels: dict[int, int] | None
    lost: bool = False


def count_labels(
    project: Project, entries: Sequence[PhotoEntry], report: Reporter
) -> Iterator[tuple[PhotoEntry, LabelCount]]:
    """Count photo by photo; ends early when asked to stop, and what was counted is remembered.

    The counts are kept in the project's cache with the time and size of each label image's file.
    """
    known = _known_rows(project)
    rows = dict(known)
    told = 0.0
    try:
        for done, entry in enumerate(entries, 1):
            if report.stop_requested:
                return
            yield entry, _counted(project, entry, rows)
            now = time.monotonic()
            if now - told >= _TELL_SECONDS or done == len(entries):
                told = now
                report(Progress(_STAGE, done, len(entries)))
    finally:
        names = {entry.name for entry in project.photos}
        kept = {name: row for name, row in rows.items() if name in names}
        if kept != known:
            # Without it the next look takes longer, and nothing is lost.
            with contextlib.suppress(SegStudioError):
                write_json(project.cache / _STORE, kept)


def _counted(project: Project, entry: PhotoEntry, rows: dict[str, _Row]) -> LabelCount:
    """Count one photo, from `rows` where its label image did not change; keeps the row there."""
    try:
        project.photo_path(entry)
        lost = False
    except (SegStudioError, OSError):
        lost = True
    if not entry.annotated:
        return LabelCount({}, lost)
    try:
        rows[entry.name] = _row(project, entry, rows.get(entry.name))
    except (SegStudioError, OSError):
        rows.pop(entry.name, None)
        return LabelCount(None, lost)
    return LabelCount(_pixels(rows[entry.name]), lost)


def _row(project: Project, entry: PhotoEntry, known: _Row | None) -> _Row:
    """Return [stamp, {id: pixels}] of a label image, the known row where its file is unchanged."""
    path = project.label_path(entry)
    state = path.stat()
    stamp = f"{state.st_mtime_ns} {state.st_size}"
    if known and known[0] == stamp:
        return known
    counts = np.bincount(read_label(path).ravel(), minlength=256)
    return [stamp, {str(i): int(counts[i]) for i in np.flatnonzero(counts)}]


def _known_rows(project: Project) -> dict[str, _Row]:
    """Return what the cache knows; a damaged one counts as empty."""
    try:
        value = json.loads((project.cache / _STORE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    rows = value.items() if isinstance(value, dict) else ()
    return {name: row for name, row in rows if _is_row(row)}


def _is_row(row: object) -> bool:
    if not (isinstance(row, list) and len(row) == 2 and isinstance(row[1], dict)):
        return False
    return all(key.isdecimal() and type(count) is int for key, count in row[1].items())


def _pixels(row: _Row) -> dict[int, int]:
    counts = row[1]
    assert isinstance(counts, dict)
    return {int(key): int(count) for key, count in counts.items()}
