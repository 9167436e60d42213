"""Measures training from stored features beside the plain way of doing the same, in one run."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.core.events import EpochDone, Event, Progress, Quiet, Reporter, StepDone
from segstudio.core.label_image import read_label, write_label
from segstudio.core.splits import PARTS
from segstudio.jobs import demo, train
from segstudio.jobs.locked_split import locked_split
from segstudio.jobs.training_peak import peak_of
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.learning.settings import parse_settings
from segstudio.project.project import Project

if TYPE_CHECKING:
    from segstudio.learning.bank.costs import CropCosts

STAGE = "Measuring the training"
_PURPOSE = "benchmark"
_NEAR = 0.95
RESNET = ("model=deeplabv3_resnet50",)


@dataclass(frozen=True, slots=True)
class TrainingBenchmark:
    """What to measure, on the sample or a project of the user's.

    `assignments` are settings on top of the preset's; `seeds` says how many whole trainings are
    made each way, 0 for the cost alone.
    """

    project: Path | None = None
    preset: str = "normal"
    assignments: tuple[str, ...] = RESNET
    seeds: int = 0
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Trained:
    """A training: seconds to its first step, and until each epoch was checked, with its mIoU."""

    first: float
    seconds: tuple[float, ...]
    scores: tuple[float | None, ...]

    @property
    def best(self) -> float | None:
        """The best mIoU; None where nothing was scored."""
        return max((score for score in self.scores if score is not None), default=None)

    def until(self, goal: float) -> float | None:
        """Return the seconds until an mIoU was reached; None where it never was."""
        pairs = zip(self.seconds, self.scores, strict=True)
        return next((s for s, score in pairs if score is not None and score >= goal), None)


@dataclass(frozen=True, slots=True)
class Duel:
    """A training without and with the bank, from the same seed, with the same number of crops."""

    seed: int
    plain: Trained
    bank: Trained


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """Everything that was measured; memory in bytes, None where the system does not tell."""

    settings: Mapping[str, Any]
    photos: int
    costs: CropCosts
    again_seconds: float
    duels: tuple[Duel, ...]
    device: str
    plain_memory: int | None = None
    bank_memory: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the figures in words, ratios first."""
        cost, settings = self.costs, self.settings
        lines = [
            f"{settings['model']}, {settings['train_layers']} learns, {self.photos} photos, crops "
            f"of {settings['crop_size']} px, batch {settings['batch_size']}, {cost.crops:,} crops.",
            self.device,
            f"{cost.plain / cost.bank:6.1f} times cheaper per crop than the plain frozen loop "
            f"(float32): {_ms(cost.bank)} against {_ms(cost.plain)}.",
            f"{cost.own / cost.bank:6.1f} times cheaper than SegStudio's own loop without the bank "
            f"({cost.precision}): {_ms(cost.own)}.",
            f"       {_ms(cost.look)} of it are looking once at every view, spread over all crops.",
            f"{cost.reached / cost.peak:6.0%} of the matrix product's speed in the head's step: "
            f"{cost.reached / 1e9:.0f} of {cost.peak / 1e9:.0f} GFLOP/s.",
            f"{self.again_seconds:6.1f} s from the start of a second run, after a label was "
            "corrected, to its first step.",
            f"Peak memory {_mb(self.bank_memory)}, without the bank {_mb(self.plain_memory)}.",
        ]
        return "\n".join([*lines, *map(_told, self.duels)])


def run(request: TrainingBenchmark, report: Reporter) -> TrainingFigures:
    """Measure on the sample, or on a project, whose runs for this are removed at the end.

    Raises SegStudioError where there is nothing to train on, UsageError for wrong settings.
    """
    config = _settings(request)
    with tempfile.TemporaryDirectory(prefix="segstudio-benchmark-") as folder:
        root = request.project or _sample(Path(folder) / "sample", report)
        with Project.open(root) as project:
            figures = _measured(project, request, config, Path(folder), report)
        report(Progress(STAGE, 0, 0, "memory"))
        short = {**figures.settings, "epochs": 1, "crops_per_photo": 1}
        peaks = [
            peak_of(root, TrainConfig.model_validate({**short, "feature_bank": bank}))
            for bank in ("off", "on")
        ]
        with Project.open(root) as project:
            _tidy(project)
    return replace(figures, plain_memory=peaks[0], bank_memory=peaks[1])


def _settings(request: TrainingBenchmark) -> TrainConfig:
    """Return the preset's settings for a backbone that sees, which costs alike if it does not."""
    config = parse_settings(request.preset, None, request.assignments)
    if config.weights != "pretrained":
        return config
    return config.model_copy(update={"weights": "none"})


def _sample(root: Path, report: Reporter) -> Path:
    """Make a project of the sample photos."""
    report(Progress(STAGE, 0, 0, "getting the sample ready"))
    with demo.create_sample(root) as project:
        demo.import_sample(project, Quiet(report))
    return root


def _measured(
    project: Project,
    request: TrainingBenchmark,
    config: TrainConfig,
    folder: Path,
    report: Reporter,
) -> TrainingFigures:
    """Measure all but the memory."""
    from segstudio.learning.bank.costs import crop_costs

    check_settings(config, project.palette)
    quiet = Quiet(report)
    split, config = locked_split(project, config, quiet)
    photos = {part: split.names(part) for part in PARTS}
    plan = train.plan_training(project, config, photos, request.device, quiet)
    report(Progress(STAGE, 0, 0, "the cost of a crop"))
    # A cache of its own, for features that are there already would cost nothing.
    costs = crop_costs(replace(plan, cache=folder / "cache"), report)
    report(Progress(STAGE, 0, 0, "a second run after a label was corrected"))
    again = _again(project, config, report)
    duels = tuple(_duel(project, config, seed, report) for seed in range(request.seeds))
    return TrainingFigures(
        settings=config.model_dump(mode="json"),
        photos=len(plan.train),
        costs=costs,
        again_seconds=again,
        duels=duels,
        device=plan.device.sentence,
    )


def _again(project: Project, config: TrainConfig, report: Reporter) -> float:
    """Return how long a run takes to its first step when one like it was there before."""
    short = config.model_copy(update={"epochs": 1, "feature_bank": "on"})
    _train(project, short, report)
    entry = next(entry for entry in project.photos if entry.annotated)
    path = project.label_path(entry)
    # The same pixels, written anew: to a training that is a corrected label.
    write_label(path, read_label(path), project.palette)
    return _train(project, short, report).first


def _duel(project: Project, config: TrainConfig, seed: int, report: Reporter) -> Duel:
    """Train without and with the bank; the second finds no features of the first seed's."""
    report(Progress(STAGE, 0, 0, f"whole trainings, seed {seed}"))
    return Duel(
        seed,
        *(
            _train(project, config.model_copy(update={"seed": seed, "feature_bank": bank}), report)
            for bank in ("off", "on")
        ),
    )


def _train(project: Project, config: TrainConfig, report: Reporter) -> Trained:
    """Train once and return how it went."""
    watch = _Watch(report)
    train.run(train.TrainRequest(project, config, purpose=_PURPOSE), watch)
    return Trained(watch.first, tuple(watch.seconds), tuple(watch.scores))


class _Watch(Quiet):
    """Notes when the first step and every epoch were done."""

    def __init__(self, report: Reporter) -> None:
        super().__init__(report)
        self.first = 0.0
        self.seconds: list[float] = []
        self.scores: list[float | None] = []
        self._began = time.perf_counter()

    def __call__(self, event: Event) -> None:
        """Take the time of an event."""
        now = time.perf_counter() - self._began
        if isinstance(event, StepDone) and not self.first:
            self.first = now
        elif isinstance(event, EpochDone):
            self.seconds.append(now)
            self.scores.append(event.val_miou)


def _tidy(project: Project) -> None:
    """Remove the runs that were made to measure."""
    for run in project.runs():
        if run.purpose == _PURPOSE:
            shutil.rmtree(run.path, ignore_errors=True)


def _told(duel: Duel) -> str:
    """Return how one seed went, in one line."""
    plain, bank = duel.plain.best, duel.bank.best
    if plain is None or bank is None:
        return f"Seed {duel.seed}: no photo checks, so there is no score."
    goal = _NEAR * plain
    times = [_seconds(way.until(goal)) for way in (duel.plain, duel.bank)]
    return (
        f"Seed {duel.seed}: best mIoU {bank:.3f} with the bank, {plain:.3f} without "
        f"({100 * (bank - plain):+.1f} points); {goal:.3f} was reached after {times[1]}, without "
        f"after {times[0]}; whole trainings {duel.bank.seconds[-1]:.0f} s and "
        f"{duel.plain.seconds[-1]:.0f} s."
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _mb(size: int | None) -> str:
    return "not known here" if size is None else f"{size / 1e6:,.0f} MB"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"
