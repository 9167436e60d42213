"""The job that exports the history of a run: a table (CSV) or its curves as a picture (PNG)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import Reporter
from segstudio.core.files import write_atomic
from segstudio.core.run_history import read_history
from segstudio.jobs.opening import opened
from segstudio.project.project import Project
from segstudio.review.curves_picture import curves_png

KINDS = (".csv", ".png")
_COLUMNS = (
    "epoch", "train_loss", "val_loss", "val_miou", "val_miou_low", "val_miou_high", "seconds", "lr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Which run's history to write, and where to; the ending of `out` says as what."""

    project: Project | Path
    out: Path
    run: str = "best"


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """What was written."""

    path: Path
    run: str
    epochs: int

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"history": str(self.path), "run": self.run, "epochs": self.epochs}

    def as_text(self) -> str:
        """Return one line for the terminal."""
        return f"Written: {self.path} ({self.epochs} epochs of {self.run})"


def run(request: HistoryRequest, _report: Reporter) -> HistoryResult:
    """Write the history of a run.

    Raises UsageError where the ending is neither .csv nor .png, SegStudioError where no epoch was
    finished.
    """
    kind = request.out.suffix.lower()
    if kind not in KINDS:
        raise UsageError(
            f"{request.out.name} does not say what to write.",
            remedy="End the name in .csv for a table or in .png for the curves.",
        )
    with opened(request.project, write=False) as project:
        found = project.run(request.run)
        history = read_history(found.path)
        if not history:
            raise SegStudioError(
                f"The run {found.name} has no finished epoch to show.",
                remedy="Train for at least one epoch, or name another run.",
            )
        picture = kind == ".png"
        data = curves_png(found.name, history, project.palette) if picture else csv_of(history)
        write_atomic(request.out, data)
    return HistoryResult(request.out, found.name, len(history))


def csv_of(history: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a history as CSV (UTF-8): a row per epoch, a column per number and class."""
    names = list(dict.fromkeys(name for line in history for name in line.get("iou") or {}))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(f"iou {name}" for name in names)])
    for line in history:
        iou = line.get("iou") or {}
        writer.writerow([*(line.get(key) for key in _COLUMNS), *(iou.get(name) for name in names)])
    return stream.getvalue().encode()
