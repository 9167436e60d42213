"""A pause rests the work, leaves no hole in its times, and ends by going on or by stopping."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from learning.conftest import MakeTraining
from learning.test_loop import Listener, history
from segstudio.core.events import (
    EpochDone,
    Event,
    PauseChanged,
    PreviewReady,
    Quiet,
    StepDone,
    pause_requested,
)
from segstudio.learning.clock import Clock
from segstudio.learning.loop import fit

PAUSE = 0.4


class Pausing(Listener):
    """Wishes for one pause from an event on, for a while or until a stop."""

    def __init__(self, when: Callable[[Event], bool], *, then_stop: bool = False) -> None:
        super().__init__()
        self._when, self._then_stop = when, then_stop
        self._until: float | None = None
        self.looks = 0

    @property
    def pause_requested(self) -> bool:
        if self._until is None:
            return False
        self.looks += 1
        if self._then_stop and self.looks > 2:
            self.stop_requested = True
        return time.monotonic() < self._until

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if self._until is None and self._when(event):
            self._until = time.monotonic() + (60 if self._then_stop else PAUSE)


def in_training(event: Event) -> bool:
    return isinstance(event, StepDone)


def in_checking(event: Event) -> bool:
    return isinstance(event, PreviewReady)


@pytest.mark.parametrize("when", [in_training, in_checking])
def test_a_pause_rests_and_changes_nothing_else(
    make_training: MakeTraining, when: Callable[[Event], bool]
) -> None:
    plain, paused = make_training("plain"), make_training("paused")
    fit(plain, Listener())
    report = Pausing(when)
    began = time.monotonic()
    result = fit(paused, report)
    took = time.monotonic() - began
    assert [event.paused for event in report.of(PauseChanged)] == [True, False]
    assert took >= PAUSE
    # Neither the run's time nor that of its epochs, and so no time left, holds the pause.
    assert result.seconds <= took - PAUSE
    assert sum(event.seconds for event in report.of(EpochDone)) <= took - PAUSE
    assert history(paused) == history(plain)


def test_nothing_is_learned_while_it_rests(make_training: MakeTraining) -> None:
    report = Pausing(in_training)
    fit(make_training(), report)
    kinds = [type(event) for event in report.events]
    first = kinds.index(PauseChanged)
    assert kinds[first + 1] is PauseChanged


def test_a_stop_ends_a_pause_and_keeps_the_best(make_training: MakeTraining) -> None:
    training = make_training(epochs=5)
    report = Pausing(lambda event: isinstance(event, EpochDone), then_stop=True)
    result = fit(training, report)
    assert (result.status, result.standing.best_epoch) == ("stopped", 1)
    assert training.folder.best.is_file()


def test_reporters_without_a_pause_never_wish_for_one() -> None:
    assert not pause_requested(Listener())
    wishing = Pausing(in_training)
    wishing(StepDone(1, 1, 0.5, 0.1, None))
    assert pause_requested(Quiet(wishing))
    clock, silent = Clock(1, 1), Listener()
    clock.rest(silent)
    assert silent.events == []
