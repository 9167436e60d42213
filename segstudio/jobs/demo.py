"""The job that walks the whole street on the sample photos, from import to report."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from segstudio.core.events import Message, Reporter
from segstudio.core.files import cannot_write
from segstudio.core.program import program
from segstudio.core.resources import sample_folder
from segstudio.jobs import evaluate, import_annotations, predict, report, train
from segstudio.jobs.import_report import ImportReport
from segstudio.jobs.train import TrainResult
from segstudio.learning.presets import preset_named
from segstudio.project.entries import TrainingChoice
from segstudio.project.project import Project
from segstudio.review.scores import Scores

_SAMPLE, _PHOTOS, _UNLABELLED, _EXPORTS = "sample", "photos", "unlabelled", ("labelme", "cvat")
SAMPLE_CHOICE = TrainingChoice(preset="quick", weights="none")


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """Where the demo's folder goes; None makes a new one in the user's documents."""

    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made; scores and report are None when it was stopped before."""

    project: Path
    training: TrainResult
    scores: Scores | None
    overlays: Path | None
    report: Path | None

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped it."""
        return self.report is None and not self.failed

    @property
    def failed(self) -> bool:
        """Whether the training broke off by itself."""
        return self.training.failed

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "project": str(self.project),
            "train": self.training.as_json(),
            "evaluate": self.scores.as_json() if self.scores else None,
            "overlays": str(self.overlays) if self.overlays else None,
            "report": str(self.report) if self.report else None,
        }

    def as_text(self) -> str:
        """Return what was made and where it is."""
        lines = [self.training.as_text(), f"Project:  {self.project}"]
        if self.overlays:
            lines.append(f"Overlays: {self.overlays}")
        if self.report:
            lines.append(f"Report:   {self.report}")
        lines.append(f'Look at it in the window: {program()} "{self.project}"')
        return "\n".join(lines)


def run(request: DemoRequest, report_to: Reporter) -> DemoResult:
    """Copy the sample photos, import them, train, score, write overlays and the report.

    Raises SegStudioError where the folder cannot be written or holds a project already.
    """
    with create_sample(request.folder) as project:
        folder = project.root
        report_to(Message(f"The sample is in {folder}."))
        import_sample(project, report_to)
        config = preset_named(SAMPLE_CHOICE.preset).config_for(SAMPLE_CHOICE.weights)
        training = train.run(
            train.TrainRequest(project=project, config=config, name="demo"), report_to
        )
        if report_to.stop_requested or training.failed or training.val_miou is None:
            return DemoResult(folder, training, None, None, None)
        scores = evaluate.run(evaluate.EvaluateRequest(project, run=training.run), report_to)
        overlays = folder / "predictions"
        predict.run(
            predict.PredictRequest(
                model=folder,
                inputs=(folder / _SAMPLE / _UNLABELLED, folder / _SAMPLE / _PHOTOS),
                out=overlays,
                write=("labels", "overlay"),
            ),
            report_to,
        )
        page = report.run(report.ReportRequest(project, run=training.run), report_to)
    return DemoResult(folder, training, scores, overlays, page.path)


def create_sample(folder: Path | None = None) -> Project:
    """Make and open the project of the sample photos, still empty, set to train without a network.

    None makes a new folder in the user's documents. Raises SegStudioError where the folder cannot
    be written or holds a project already.
    """
    project = Project.create(folder.resolve() if folder is not None else _new_folder())
    project.set_training_choice(SAMPLE_CHOICE)
    return project


def import_sample(project: Project, report: Reporter) -> ImportReport:
    """Copy the sample photos and their exports into the project's folder and import them."""
    sample = project.root / _SAMPLE
    try:
        for name in (_PHOTOS, _UNLABELLED, *_EXPORTS):
            shutil.copytree(sample_folder() / name, sample / name, dirs_exist_ok=True)
        shutil.copy2(sample_folder() / "palette.json", sample)
    except OSError as error:
        raise cannot_write(sample, error) from error
    request = import_annotations.ImportRequest(
        project=project,
        sources=tuple(sample / name for name in _EXPORTS),
        photos=sample / _PHOTOS,
        palette=sample / "palette.json",
    )
    return import_annotations.run(request, report)


def _new_folder() -> Path:
    """Return a new folder's path in the user's documents."""
    documents = platformdirs.user_documents_path()
    names = ["SegStudio sample", *(f"SegStudio sample {number}" for number in range(2, 1000))]
    return next(documents / name for name in names if not (documents / name).exists())
