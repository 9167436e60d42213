"""What a job says while it runs. Every event is a frozen value; how a job ended is its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from segstudio.core.problems import Problem

# How a photo's labels look at a glance: nothing wrong, without outlines, nearly nothing outlined,
# numbers or a size that cannot be, label image unreadable, photo not found.
PhotoState = Literal["sound", "bare", "thin", "odd", "damaged", "lost"]


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` items of a stage are finished; total 0 means that the count is unknown."""

    stage: str
    done: int
    total: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Something worth telling the user in one sentence, such as a batch halved to fit memory."""

    text: str


@dataclass(frozen=True, slots=True)
class ProblemFound:
    """The job met a problem and went on."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A training begins; `class_names` is the order of every per-class tuple that follows."""

    run: str
    epochs: int
    steps_per_epoch: int
    device: str
    class_names: tuple[str, ...]
    train_photos: int
    val_photos: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """One optimiser step; `step` counts from 1 over the whole run, `eta_seconds` to its end."""

    epoch: int
    step: int
    loss: float
    lr: float
    eta_seconds: float | None


LOWEST_RATE, HIGHEST_RATE = 1e-6, 1.0
"""The first and the last learning rate that are tried where none makes it diverge."""


@dataclass(frozen=True, slots=True)
class RateTried:
    """One step at a learning rate that is only tried; `smooth` is the loss over the last steps."""

    rate: float
    loss: float
    smooth: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One epoch with its scores; val_* are None without validation photos, never 0.

    `class_iou` has one number per class, None where the class is in neither truth nor prediction.
    `epochs_without_gain` counts since `best_epoch`. `val_miou_low` and `_high` are the ends of the
    95 % interval over photos, None with fewer than two. Scores compare only between epochs with the
    same `val_set`, the key of the photos and outlines that they are of.
    """

    epoch: int
    train_loss: float
    val_loss: float | None
    val_miou: float | None
    class_iou: tuple[float | None, ...]
    seconds: float
    lr: float
    best_epoch: int | None
    best_miou: float | None
    epochs_without_gain: int
    eta_seconds: float | None
    val_miou_low: float | None = None
    val_miou_high: float | None = None
    val_set: str = ""


@dataclass(frozen=True, slots=True)
class BestSaved:
    """The best checkpoint so far was written."""

    epoch: int
    path: Path
    val_miou: float | None


@dataclass(frozen=True, slots=True)
class PreviewReady:
    """The overlay of one of the watched photos after an epoch, written as a JPEG at `path`."""

    epoch: int
    index: int
    photo: str
    path: Path


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The job rests, as the user wished, or has gone on."""

    paused: bool


@dataclass(frozen=True, slots=True)
class PhotoExplored:
    """One photo's label image was counted: `pixels` by palette id, the ignored ones under 255.

    `words` say why the photo needs a look; they are empty where its state is sound.
    """

    photo: str
    pixels: Mapping[int, int]
    state: PhotoState
    words: str = ""


@dataclass(frozen=True, slots=True)
class ChangeCounted:
    """What an edit of the palette changes in the `counted` of `total` photos looked at so far.

    `pixels` in `photos` get another id; `lost` and `gained` are pixels by id, ignored ones under
    255. `before` holds all pixels by id before the edit; empty until all are counted, and where
    nothing changes.
    """

    pixels: int
    photos: int
    counted: int
    total: int
    before: Mapping[int, int]
    lost: Mapping[int, int]
    gained: Mapping[int, int]


Event = (
    Progress
    | Message
    | ProblemFound
    | RunStarted
    | StepDone
    | RateTried
    | EpochDone
    | BestSaved
    | PreviewReady
    | PauseChanged
    | PhotoExplored
    | ChangeCounted
)


class Reporter(Protocol):
    """The only door out of a job: events go out, the wish to stop comes in."""

    @property
    def stop_requested(self) -> bool:
        """True once the user asked the job to stop."""

    def __call__(self, event: Event) -> None:
        """Tell the outside; called from the job's own thread."""


@runtime_checkable
class PausingReporter(Protocol):
    """A reporter whose user can also wish for a pause; a terminal's stops the program itself."""

    @property
    def pause_requested(self) -> bool:
        """True while the user wants the job to rest."""


def pause_requested(report: Reporter) -> bool:
    """Say whether the job is to rest now."""
    return isinstance(report, PausingReporter) and report.pause_requested


class Quiet:
    """Reports nothing to another reporter but passes on its wishes to stop and to rest."""

    def __init__(self, report: Reporter) -> None:
        self._report = report

    @property
    def stop_requested(self) -> bool:
        """Whether the other one wants to stop."""
        return self._report.stop_requested

    @property
    def pause_requested(self) -> bool:
        """Whether the other one wants to rest."""
        return pause_requested(self._report)

    def __call__(self, event: Event) -> None:
        """Keep the event to itself."""
