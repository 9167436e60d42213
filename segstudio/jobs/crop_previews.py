"""The job that shows what the network will see: random crops of the training photos, as drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.files import write_atomic
from segstudio.core.overlay import blend
from segstudio.core.problems import Problem
from segstudio.jobs.opening import opened
from segstudio.learning.config import TrainConfig
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing, random_crop
from segstudio.project.project import Project

Bytes = npt.NDArray[np.uint8]

COUNT = 8
_ACROSS, _GAP = 4, 8
_SHEET = "crops.png"


@dataclass(frozen=True, slots=True)
class CropPreviewRequest:
    """Whose photos to cut with which settings, and how often; `out` takes a sheet of all."""

    project: Project | Path
    config: TrainConfig
    count: int = COUNT
    out: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CropPicture:
    """A crop with the colours of its label over it, uint8 (S, S, 3) RGB."""

    photo: str
    rgb: Bytes


@dataclass(frozen=True, slots=True)
class CropPreviews:
    """The crops, the sheet that holds them where one was asked for, and the photos left out."""

    pictures: tuple[CropPicture, ...]
    sheet: Path | None
    problems: tuple[Problem, ...]
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "sheet": str(self.sheet) if self.sheet else None,
            "photos": [picture.photo for picture in self.pictures],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return one line for the terminal."""
        return f"{len(self.pictures)} crops as the network will see them: {self.sheet}"


def run(request: CropPreviewRequest, report: Reporter) -> CropPreviews:
    """Cut crops as a training would; the same settings and seed give the same ones.

    Raises SegStudioError where no photo with a label image can be read.
    """
    with opened(request.project, write=False) as project:
        problems: list[Problem] = []
        pictures = tuple(_pictures(project, request, report, problems))
        if not pictures and not report.stop_requested:
            raise SegStudioError(
                "There is no photo with outlines to show crops of.",
                meaning="Crops are shown with the label images that photos were outlined with.",
                remedy="Import annotations first, or put the photos back where they were.",
            )
    sheet = None
    if request.out is not None and pictures:
        sheet = request.out / _SHEET
        _, data = cv2.imencode(".png", _sheet([one.rgb for one in pictures])[..., ::-1])
        write_atomic(sheet, data.tobytes())
    return CropPreviews(pictures, sheet, tuple(problems), report.stop_requested)


def _pictures(
    project: Project, request: CropPreviewRequest, report: Reporter, problems: list[Problem]
) -> Iterator[CropPicture]:
    """Yield crop after crop, photos taken in turn."""
    config = request.config
    preprocessing = Preprocessing(working_size=config.working_size)
    copies = WorkingCopies(project.cache / "photos")
    samples = _samples(project, request.count)
    for number in range(request.count if samples else 0):
        if report.stop_requested:
            return
        sample = samples[number % len(samples)]
        report(Progress("Cutting crops", number, request.count, sample.name))
        try:
            photo, label = copies.pair(sample, preprocessing)
        except SegStudioError as error:
            problem = Problem("warning", sample.name, f"Left out: {error.what}")
            if problem not in problems:
                problems.append(problem)
                report(ProblemFound(problem))
            continue
        rng = np.random.default_rng([config.seed, number])
        crop, truth = random_crop(photo, label, config, preprocessing.fill(), rng)
        yield CropPicture(sample.name, blend(crop, truth, project.palette, opacity=0.4))


def _samples(project: Project, most: int) -> list[Sample]:
    """Return photos that train, spread over all of them; any with outlines before the split."""
    split = project.split
    names = set(split.names("train")) if split is not None else None
    entries = [
        entry
        for entry in project.photos
        if entry.annotated and (names is None or entry.name in names)
    ]
    found = []
    for place in range(min(most, len(entries))):
        entry = entries[place * len(entries) // min(most, len(entries))]
        try:
            path = project.photo_path(entry)
        except SegStudioError:
            # Reading tells why, in words.
            path = project.root / entry.path
        found.append(Sample(entry.name, path, project.label_path(entry)))
    return found


def _sheet(pictures: Sequence[Bytes]) -> Bytes:
    """Return pictures of one size side by side in rows, uint8 RGB."""
    high, wide = pictures[0].shape[:2]
    across = min(_ACROSS, len(pictures))
    down = -(-len(pictures) // across)
    shape = (down * (high + _GAP) + _GAP, across * (wide + _GAP) + _GAP, 3)
    sheet = np.full(shape, 40, np.uint8)
    for number, picture in enumerate(pictures):
        top = _GAP + number // across * (high + _GAP)
        left = _GAP + number % across * (wide + _GAP)
        sheet[top : top + high, left : left + wide] = picture
    return sheet
