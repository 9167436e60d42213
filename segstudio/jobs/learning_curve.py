"""The job that trains on a quarter, half, three quarters and all photos: would more help?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.files import write_json
from segstudio.core.growth import Growth, growth
from segstudio.core.splits import Amounts, Part, folds, groups_of
from segstudio.jobs import split as split_job
from segstudio.jobs.locked_split import locked_split
from segstudio.jobs.opening import opened
from segstudio.jobs.series import OneRun, Series
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.photos.bursts import find_bursts
from segstudio.photos.marks import PhotoMark
from segstudio.project.project import Project

LEARNING_CURVE = "learning_curve.json"
"""The last learning curve of a project, in its folder."""
STEPS = 4
_MOST_CROPS = 1000


@dataclass(frozen=True, slots=True)
class LearningCurveRequest:
    """How to train each of the runs."""

    project: Project | Path
    config: TrainConfig
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Point:
    """One finished run: how many photos it learned from, its score and the score's interval."""

    run: str
    photos: int
    miou: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The score by the number of training photos, on the same `val_photos` throughout."""

    points: tuple[Point, ...]
    wanted: int
    val_photos: int

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped before the last run."""
        return len(self.points) < self.wanted

    @property
    def growth(self) -> Growth:
        """Whether more labelling would help."""
        known = [(point.photos, point.miou) for point in self.points if point.miou is not None]
        return growth(known)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints and that the project keeps."""
        return {
            "points": [
                {
                    "run": point.run,
                    "photos": point.photos,
                    "miou": point.miou,
                    "miou_interval": list(point.interval) if point.interval else None,
                }
                for point in self.points
            ],
            "wanted": self.wanted,
            "val_photos": self.val_photos,
            "doubled": self.growth.doubled,
            "words": self.growth.words,
        }

    def as_text(self) -> str:
        """Return a small table and the sentence for the terminal."""
        rows = [
            f"{point.photos:>6} photos  mean IoU {_shown(point.miou)}  {_likely(point.interval)}"
            for point in self.points
        ]
        head = "Stopped before the last run." if self.interrupted else ""
        return "\n".join([*filter(None, [head]), *rows, self.growth.words])


def run(request: LearningCurveRequest, report: Reporter) -> LearningCurve:
    """Train on nested parts of the training photos, each checked on the same validation photos.

    Every run makes as many steps as the one on all photos: fewer photos give more crops each. A
    stop keeps the finished runs, as does whatever breaks off the next one. Raises SegStudioError
    where no photo checks, fewer than four train, or a training broke off.
    """
    with opened(request.project) as project:
        check_settings(request.config, project.palette)
        split, config = locked_split(project, request.config, report)
        val = split.names("val")
        if not val:
            raise SegStudioError(
                f"The project {project.name} has no photos kept aside to check.",
                meaning="A learning curve compares scores on photos that were not learned from.",
                remedy="Split the photos so that val has some.",
            )
        pixels, marks = split_job.look_at(project, report)
        train = set(split.names("train"))
        portions = nested(
            {name: own for name, own in pixels.items() if name in train}, marks, config
        )
        points: list[Point] = []
        series = Series(project, request.device, report)
        try:
            for place, names in enumerate(portions, 1):
                title = f"Learning from {len(names)} photos ({place} of {len(portions)})"
                photos: dict[Part, Sequence[str]] = {"train": names, "val": val}
                one = OneRun(f"curve-{len(names)}-photos", "curve", title, photos)
                own = _as_many_steps(config, len(names), len(portions[-1]))
                scores = series.train(own, one)
                if scores is None:
                    break
                likely = scores.spread.miou
                interval = (likely.low, likely.high) if likely else None
                points.append(Point(scores.run, len(names), scores.miou, interval))
                report(Message(f"{len(names)} photos: mean IoU {_shown(scores.miou)}."))
        finally:
            curve = LearningCurve(tuple(points), len(portions), len(val))
            if points:
                _keep(project, config, curve)
        return curve


def nested(
    pixels: Amounts, marks: Mapping[str, PhotoMark], config: TrainConfig
) -> list[tuple[str, ...]]:
    """Return growing parts of the photos, each holding the one before.

    Bursts stay together where there are enough of them. Raises SegStudioError with too few photos.
    """
    if len(pixels) < STEPS:
        raise SegStudioError(
            f"A learning curve needs at least {STEPS} training photos; here are {len(pixels)}.",
            remedy="Outline a few more and split the photos anew.",
        )
    bursts = find_bursts({name: mark for name, mark in marks.items() if name in pixels})
    together = [burst.photos for burst in bursts] if config.keep_bursts else []
    if len(groups_of(pixels, together)) < STEPS:
        together = []
    dealt = folds(pixels, STEPS, config.seed, together)

    def classes(names: tuple[str, ...]) -> int:
        return len({class_id for name in names for class_id in pixels[name]})

    # The smallest part should show what there is.
    order = sorted(dealt, key=classes, reverse=True)
    return [
        tuple(sorted(name for names in order[:count] for name in names))
        for count in range(1, STEPS + 1)
    ]


def _keep(project: Project, config: TrainConfig, curve: LearningCurve) -> None:
    when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
    kept = {**curve.as_json(), "when": when, "settings": config.model_dump(mode="json")}
    write_json(project.root / LEARNING_CURVE, kept, keep_backup=True)


def _as_many_steps(config: TrainConfig, photos: int, all_photos: int) -> TrainConfig:
    crops = min(_MOST_CROPS, round(config.crops_per_photo * all_photos / photos))
    return config.model_copy(update={"crops_per_photo": crops})


def _shown(score: float | None) -> str:
    return "-" if score is None else f"{score:.3f}"


def _likely(interval: tuple[float, float] | None) -> str:
    return f"(likely {interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
