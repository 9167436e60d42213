"""The scores of a run as its folder keeps them, the worst photo first, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json
from segstudio.core.splits import Part

FEW_PHOTOS = 20
Grade = Literal["good", "warning", "error", ""]
Measure = Literal["miou", "boundary_iou"]
"""What photos are ranked by: the overlap, or that along edges."""
Ends = tuple[float, float]


class PhotosOf(BaseModel):
    """On how many photos a class was found, was missed, and was predicted without being there."""

    model_config = ConfigDict(frozen=True)

    found: int
    missed: int
    extra: int


class ClassScore(BaseModel):
    """The scores of one class over all photos; None where the class is not there to be scored.

    `share` and `presence` are None where an older SegStudio wrote the scores.
    """

    model_config = ConfigDict(frozen=True)

    iou: float | None
    dice: float | None = None
    precision: float | None = None
    recall: float | None = None
    iou_interval: Ends | None = None
    boundary_iou: float | None = None
    share: float | None = None
    presence: PhotosOf | None = None


class PhotoScore(BaseModel):
    """One photo's mean overlap, whole and along edges; None where nothing could be scored."""

    model_config = ConfigDict(frozen=True)

    photo: str
    miou: float | None
    boundary_iou: float | None = None


class RunScores(BaseModel):
    """What scores.json of a run holds of use to a review; scores run from 0 to 1."""

    model_config = ConfigDict(frozen=True)

    part: Part = Field("val", alias="split")
    miou: float | None
    pixel_accuracy: float | None
    classes: dict[str, ClassScore]
    photos: tuple[PhotoScore, ...]
    miou_interval: Ends | None = None
    miou_without_background: float | None = None
    pixel_accuracy_interval: Ends | None = None
    boundary_iou: float | None = None
    edge_share: float | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    warnings: tuple[str, ...] = ()

    def worst_first(self, measure: Measure = "miou") -> tuple[tuple[str, float | None], ...]:
        """Return the photos with their scores, rising; those without a score come last."""
        scores = [(photo.photo, getattr(photo, measure)) for photo in self.photos]
        return tuple(sorted(scores, key=_rank))


def load_scores(run_folder: Path) -> RunScores | None:
    """Read a run's scores; None where it was not scored yet, SegStudioError where damaged."""
    path = run_folder / "scores.json"
    if not path.is_file():
        return None
    try:
        return RunScores.model_validate(read_json(path))
    except ValidationError as error:
        raise SegStudioError(
            f"The scores {path} cannot be read: {error.errors()[0]['msg']}.",
            meaning="The file is damaged, or a newer SegStudio wrote it.",
            remedy="Score the run again.",
        ) from error


def grade(iou: float | None) -> Grade:
    """Return how good an overlap is: good from 0.75, warning from 0.5, error below."""
    if iou is None:
        return ""
    return "good" if iou >= 0.75 else "warning" if iou >= 0.5 else "error"


def headline(scores: RunScores) -> str:
    """Return in one sentence how good a run is and on what that rests."""
    count = len(scores.photos)
    photos = f"{count} photo" if count == 1 else f"{count} photos"
    if scores.miou is None:
        return "Nothing could be scored on these photos."
    what = f"Average overlap {scores.miou:.2f} (0 none, 1 perfect)"
    if scores.miou_interval is not None:
        what += ", likely {:.2f} to {:.2f},".format(*scores.miou_interval)
    if scores.part == "train":
        return f"{what} on {photos} that it learned from, which says little about new ones."
    kept = "kept aside for the very end" if scores.part == "test" else "kept aside"
    few = ". With so few photos this is rough" if count < FEW_PHOTOS else ""
    return f"{what} on {photos} {kept}{few}."


def in_words(iou: float | None) -> str:
    """Return how good an overlap is, in two words or fewer."""
    if iou is None:
        return "not here"
    steps = ((0.9, "excellent"), (0.75, "good"), (0.5, "fair"), (0.25, "poor"), (0.05, "bad"))
    return next((word for least, word in steps if iou >= least), "not found")


def _rank(photo: tuple[str, float | None]) -> tuple[bool, float, str]:
    name, score = photo
    return score is None, score or 0.0, name
