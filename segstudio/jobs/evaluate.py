"""The job that scores a run on photos that were kept aside, at their full size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.edges import EdgeCounts, PhotoCounts
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, ProblemFound, Progress, Reporter
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.core.splits import Part
from segstudio.jobs.burn import burn
from segstudio.jobs.opening import opened
from segstudio.photos.reader import read_photo
from segstudio.project.entries import PhotoEntry, RunInfo
from segstudio.project.project import Project
from segstudio.project.runs import read_object
from segstudio.review.scores import Scores

if TYPE_CHECKING:
    from segstudio.learning.predictor import Predictor


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """Which run to score on which part: a run's name, `latest` or `best`."""

    project: Project | Path
    run: str = "best"
    part: Part = "val"
    device: str = "auto"


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
        entries = _entries(project, found, request.part)
        predictor = Predictor(checkpoint, choose_device(request.device).torch, report)
        counts: list[PhotoCounts] = []
        problems: list[Problem] = []
        for done, entry in enumerate(entries, 1):
            if report.stop_requested:
                break
            path = prediction_path(found.path, request.part, entry.name)
            try:
                counts.append(_score(project, entry, predictor, path))
            except SegStudioError as error:
                problems.append(Problem("warning", entry.name, f"Not scored: {error.what}"))
                report(ProblemFound(problems[-1]))
            report(Progress("Scoring photos", done, len(entries), entry.name))
        scores = Scores(
            run=found.name,
            part=request.part,
            class_names=tuple(entry.name for entry in project.palette.trained),
            background=_background(project.palette),
            photos=tuple(counts),
            problems=tuple(problems),
        )
        if report.stop_requested and len(counts) + len(problems) < len(entries):
            report(Message("Stopped: the scores hold for the photos that were finished."))
            return replace(scores, interrupted=True)
        scores.write(found.path)
        return scores


def _entries(project: Project, run: RunInfo, part: Part) -> list[PhotoEntry]:
    """Return the annotated photos of a part; SegStudioError where there is none.

    A run that is one of several has parts of its own.
    """
    names = set(project.split.names(part)) if project.split else set()
    if run.purpose:
        own = read_object(run.path / "config.json").get("photos")
        names = set(own.get(part, ())) if isinstance(own, dict) else set()
    entries = [entry for entry in project.photos if entry.annotated and entry.name in names]
    if not entries:
        raise SegStudioError(
            f"The project {project.name} has no {part} photos to score on.",
            meaning="Scores come from annotated photos that were kept aside for it.",
            remedy=f"Split the photos so that {part} has some, or score another part.",
        )
    return entries


def _score(project: Project, entry: PhotoEntry, predictor: Predictor, path: Path) -> PhotoCounts:
    """Predict one photo at full size, keep the prediction, and compare it with its label image."""
    photo = read_photo(project.photo_path(entry))
    truth = read_label(project.label_path(entry))
    if truth.shape != photo.shape[:2]:
        raise SegStudioError(f"The label image of {entry.name} has not the size of its photo.")
    label = predictor.predict(photo).label
    write_label(path, label, project.palette)
    table, classes = project.palette.to_train_index(), len(project.palette.trained)
    pair = table[truth], table[label]
    return PhotoCounts(
        entry.name, ConfusionMatrix.of(*pair, classes), EdgeCounts.of(*pair, classes)
    )


def _background(palette: Palette) -> int | None:
    """Return the place among the trained classes of the one that no shape covers, if it is one."""
    ids = [entry.id for entry in palette.trained]
    return ids.index(palette.background) if palette.background in ids else None
