"""The photos of a review as lines, the worst first."""

from __future__ import annotations

from pathlib import Path

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.gui.pages.review_pictures import Place
from segstudio.gui.widgets.photo_scores import PhotoLine
from segstudio.gui.widgets.words import number
from segstudio.jobs.evaluate import prediction_path
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project
from segstudio.review.layers import Layers
from segstudio.review.ranking import Measure, RunScores, in_words

_PART_WORDS = {"train": "it learned from this photo", "val": "kept aside to check", "test": "test"}


def photo_lines(
    project: Project, scores: RunScores | None, measure: Measure = "miou"
) -> tuple[PhotoLine, ...]:
    """Return the outlined photos: the scored ones worst first, then the others by name."""
    parts = project.split.parts if project.split else {}
    ranked = scores.worst_first(measure) if scores else ()
    known = {entry.name for entry in project.photos}
    scored = {name for name, _ in ranked}
    rest = [(e.name, None) for e in project.photos if e.annotated and e.name not in scored]
    return tuple(
        PhotoLine(name, _file(project, name), parts.get(name, ""), score)
        for name, score in [*ranked, *rest]
        if name in known
    )


def place_of(project: Project, run: RunInfo, scores: RunScores | None, line: PhotoLine) -> Place:
    """Return where a photo, its label image and the run's prediction of it are."""
    truth = project.label_path(project.photo(line.name))
    part = scores.part if scores else "val"
    return Place(line.path, truth, prediction_path(run.path, part, line.name))


def _file(project: Project, name: str) -> Path:
    """Return where a photo is; where it cannot be found, where it was."""
    entry = project.photo(name)
    try:
        return project.photo_path(entry)
    except SegStudioError:
        return project.root / entry.path


def photo_words(line: PhotoLine) -> str:
    """Return a photo's name, overlap and part in one line."""
    parts = [line.name]
    if line.score is not None:
        parts.append(f"overlap {number(line.score)}, {in_words(line.score)}")
    if line.part in _PART_WORDS:
        parts.append(_PART_WORDS[line.part])
    return "   ·   ".join(parts)


def pixel_words(palette: Palette, layers: Layers, x: int, y: int) -> str:
    """Return the classes of a pixel of the layers, in the outlines and in the prediction."""
    return "   ".join(
        f"{who}: {palette.name_of(int(label[y, x]))}"
        for who, label in (("yours", layers.truth), ("model", layers.prediction))
        if label is not None and y < label.shape[0] and x < label.shape[1]
    )
