"""The job that suggests a learning rate for a training, by trying; it keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, RateTried, Reporter
from segstudio.core.files import check_writable, write_atomic
from segstudio.core.splits import Part
from segstudio.jobs.burn import burn
from segstudio.jobs.opening import opened
from segstudio.jobs.train import plan_training
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project

if TYPE_CHECKING:
    from segstudio.learning.rate_finder import Tried

STAGE = "Trying learning rates"


@dataclass(frozen=True, slots=True)
class FindRateRequest:
    """What would be trained, and where; `out` is a CSV file of all that was tried."""

    project: Project | Path
    config: TrainConfig
    device: str = "auto"
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class FoundRate:
    """The rates that were tried and the loss of each; `suggestion` None where none helped."""

    suggestion: float | None
    configured: float
    tried: tuple[tuple[float, float], ...]
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "suggestion": self.suggestion,
            "configured": self.configured,
            "tried": [{"lr": rate, "loss": loss} for rate, loss in self.tried],
        }

    def as_text(self) -> str:
        """Return one or two sentences."""
        if self.interrupted:
            return "Stopped before a learning rate was found."
        if self.suggestion is None:
            return "The loss did not fall at any learning rate, so none can be suggested."
        return (
            f"Suggested learning rate: {self.suggestion:.1e} (these settings have "
            f"{self.configured:g}).\nUse it with --set lr={self.suggestion:.1e}."
        )


def run(request: FindRateRequest, report: Reporter) -> FoundRate:
    """Try rates from small to large on the training photos; the project stays as it is.

    Without a split all outlined photos are used. Raises SegStudioError where there is nothing to
    learn from, the weights cannot be had or `out` cannot be written.
    """
    from segstudio.learning.download import Interrupted
    from segstudio.learning.rate_finder import steepest

    if request.out is not None:
        check_writable(request.out)
    tried: list[Tried] = []
    with opened(request.project) as project:
        try:
            _try_rates(project, request, report, tried)
        except Interrupted:
            return _found(request, tried, None, interrupted=True)
    if report.stop_requested:
        return _found(request, tried, None, interrupted=True)
    found = _found(request, tried, steepest(tried))
    if request.out is not None:
        lines = [f"{one.rate:.6e},{one.loss:.6f},{one.smooth:.6f}" for one in tried]
        write_atomic(request.out, "\n".join(["lr,loss,smoothed_loss", *lines, ""]).encode())
    return found


def _try_rates(
    project: Project, request: FindRateRequest, report: Reporter, tried: list[Tried]
) -> None:
    """Fill `tried` step by step, until the loss runs away or the user stops it."""
    from segstudio.learning.rate_finder import STEPS, sweep
    from segstudio.learning.setup import prepare

    check_settings(request.config, project.palette)
    burn(project, report)
    photos: dict[Part, list[str]] = {"train": _names(project), "val": [], "test": []}
    plan = plan_training(project, request.config, photos, request.device, report)
    if not plan.train:
        raise SegStudioError(
            f"The project {project.name} has no photo to try learning rates on.",
            meaning="They are tried on the photos that train.",
            remedy="Import annotations, or split the photos anew.",
        )
    ready = prepare(plan, report)
    for one in sweep(ready.learner, ready.crops, report):
        tried.append(one)
        report(Progress(STAGE, len(tried), STEPS))
        report(RateTried(one.rate, one.loss, one.smooth))
        if report.stop_requested:
            return


def _names(project: Project) -> list[str]:
    """Return the photos that train, all outlined ones while that is open."""
    if project.split is not None:
        return list(project.split.names("train"))
    return [entry.name for entry in project.photos if entry.annotated]


def _found(
    request: FindRateRequest, tried: list[Tried], rate: float | None, *, interrupted: bool = False
) -> FoundRate:
    points = tuple((one.rate, one.loss) for one in tried)
    return FoundRate(rate, request.config.lr, points, interrupted)
