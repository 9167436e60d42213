"""Speed and the time left: learning and checking are measured apart."""

from __future__ import annotations

import pytest

from segstudio.learning.clock import Clock


def test_time_left_counts_the_steps_and_checks_to_come() -> None:
    clock = Clock(epochs=3, steps_per_epoch=2)
    assert clock.eta() is None
    for _ in range(2):
        clock.step(0.5, crops=4)
    clock.check(2.0)
    assert clock.eta() == pytest.approx(4 * 0.5 + 2 * 2.0)


def test_speed_is_in_crops_learned_from_and_leaves_checking_out() -> None:
    clock = Clock(epochs=2, steps_per_epoch=2)
    assert clock.samples_per_second == 0
    clock.step(0.5, crops=8)
    clock.step(0.5, crops=2)
    clock.check(60.0)
    assert clock.samples_per_second == pytest.approx(10)


def test_what_was_done_before_is_not_to_come() -> None:
    clock = Clock(epochs=5, steps_per_epoch=10)
    clock.skip(epochs=3, steps=40, seconds=7.0)
    clock.step(1.0, crops=1)
    clock.check(3.0)
    assert clock.eta() == pytest.approx(9 * 1.0 + 1 * 3.0)
