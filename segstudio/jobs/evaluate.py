"""The job that scores a run on photos that were kept aside, at their full size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, ProblemFound, Progress, Reporter
from segstudio.core.files import write_json
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.core.splits import Part
from segstudio.jobs.burn import burn
from segstudio.jobs.opening import opened
from segstudio.learning.metrics import METRICS
from segstudio.photos.reader import read_photo
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

if TYPE_CHECKING:
    from segstudio.learning.predictor import Predictor


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """Which run to score on which part: a run's name, `latest` or `best`."""

    project: Project | Path
    run: str = "best"
    part: Part = "val"
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's scores from one confusion matrix (rows are the truth); None where there is none."""

    run: str
    part: Part
    miou: float | None
    pixel_accuracy: float | None
    classes: dict[str, dict[str, float | None]]
    confusion: tuple[tuple[int, ...], ...]
    photos: tuple[tuple[str, float | None], ...]
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints and that scores.json holds."""
        return {
            "run": self.run,
            "split": self.part,
            "miou": self.miou,
            "pixel_accuracy": self.pixel_accuracy,
            "classes": self.classes,
            "confusion": [list(row) for row in self.confusion],
            "photos": [{"photo": photo, "miou": miou} for photo, miou in self.photos],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return a small table for the terminal."""
        width = max([len("class"), *map(len, self.classes)])
        head = "  ".join(f"{metric.title:>9}" for metric in METRICS)
        rows = [
            f"{name:<{width}}  " + "  ".join(f"{_shown(row[m.name]):>9}" for m in METRICS)
            for name, row in self.classes.items()
        ]
        return "\n".join(
            [
                f"Run {self.run} on {len(self.photos)} photos ({self.part}): mean IoU "
                f"{_shown(self.miou)}, {_shown(self.pixel_accuracy)} of all pixels right.",
                f"{'class':<{width}}  {head}",
                *rows,
            ]
        )


def prediction_path(run_folder: Path, part: Part, photo: str) -> Path:
    """Return where the predicted label image of a photo is kept in a run's folder."""
    return run_folder / "predictions" / part / PurePosixPath(photo).with_suffix(".png")


def run(request: EvaluateRequest, report: Reporter) -> Scores:
    """Score a run, keep its predictions as label images and write scores.json.

    A photo that cannot be read is listed as a problem. Raises SegStudioError where the part has no
    photo, or the model is for other classes.
    """
    from segstudio.learning.checkpoint import Checkpoint, check_classes
    from segstudio.learning.device import choose_device
    from segstudio.learning.predictor import Predictor

    with opened(request.project) as project:
        found = project.run(request.run)
        checkpoint = Checkpoint.load(found.path / "best.safetensors")
        check_classes(checkpoint, project.palette)
        burn(project, report)
        entries = _entries(project, request.part)
        predictor = Predictor(checkpoint, choose_device(request.device).torch, report)
        matrices: dict[str, ConfusionMatrix] = {}
        problems: list[Problem] = []
        for done, entry in enumerate(entries, 1):
            if report.stop_requested:
                break
            path = prediction_path(found.path, request.part, entry.name)
            try:
                matrices[entry.name] = _score(project, entry, predictor, path)
            except SegStudioError as error:
                problems.append(Problem("warning", entry.name, f"Not scored: {error.what}"))
                report(ProblemFound(problems[-1]))
            report(Progress("Scoring photos", done, len(entries), entry.name))
        scores = _scores(found.name, request.part, project.palette, matrices, problems)
        if report.stop_requested and len(matrices) + len(problems) < len(entries):
            report(Message("Stopped: the scores hold for the photos that were finished."))
            return replace(scores, interrupted=True)
        write_json(found.path / "scores.json", scores.as_json())
        return scores


def _entries(project: Project, part: Part) -> list[PhotoEntry]:
    """Return the annotated photos of a part; SegStudioError where there is none."""
    names = set(project.split.names(part)) if project.split else set()
    entries = [entry for entry in project.photos if entry.annotated and entry.name in names]
    if not entries:
        raise SegStudioError(
            f"The project {project.name} has no {part} photos to score on.",
            meaning="Scores come from annotated photos that were kept aside for it.",
            remedy=f"Split the photos so that {part} has some, or score another part.",
        )
    return entries


def _score(
    project: Project, entry: PhotoEntry, predictor: Predictor, path: Path
) -> ConfusionMatrix:
    """Predict one photo at full size, keep the prediction, and compare it with its label image."""
    photo = read_photo(project.photo_path(entry))
    truth = read_label(project.label_path(entry))
    if truth.shape != photo.shape[:2]:
        raise SegStudioError(f"The label image of {entry.name} has not the size of its photo.")
    label = predictor.predict(photo).label
    write_label(path, label, project.palette)
    table = project.palette.to_train_index()
    return ConfusionMatrix.of(table[truth], table[label], len(project.palette.trained))


def _scores(
    run_name: str,
    part: Part,
    palette: Palette,
    matrices: dict[str, ConfusionMatrix],
    problems: list[Problem],
) -> Scores:
    """Add the photos up into one matrix and take every score from it."""
    names = [entry.name for entry in palette.trained]
    total = sum(matrices.values(), ConfusionMatrix.zeros(len(names)))
    columns = {metric.name: metric.of(total) for metric in METRICS}
    return Scores(
        run=run_name,
        part=part,
        miou=total.miou(),
        pixel_accuracy=total.pixel_accuracy(),
        classes={
            name: {metric: values[index] for metric, values in columns.items()}
            for index, name in enumerate(names)
        },
        confusion=tuple(tuple(map(int, row)) for row in total.counts),
        photos=tuple((name, matrix.miou()) for name, matrix in matrices.items()),
        problems=tuple(problems),
    )


def _shown(score: float | None) -> str:
    """Return a score for reading, - where there is none."""
    return "-" if score is None else f"{score:.3f}"
