"""How fast a training is, and from that how long it still takes."""

from __future__ import annotations

import time

from segstudio.core.events import PauseChanged, Reporter, pause_requested

_LOOK_EVERY = 0.05


class Clock:
    """Measures a run's speed, and from it the time that is left; pauses do not count."""

    def __init__(self, epochs: int, steps_per_epoch: int) -> None:
        self._steps_left = epochs * steps_per_epoch
        self._epochs_left = epochs
        self._rested = 0.0
        self.started = self.now()
        self.preparing = self.learning = self.checking = self.last_check = 0.0
        self.crops = self._steps = self._checks = 0

    def now(self) -> float:
        """Return the seconds of work since some moment."""
        return time.monotonic() - self._rested

    def rest(self, report: Reporter) -> None:
        """Wait as long as the user wants a pause."""
        if not pause_requested(report) or report.stop_requested:
            return
        began = time.monotonic()
        report(PauseChanged(paused=True))
        while pause_requested(report) and not report.stop_requested:
            time.sleep(_LOOK_EVERY)
        self._rested += time.monotonic() - began
        report(PauseChanged(paused=False))

    def skip(self, epochs: int, steps: int, seconds: float) -> None:
        """Take off the checked epochs and the steps of an earlier part, which took `seconds`."""
        self.started -= seconds
        self._epochs_left -= epochs
        self._steps_left -= steps

    def prepare(self, seconds: float) -> None:
        """Count what was done before the first step of an epoch."""
        self.preparing += seconds

    def step(self, seconds: float, crops: int) -> None:
        """Count one optimiser step."""
        self.learning += seconds
        self.crops += crops
        self._steps += 1
        self._steps_left -= 1

    def check(self, seconds: float) -> None:
        """Count one check of an epoch."""
        self.last_check = seconds
        self.checking += seconds
        self._checks += 1
        self._epochs_left -= 1

    def eta(self) -> float | None:
        """Return the seconds to the end of the run, None before the first step."""
        if not self._steps:
            return None
        per_check = self.checking / self._checks if self._checks else 0.0
        return self.learning / self._steps * self._steps_left + per_check * self._epochs_left

    @property
    def samples_per_second(self) -> float:
        """Crops learned from per second of learning and of preparing for it."""
        return self.crops / (self.preparing + self.learning) if self.learning else 0.0
