"""Intervals over photos against a plain loop; few photos and absent classes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segstudio.core.bootstrap import expanded_tail, spread
from segstudio.core.confusion import ConfusionMatrix

# Student's 97.5 % quantiles as printed in tables, by degrees of freedom.
STUDENT = {4: 2.776, 9: 2.262, 19: 2.093, 49: 2.010}


def photos(count: int, classes: int = 3, seed: int = 0) -> list[ConfusionMatrix]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        counts = rng.integers(0, 20, (classes, classes)) + np.diag(rng.integers(20, 90, classes))
        made.append(ConfusionMatrix(counts.astype(np.int64)))
    return made


def test_the_interval_is_that_of_a_plain_loop() -> None:
    matrices = photos(7)
    rows = sorted(matrices, key=lambda m: _key(m)[::-1])
    weights = np.random.default_rng(0).multinomial(7, np.full(7, 1 / 7), 300)
    scores = []
    for row in weights:
        drawn = [matrix for matrix, times in zip(rows, row, strict=True) for _ in range(times)]
        scores.append(sum(drawn, ConfusionMatrix.zeros(3)).miou())
    tail = expanded_tail(7)
    found = spread(matrices, resamples=300).miou
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(scores, (tail, 1 - tail))))


def _key(matrix: ConfusionMatrix) -> list[int]:
    hits = matrix.counts.diagonal()
    return [*hits, *(matrix.counts.sum(0) + matrix.counts.sum(1) - hits)]


def test_the_order_of_photos_changes_nothing_and_the_seed_decides() -> None:
    matrices = photos(9)
    assert spread(matrices) == spread(matrices[::-1])
    assert spread(matrices, seed=1) != spread(matrices)


def test_tails_are_expanded_as_students_quantile_asks() -> None:
    for freedom, quantile in STUDENT.items():
        n = freedom + 1
        # The share of a normal law beyond sqrt(n / (n - 1)) t.
        wanted = 0.5 * math.erfc((n / (n - 1)) ** 0.5 * quantile / 2**0.5)
        assert expanded_tail(n) == pytest.approx(wanted, rel=0.01)
    assert expanded_tail(10_000) == pytest.approx(0.025, rel=0.01)


def test_more_photos_give_a_narrower_interval() -> None:
    few, many = spread(photos(6)).miou, spread(photos(60)).miou
    assert few is not None
    assert many is not None
    assert many.high - many.low < (few.high - few.low) / 2


def test_nothing_is_said_of_what_is_not_there() -> None:
    nothing = ConfusionMatrix.zeros(3)
    for matrices in ([], [nothing], [nothing, nothing], photos(1), [*photos(1), nothing]):
        found = spread(matrices)
        assert (found.miou, found.pixel_accuracy) == (None, None)
        assert not any(found.iou)


def test_a_class_on_one_photo_has_no_interval_of_its_own_but_counts_where_it_is_drawn() -> None:
    common = np.array([[90, 10, 0], [10, 90, 0], [0, 0, 0]], np.int64)
    rare = common.copy()
    rare[2] = [50, 0, 0]
    matrices = [ConfusionMatrix(common)] * 5 + [ConfusionMatrix(rare)]
    found = spread(matrices)
    assert found.iou[2] is None
    assert found.iou[0] is not None
    assert found.miou is not None
    # Without the rare photo the mean is 0.82, with it the class drags it down to about 0.52.
    assert found.miou.high == pytest.approx(9 / 11, abs=0.01)
    assert found.miou.low < 0.55


def test_the_true_score_lies_in_the_interval_nearly_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    population = photos(3000, seed=4)
    true = sum(population, ConfusionMatrix.zeros(3)).miou()
    assert true is not None
    held = 0
    for _ in range(120):
        found = spread([population[i] for i in rng.integers(0, 3000, 12)], resamples=300).miou
        assert found is not None
        held += found.low <= true <= found.high
    assert 0.88 <= held / 120 <= 1
