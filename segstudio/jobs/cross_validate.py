"""The job that scores on every photo: each is predicted by a model that never saw it (k-fold)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from segstudio.core.events import Message, Reporter
from segstudio.core.files import write_json
from segstudio.core.problems import Problem
from segstudio.core.splits import folds as deal_folds
from segstudio.core.splits import groups_of
from segstudio.jobs import split as split_job
from segstudio.jobs.opening import opened
from segstudio.jobs.series import OneRun, Series
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.photos.bursts import find_bursts
from segstudio.project.project import Project
from segstudio.review.scores import Scores

CROSS_VALIDATION = "cross_validation.json"
"""The last cross-validation of a project, in its folder."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class CrossValidateRequest:
    """How to train each of the runs, and into how many `folds` the photos are dealt."""

    project: Project | Path
    config: TrainConfig
    folds: int = FOLDS
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Fold:
    """One finished run: the photos that it did not see, and its score on them."""

    run: str
    photos: tuple[str, ...]
    miou: float | None


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Scores of `finished` folds of `wanted`; `pooled` adds up all photos of these."""

    finished: tuple[Fold, ...]
    wanted: int
    pooled: Scores

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped before the last fold."""
        return len(self.finished) < self.wanted

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The photos that could not be scored."""
        return self.pooled.problems

    @property
    def mean(self) -> float | None:
        """The mean of the folds' mIoU; None without any."""
        known = self._known()
        return fmean(known) if known else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the folds' mIoU; None with fewer than two."""
        known = self._known()
        return stdev(known) if len(known) > 1 else None

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints and that the project keeps."""
        return {
            "folds": [
                {"run": fold.run, "photos": list(fold.photos), "miou": fold.miou}
                for fold in self.finished
            ],
            "wanted": self.wanted,
            "mean": self.mean,
            "deviation": self.deviation,
            "pooled": self.pooled.as_json(),
        }

    def as_text(self) -> str:
        """Return what it says, in words and tables for the terminal."""
        if not self.finished:
            return "Stopped before the first fold was finished; nothing was kept."
        return "\n".join([*words(self.as_json()), "", self.pooled.as_text()])

    def _known(self) -> list[float]:
        return [fold.miou for fold in self.finished if fold.miou is not None]


def words(told: dict[str, Any]) -> list[str]:
    """Return the sentences on a cross-validation, from the object that the project keeps."""
    finished, wanted = len(told["folds"]), told["wanted"]
    photos = sum(len(fold["photos"]) for fold in told["folds"])
    pooled, ends = told["pooled"]["miou"], told["pooled"]["miou_interval"]
    known = [fold["miou"] for fold in told["folds"] if fold["miou"] is not None]
    lines = []
    if finished < wanted:
        lines.append(f"Stopped after {finished} of {wanted} trainings; this holds for these.")
    if pooled is not None:
        between = f", likely between {ends[0]:.2f} and {ends[1]:.2f}" if ends else ""
        lines.append(
            f"On {photos} photos, each predicted by a model that never saw it: average "
            f"overlap (mean IoU) {pooled:.2f}{between}."
        )
    if told["deviation"] is not None:
        lines.append(
            f"The {finished} trainings scored {told['mean']:.2f} on average, from {min(known):.2f} "
            f"to {max(known):.2f}."
        )
    lines.append(
        "The best epoch of each was chosen on the photos that it is scored on, so this is a little "
        "too kind."
    )
    return lines


def run(request: CrossValidateRequest, report: Reporter) -> CrossValidation:
    """Train a run for every fold on the other folds, score it there, and add all photos up.

    The photos of the locked test part stay out, bursts stay together, and the project's split does
    not change. A stop keeps the finished folds, as does whatever breaks off the next one. Raises
    SegStudioError where nothing is annotated or a training broke off, UsageError where there are
    fewer photos or bursts than folds.
    """
    config = request.config
    with opened(request.project) as project:
        check_settings(config, project.palette)
        dealt = _deal(project, request, report)
        finished: list[Fold] = []
        scored: list[Scores] = []
        series = Series(project, request.device, report)
        try:
            for place, fold in enumerate(dealt, 1):
                others = [name for other in dealt if other is not fold for name in other]
                title = f"Fold {place} of {len(dealt)}"
                name = f"fold-{place}-of-{len(dealt)}"
                one = OneRun(name, "fold", title, {"train": sorted(others), "val": fold})
                scores = series.train(config, one)
                if scores is None:
                    break
                scored.append(scores)
                finished.append(Fold(scores.run, fold, scores.miou))
                shown = "-" if scores.miou is None else f"{scores.miou:.3f}"
                report(Message(f"{title}: mean IoU {shown} on {len(fold)} photos."))
        finally:
            result = CrossValidation(tuple(finished), len(dealt), _pooled(project, scored))
            if finished:
                _keep(project, request, result)
        return result


def _deal(
    project: Project, request: CrossValidateRequest, report: Reporter
) -> tuple[tuple[str, ...], ...]:
    """Deal the photos that may be learned from out into folds."""
    pixels, marks = split_job.look_at(project, report)
    tests = project.split.names("test") if project.split else ()
    usable = {name: own for name, own in pixels.items() if name not in set(tests)}
    if tests:
        report(Message(f"The {len(tests)} test photos stay out."))
    bursts = find_bursts({name: mark for name, mark in marks.items() if name in usable})
    together = [burst.photos for burst in bursts] if request.config.keep_bursts else []
    if together:
        groups = len(groups_of(usable, together))
        report(Message(f"{len(usable)} photos in {groups} groups; bursts stay together."))
    return deal_folds(usable, request.folds, request.config.seed, together)


def _pooled(project: Project, scored: list[Scores]) -> Scores:
    """Add the photos of all folds up as if one model had been scored."""
    photos = [photo for scores in scored for photo in scores.photos]
    return Scores(
        run="cross-validation",
        part="val",
        class_names=tuple(entry.name for entry in project.palette.trained),
        background=scored[0].background if scored else None,
        photos=tuple(sorted(photos, key=lambda photo: photo.photo)),
        problems=tuple(problem for scores in scored for problem in scores.problems),
    )


def _keep(project: Project, request: CrossValidateRequest, result: CrossValidation) -> None:
    about = {
        "when": f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
        "settings": request.config.model_dump(mode="json"),
    }
    path = project.root / CROSS_VALIDATION
    write_json(path, {**result.as_json(), **about}, keep_backup=True)
