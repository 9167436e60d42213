"""How a run stands: the best is the best that was scored."""

from __future__ import annotations

import pytest

from segstudio.learning.recorders import Standing


@pytest.mark.parametrize(
    ("scores", "best", "without_gain"),
    [
        ([0.2, 0.5, 0.4], 2, 1),
        ([0.5, 0.5], 1, 1),
        ([0.0, 0.0], 1, 1),
        ([None, None], 2, 0),
        ([0.3, None], 1, 1),
        ([None, 0.0], 2, 0),
    ],
)
def test_best_epoch_of_a_history(scores: list[float | None], best: int, without_gain: int) -> None:
    history = [{"epoch": n, "val_miou": score} for n, score in enumerate(scores, 1)]
    standing = Standing.of(history)
    assert (standing.epochs, standing.best_epoch) == (len(scores), best)
    assert standing.without_gain == without_gain
