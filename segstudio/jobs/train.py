"""The job that trains one run and keeps the best model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, ProblemFound, Reporter
from segstudio.core.files import read_json, write_json
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.core.splits import PARTS, Part
from segstudio.jobs import split as split_job
from segstudio.jobs.burn import burn
from segstudio.jobs.locked_split import locked_split
from segstudio.jobs.opening import opened
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.learning.settings import config_from_json
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project

if TYPE_CHECKING:
    from segstudio.learning.loop import Training
    from segstudio.learning.recorders import LastState
    from segstudio.learning.samples import Sample
    from segstudio.learning.setup import Plan

ENDED = {"completed": "Finished", "stopped": "Stopped", "failed": "Broke off"}


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train; `resume` goes on with a run, `start_from` begins anew from a run's model.

    `photos` take the place of the project's split, which then stays as it is. A run with a
    `purpose` is one of several that only count together: `best` and `latest` pass it over.
    """

    project: Project | Path
    config: TrainConfig
    device: str = "auto"
    name: str | None = None
    resume: str | None = None
    start_from: str | None = None
    photos: Mapping[Part, Sequence[str]] | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class TrainResult:
    """How a training ended; `val_miou` is None without validation photos, `run` "" if none began.

    `status` is completed, stopped (by the user), or failed, for a `reason` and with its best kept.
    `samples_per_second` counts training crops, checking left out.
    """

    run: str
    status: str
    epochs: int
    best_epoch: int | None
    val_miou: float | None
    seconds: float
    samples_per_second: float
    reason: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped it."""
        return self.status == "stopped"

    @property
    def failed(self) -> bool:
        """Whether it broke off by itself."""
        return self.status == "failed"

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """Return one or two sentences for the terminal."""
        if not self.run:
            return "Stopped before the training began."
        score = "-" if self.val_miou is None else f"{self.val_miou:.3f}"
        return (
            f"{ENDED[self.status]} run {self.run} after {self.epochs} epochs in "
            f"{self.seconds:.0f} s ({self.samples_per_second:.1f} crops per second).\n"
            f"Validation mIoU {score}, best in epoch {self.best_epoch or '-'}."
        )


def run(request: TrainRequest, report: Reporter) -> TrainResult:
    """Train one run of a project.

    Raises SegStudioError where there is nothing to learn from or the weights cannot be had.
    """
    from segstudio.learning.device import free_after_run, let_go
    from segstudio.learning.download import Interrupted

    with opened(request.project) as project:
        try:
            begin = _start if request.resume is None else _resume
            return begin(project, request, report)
        except (Interrupted, split_job.Stopped):
            return TrainResult("", "stopped", 0, None, None, 0.0, 0.0)
        except BaseException as error:
            let_go(error)
            raise
        finally:
            free_after_run()


def _start(project: Project, request: TrainRequest, report: Reporter) -> TrainResult:
    """Train a new run."""
    from segstudio.learning.setup import set_up

    check_settings(request.config, project.palette)
    photos, config = _photos(project, request, report)
    best = None
    if request.start_from is not None:
        best = project.run(request.start_from).path / "best.safetensors"
        config = config.model_copy(update={"weights": str(best)})
    plan = plan_training(project, config, photos, request.device, report)
    plan = replace(plan, start_from=best, purpose=request.purpose)
    _tell_few(plan, report)
    name = request.name or config.model
    return _fit(set_up(plan, lambda: project.new_run_folder(name), report), report)


def _photos(
    project: Project, request: TrainRequest, report: Reporter
) -> tuple[Mapping[Part, Sequence[str]], TrainConfig]:
    """Return the photos to train with and the settings really used."""
    if request.photos is None:
        split, config = locked_split(project, request.config, report)
        return {part: split.names(part) for part in PARTS}, config
    burn(project, report)
    config = request.config.model_copy(update={"split": "given"})
    return {part: request.photos.get(part, ()) for part in PARTS}, config


def _resume(project: Project, request: TrainRequest, report: Reporter) -> TrainResult:
    """Go on with a run, with its own settings and photos."""
    from segstudio.learning.recorders import RunFolder
    from segstudio.learning.setup import set_up

    found = project.run(request.resume or "")
    burn(project, report)
    kept = _kept_config(found)
    settings = {key: value for key, value in kept.items() if key in TrainConfig.model_fields}
    config = config_from_json(settings, str(found.path / "config.json"))
    _check_palette(project.palette, kept, found)
    last = RunFolder(found.path).load_last()
    report(Message(f"Going on after epoch {last.epoch}, with the run's own settings."))
    plan = plan_training(project, config, kept["photos"], request.device, report)
    kept_model = last.learner["model"]
    plan = replace(plan, kept=kept_model, begun_with=kept["photos"], purpose=found.purpose)
    return _fit(set_up(plan, lambda: found.path, report), report, last)


def plan_training(
    project: Project,
    config: TrainConfig,
    photos: Mapping[Part, Iterable[str]],
    device: str,
    report: Reporter,
) -> Plan:
    """Gather what to train, on which photos and where; problems are told."""
    from segstudio.learning.device import choose_device
    from segstudio.learning.setup import Plan
    from segstudio.learning.tensorboard import require_tensorboard

    if config.tensorboard:
        require_tensorboard()
    return Plan(
        config=config,
        palette=project.palette,
        train=_samples(project, photos["train"], report),
        val=_samples(project, photos["val"], report),
        cache=project.cache,
        device=choose_device(device),
    )


@contextlib.contextmanager
def _recorded(training: Training, report: Reporter, last: LastState | None) -> Iterator[Reporter]:
    """Give the reporter that also writes for TensorBoard where that is wanted."""
    if not training.config.tensorboard:
        yield report
        return
    from segstudio.learning.tensorboard import TensorBoard

    done = last.epoch * training.crops.steps_per_epoch if last else 0
    board = TensorBoard(report, training.folder.path, done + 1)
    with contextlib.closing(board):
        yield board


def _fit(training: Training, report: Reporter, last: LastState | None = None) -> TrainResult:
    """Run the loop and leave result.json in the run's folder, however it ends."""
    from segstudio.learning.loop import fit

    folder = training.folder.path
    try:
        with _recorded(training, report, last) as told:
            fitted = fit(training, told, last)
    except BaseException:
        # On a full disk this fails as well; what went wrong first is what has to be told.
        with contextlib.suppress(SegStudioError):
            write_json(folder / "result.json", {"run": folder.name, "status": "failed"})
        raise
    result = TrainResult(
        run=folder.name,
        status=fitted.status,
        epochs=fitted.standing.epochs,
        best_epoch=fitted.standing.best_epoch,
        val_miou=fitted.standing.best_miou,
        seconds=round(fitted.seconds, 2),
        samples_per_second=round(fitted.samples_per_second, 2),
        reason=fitted.reason,
    )
    write_json(folder / "result.json", result.as_json())
    return result


def _samples(project: Project, names: Iterable[str], report: Reporter) -> tuple[Sample, ...]:
    """Find the photos and label images of these names; tell which are gone."""
    from segstudio.learning.samples import Sample

    known = {entry.name: entry for entry in project.photos if entry.annotated}
    found = []
    for name in names:
        try:
            entry = known[name]
            found.append(Sample(name, project.photo_path(entry), project.label_path(entry)))
        except KeyError:
            text = "Left out: it is no longer an annotated photo of the project."
            report(ProblemFound(Problem("warning", name, text)))
        except SegStudioError as error:
            report(ProblemFound(Problem("warning", name, f"Left out: {error.what}")))
    return tuple(found)


def _tell_few(plan: Plan, report: Reporter) -> None:
    """Refuse a training without photos, warn of one with a single photo."""
    if not plan.train:
        raise SegStudioError(
            "No photo is set to train.",
            meaning="The split has no training photo that is still there.",
            remedy="Split the photos anew: segstudio split PROJECT.",
        )
    if len(plan.train) == 1:
        report(
            Message(
                "There is one training photo only: the model will learn it by heart. "
                "Outline a few more."
            )
        )


def _kept_config(run: RunInfo) -> dict[str, Any]:
    """Read what a run wrote about itself; SegStudioError where that is damaged."""
    path = run.path / "config.json"
    kept = read_json(path)
    if not isinstance(kept, dict) or not {"palette", "photos"} <= kept.keys():
        raise SegStudioError(
            f"The run {run.name} cannot be continued: {path} is damaged.",
            remedy=f"Start a new run from its model: segstudio train PROJECT --from {run.name}.",
        )
    return kept


def _check_palette(palette: Palette, kept: dict[str, Any], run: RunInfo) -> None:
    """Refuse to go on with a run whose classes are not the project's any more."""
    from segstudio.learning.checkpoint import same_classes

    old = Palette.from_json(kept["palette"], f"the palette of run {run.name}")
    if not same_classes(old, palette):
        raise SegStudioError(
            f"The run {run.name} cannot be continued: the project's classes have changed.",
            meaning="Its last layer answers for the classes that it began with.",
            remedy=f"Start a new run from its model: segstudio train PROJECT --from {run.name}.",
        )
