"""A learning rate found by trying ever larger ones for a step each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.events import HIGHEST_RATE, LOWEST_RATE, Reporter
from segstudio.learning.dataset import Batch, Crops
from segstudio.learning.learner import Learner, NotANumber

STEPS = 100
# How much of the smoothed loss carries over to the next step.
_CARRIED = 0.9
_DIVERGED = 4.0
_SETTLING, _SIDE = 10, 5


@dataclass(frozen=True, slots=True)
class Tried:
    """One step: its learning rate, the loss before it, and the loss smoothed over the last ones."""

    rate: float
    loss: float
    smooth: float


def sweep(learner: Learner, crops: Crops, report: Reporter) -> Iterator[Tried]:
    """Learn at rates that grow by the same factor each step, until the loss runs away.

    Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3, with an
    exponential ramp. The learner's model is of no use afterwards.
    """
    learner.begin_epoch(learner.config.epochs, report)
    best, running = math.inf, 0.0
    for step, batch in enumerate(itertools.islice(_endless(crops, report), STEPS)):
        rate = LOWEST_RATE * (HIGHEST_RATE / LOWEST_RATE) ** (step / (STEPS - 1))
        learner.set_rate(rate)
        try:
            loss = learner.step(batch, report)
        except NotANumber:
            return
        running = _CARRIED * running + (1 - _CARRIED) * loss
        smooth = running / (1 - _CARRIED ** (step + 1))
        yield Tried(rate, loss, smooth)
        best = min(best, smooth)
        if smooth > _DIVERGED * best:
            return


def steepest(tried: Sequence[Tried]) -> float | None:
    """Return the rate where the smoothed loss falls fastest per factor of the rate.

    None where it does not fall. Neither the first steps, whose mean is still one of a few losses,
    nor those after the lowest loss count; a slope is that over five steps to either side.
    """
    smooth = np.array([one.smooth for one in tried])
    middles = range(_SETTLING, int(smooth.argmin()) - _SIDE + 1) if len(smooth) else ()
    falls = [smooth[at + _SIDE] - smooth[at - _SIDE] for at in middles]
    if not falls or min(falls) >= 0:
        return None
    return tried[_SETTLING + int(np.argmin(falls))].rate


def _endless(crops: Crops, report: Reporter) -> Iterator[Batch]:
    """Yield the batches of one epoch after the other."""
    for epoch in itertools.count(1):
        crops.prepare(epoch, report)
        yield from crops.batches(epoch, report)
