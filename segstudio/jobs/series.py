"""Several trainings as one job: runs of their own that are never taken for the project's best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segstudio.core.errors import SegStudioError
from segstudio.core.events import (
    EpochDone,
    Event,
    Message,
    ProblemFound,
    Progress,
    Quiet,
    Reporter,
    RunStarted,
    StepDone,
)
from segstudio.core.splits import Part
from segstudio.jobs import evaluate, train
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.jobs.train import TrainRequest
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project
from segstudio.review.scores import Scores


@dataclass(frozen=True, slots=True)
class OneRun:
    """One training of several: its `name`, what it is for, its photos, and words for its progress.

    `purpose` is kept in the run's config.json; a run with one is passed over by `best` and
    `latest`.
    """

    name: str
    purpose: str
    words: str
    photos: Mapping[Part, Sequence[str]]


class Series:
    """Trains one run after another; what each says before it begins is said once for all."""

    def __init__(self, project: Project, device: str, report: Reporter) -> None:
        self._project = project
        self._device = device
        self._report = report
        self._said: set[Event] = set()

    def train(self, config: TrainConfig, one: OneRun) -> Scores | None:
        """Train one run and score it on its own validation photos; None where the user stopped it.

        Raises SegStudioError where the training broke off by itself.
        """
        told = _Told(self._report, one.words, self._said)
        request = TrainRequest(
            self._project, config, self._device, one.name, photos=one.photos, purpose=one.purpose
        )
        result = train.run(request, told)
        if result.failed:
            raise SegStudioError(
                f"{one.words}: the training broke off.",
                meaning=f"{result.reason} What was finished before is kept.",
            )
        if result.interrupted:
            return None
        scoring = EvaluateRequest(self._project, result.run, "val", self._device)
        scores = evaluate.run(scoring, told)
        return None if scores.interrupted else scores


class _Told(Quiet):
    """Passes on what one training of several says: its steps become the progress of a stage.

    `said` is what the ones before said of settings and photos before they began.
    """

    def __init__(self, report: Reporter, words: str, said: set[Event]) -> None:
        super().__init__(report)
        self._words = words
        self._said = said
        self._began = False
        self._steps = 0
        self._score = ""

    def __call__(self, event: Event) -> None:
        """Pass an event on, under the words of the whole."""
        match event:
            case RunStarted():
                self._began = True
                self._steps = event.epochs * event.steps_per_epoch
            case StepDone():
                self._report(Progress(self._words, event.step, self._steps, self._score))
            case EpochDone(val_miou=float(miou)):
                self._score = f"mean IoU {miou:.2f}"
            case ProblemFound() | Message() if self._began:
                self._report(event)
            case ProblemFound() | Message() if event not in self._said:
                self._said.add(event)
                self._report(event)
