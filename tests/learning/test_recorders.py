"""How a run stands: the best is the best that was scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from segstudio.learning.recorders import RunFolder, Standing


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


@pytest.mark.parametrize(
    ("scores", "best", "without_gain"),
    [
        ([0.50, 0.51, 0.52], 3, 2),
        ([0.50, 0.53, 0.56], 3, 0),
        ([0.50, 0.60, 0.61, 0.60], 3, 2),
        ([0.50, 0.51, None, 0.56], 4, 0),
    ],
)
def test_small_gains_are_none_and_yet_the_best_is_kept(
    scores: list[float | None], best: int, without_gain: int
) -> None:
    history = [{"epoch": n, "val_miou": score} for n, score in enumerate(scores, 1)]
    standing = Standing.of(history, min_delta=0.05)
    assert (standing.best_epoch, standing.without_gain) == (best, without_gain)
    assert standing.best_miou == max(score for score in scores if score is not None)


@pytest.mark.parametrize("cut", [2, 9])
def test_a_line_that_a_crash_cut_off_is_no_epoch_wherever_the_cut_is(
    tmp_path: Path, cut: int
) -> None:
    whole = '{"epoch": 1}\n{"epoch": 2, "iou": {"h\u00f6"'.encode()
    (tmp_path / "history.jsonl").write_bytes(whole[:-cut])
    assert RunFolder(tmp_path).history() == [{"epoch": 1}]
