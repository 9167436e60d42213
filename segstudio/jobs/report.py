"""The job that writes "Is this good?", the report on a run as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.files import write_atomic
from segstudio.core.problems import Problem
from segstudio.core.run_history import read_history
from segstudio.jobs.evaluate import prediction_path
from segstudio.jobs.opening import opened
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project
from segstudio.project.runs import read_object
from segstudio.review.ranking import load_scores
from segstudio.review.report import ReportContent, ReportedPhoto, render
from segstudio.review.scores import SCORES


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which run to report on; `out` None writes report.html into the run's own folder."""

    project: Project | Path
    run: str = "best"
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Where the page was written, and the photos that it had to leave out."""

    path: Path
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        problems = [problem.as_json() for problem in self.problems]
        return {"report": str(self.path), "problems": problems}

    def as_text(self) -> str:
        """Return one line for the terminal."""
        return f"Written: {self.path}"


def run(request: ReportRequest, report: Reporter) -> ReportResult:
    """Write the report of a scored run.

    Raises SegStudioError where the run has no scores yet.
    """
    with opened(request.project, write=False) as project:
        found = project.run(request.run)
        scores = _scores(found)
        photos, problems = _photos(project, found, scores)
        for problem in problems:
            report(ProblemFound(problem))
        content = ReportContent(
            project=project.name,
            run=found.name,
            palette=project.palette,
            scores=scores,
            settings=read_object(found.path / "config.json"),
            history=read_history(found.path),
            photos=photos,
        )
        out = request.out or found.path / "report.html"
        report(Progress("Writing the report", 0, 1))
        write_atomic(out, render(content).encode())
        report(Progress("Writing the report", 1, 1))
    return ReportResult(out, tuple(problems))


def _scores(found: RunInfo) -> dict[str, Any]:
    """Return the run's scores; SegStudioError where it was never scored or they are damaged."""
    scores = load_scores(found.path)
    if scores is None:
        raise SegStudioError(
            f"The run {found.name} has no scores yet.",
            meaning="The report tells how well the photos that were kept aside are predicted.",
            remedy="Score it first: segstudio evaluate PROJECT --run " + found.name,
        )
    return {**read_object(found.path / SCORES), "split": scores.part}


def _photos(
    project: Project, found: RunInfo, scores: dict[str, Any]
) -> tuple[list[ReportedPhoto], list[Problem]]:
    """Return where the files of every scored photo are, and which photos are gone."""
    photos, problems = [], []
    for row in scores["photos"]:
        name = row["photo"]
        try:
            entry = project.photo(name)
            photo = ReportedPhoto(
                name=name,
                miou=row["miou"],
                photo=project.photo_path(entry),
                label=project.label_path(entry),
                prediction=prediction_path(found.path, scores["split"], name),
            )
        except KeyError:
            text = "Left out of the report: it is no longer in the project."
            problems.append(Problem("warning", name, text))
        except SegStudioError as error:
            text = f"Left out of the report: {error.what}"
            problems.append(Problem("warning", name, text))
        else:
            photos.append(photo)
    return photos, problems
