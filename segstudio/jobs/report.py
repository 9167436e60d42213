"""The job that writes "Is this good?", the report on a run as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, Reporter
from segstudio.core.files import write_atomic
from segstudio.core.splits import Part
from segstudio.jobs.evaluate import prediction_path
from segstudio.jobs.opening import opened
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project
from segstudio.project.runs import read_history, read_object
from segstudio.review.report import ReportContent, ReportedPhoto, render


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which run to report on; `out` None writes report.html into the run's own folder."""

    project: Project | Path
    run: str = "best"
    out: Path | None = None


def run(request: ReportRequest, report: Reporter) -> Path:
    """Write the report of a scored run and return its path.

    Raises SegStudioError where the run has no scores yet.
    """
    with opened(request.project, write=False) as project:
        found = project.run(request.run)
        scores = _scores(found)
        content = ReportContent(
            project=project.name,
            run=found.name,
            palette=project.palette,
            scores=scores,
            settings=read_object(found.path / "config.json"),
            history=read_history(found.path),
            photos=[_reported(project, found, scores["split"], row) for row in scores["photos"]],
        )
        out = request.out or found.path / "report.html"
        report(Progress("Writing the report", 0, 1))
        write_atomic(out, render(content).encode())
        report(Progress("Writing the report", 1, 1))
    return out


def _scores(found: RunInfo) -> dict[str, Any]:
    """Return the run's scores; SegStudioError where it was never scored."""
    if not (found.path / "scores.json").is_file():
        raise SegStudioError(
            f"The run {found.name} has no scores yet.",
            meaning="The report tells how well the photos that were kept aside are predicted.",
            remedy="Score it first: segstudio evaluate PROJECT --run " + found.name,
        )
    return read_object(found.path / "scores.json")


def _reported(project: Project, found: RunInfo, part: Part, row: dict[str, Any]) -> ReportedPhoto:
    """Return where the files of a scored photo are."""
    entry = project.photo(row["photo"])
    return ReportedPhoto(
        name=entry.name,
        miou=row["miou"],
        photo=project.photo_path(entry),
        label=project.label_path(entry),
        prediction=prediction_path(found.path, part, entry.name),
    )
