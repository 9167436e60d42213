"""The marks by which photos are known again, remembered until a photo's file changes."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, Reporter
from segstudio.core.files import write_json
from segstudio.photos.marks import BITS, TINY, PhotoMark, read_mark
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

_STORE = "photo_marks.json"
_STAGE = "Looking for bursts"
# Decoding lets other threads run.
_WORKERS = min(4, os.cpu_count() or 1)
_AT_ONCE = 16

_Row = dict[str, Any]


def photo_marks(
    project: Project, entries: Sequence[PhotoEntry], report: Reporter
) -> dict[str, PhotoMark]:
    """Return the marks by name; a photo that is lost or damaged has none.

    They are kept in the project's cache with the time and size of each photo's file. Ends early
    when asked to stop, and what was read is remembered.
    """
    known = _known_rows(project)
    rows: dict[str, _Row] = {}
    try:
        for done, (entry, row) in enumerate(_read(project, entries, known, report), 1):
            if row is not None:
                rows[entry.name] = row
            if done % _AT_ONCE == 0 or done == len(entries):
                report(Progress(_STAGE, done, len(entries)))
    finally:
        names = {entry.name for entry in project.photos}
        kept = {name: row for name, row in {**known, **rows}.items() if name in names}
        if kept != known:
            # Without it the next look takes longer, and nothing is lost.
            with contextlib.suppress(SegStudioError):
                write_json(project.cache / _STORE, kept)
    return {name: _mark(row) for name, row in rows.items()}


def _read(
    project: Project, entries: Sequence[PhotoEntry], known: dict[str, _Row], report: Reporter
) -> Iterator[tuple[PhotoEntry, _Row | None]]:
    with ThreadPoolExecutor(_WORKERS) as pool:
        for start in range(0, len(entries), _AT_ONCE):
            if report.stop_requested:
                return
            some = entries[start : start + _AT_ONCE]
            rows = pool.map(lambda entry: _row(project, entry, known.get(entry.name)), some)
            yield from zip(some, rows, strict=True)


def _row(project: Project, entry: PhotoEntry, known: _Row | None) -> _Row | None:
    """Return the row of a photo, the known one where its file is unchanged."""
    try:
        path = project.photo_path(entry)
        state = path.stat()
        stamp = f"{state.st_mtime_ns} {state.st_size}"
        if known and known["stamp"] == stamp:
            return known
        mark = read_mark(path)
    except (SegStudioError, OSError):
        return None
    return {
        "stamp": stamp,
        "tiny": base64.b64encode(mark.tiny).decode(),
        "bits": mark.bits.hex(),
        "taken": mark.taken,
        "camera": mark.camera,
    }


def _mark(row: _Row) -> PhotoMark:
    tiny, bits = base64.b64decode(row["tiny"]), bytes.fromhex(row["bits"])
    return PhotoMark(tiny, bits, row["taken"], row["camera"])


def _known_rows(project: Project) -> dict[str, _Row]:
    """Return what the cache knows; a damaged one counts as empty."""
    try:
        value = json.loads((project.cache / _STORE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    rows = value.items() if isinstance(value, dict) else ()
    return {name: row for name, row in rows if _is_row(row)}


def _is_row(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    try:
        mark = _mark(row)
    except (KeyError, TypeError, ValueError):
        return False
    taken = row["taken"]
    plain = isinstance(row.get("stamp"), str) and isinstance(row["camera"], str)
    sized = (len(mark.tiny), len(mark.bits)) == (TINY * TINY, BITS // 8)
    return plain and sized and (taken is None or isinstance(taken, float))
