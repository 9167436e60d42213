"""The rate finder climbs evenly, stops when it goes wrong, and takes the steepest place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from conftest import Recorder

from learning.networks import TurnsIntoNothing
from segstudio.learning.loop import Training
from segstudio.learning.rate_finder import STEPS, Tried, steepest, sweep

MakeTraining = Callable[..., Training]


def climb(training: Training) -> list[Tried]:
    return list(sweep(training.learner, training.crops, Recorder()))


def test_rates_climb_by_the_same_factor_and_the_loss_is_smoothed(
    make_training: MakeTraining,
) -> None:
    tried = climb(make_training(optimizer="sgd", momentum=0, weight_decay=0))
    assert len(tried) == STEPS
    rates = np.array([one.rate for one in tried])
    assert (rates[0], rates[-1]) == pytest.approx((1e-6, 1.0))
    assert np.diff(np.log(rates)) == pytest.approx(np.log(1e6) / (STEPS - 1))
    # The mean of all losses so far, each step back counting nine tenths.
    counts = 0.9 ** np.arange(30)[::-1]
    wanted = np.average([one.loss for one in tried[:30]], weights=counts)
    assert tried[29].smooth == pytest.approx(wanted)


def test_the_steps_are_really_taken_at_the_rate_that_is_told(make_training: MakeTraining) -> None:
    training = make_training(optimizer="sgd", momentum=0, weight_decay=0)
    weight = next(training.learner.model.parameters())
    before = weight.detach().clone()
    tried = sweep(training.learner, training.crops, Recorder())
    first = next(tried)
    moved = weight.detach() - before
    assert weight.grad is not None
    assert torch.allclose(moved, -first.rate * weight.grad, atol=1e-7)


def test_it_ends_when_the_loss_runs_away(make_training: MakeTraining) -> None:
    assert len(climb(make_training(network=TurnsIntoNothing(7)))) == 7
    away = climb(make_training(optimizer="sgd", momentum=0.99))
    best = min(one.smooth for one in away[:-1])
    assert len(away) == STEPS or away[-1].smooth > 4 * best


def test_the_steepest_place_of_a_known_curve_is_found() -> None:
    powers = np.linspace(-6, 0, 61)
    # Falls most steeply at 1e-3, and rises again from 1e-1 on.
    losses = 2 - np.tanh(2 * (powers + 3)) + np.exp(8 * (powers + 0.5))
    tried = [Tried(10**p, loss, loss) for p, loss in zip(powers, losses, strict=True)]
    assert steepest(tried) == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize("losses", [list(range(40)), [1.0] * 40, [1.0, 0.5], []])
def test_where_nothing_falls_nothing_is_suggested(losses: list[float]) -> None:
    tried = [Tried(10.0**n, loss, loss) for n, loss in enumerate(losses)]
    assert steepest(tried) is None
