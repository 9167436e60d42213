"""A run's history: what is damaged costs one epoch, and the best is the best that was scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segstudio.core.run_history import Standing, read_history, set_key


def line(epoch: int, **more: Any) -> str:
    return json.dumps({"epoch": epoch, "val_miou": 0.5, **more}, ensure_ascii=False)


def test_a_project_without_a_history_has_no_epochs(tmp_path: Path) -> None:
    assert read_history(tmp_path) == []
    (tmp_path / "history.jsonl").mkdir()
    assert read_history(tmp_path) == []


@pytest.mark.parametrize(
    "damage",
    [
        "", "{", "\x00" * 20, "7", "[]", "null", "{}", '{"val_miou": 0.5}', '{"epoch": "2"}',
        '{"epoch": 0}', '{"epoch": 2.5}', '{"epoch": true}', '{"epoch": 2, "iou": [0.5]}',
        '{"epoch": 2, "val_miou": "0.5"}', '{"epoch": 2, "iou": {"sky": "high"}}',
        '{"epoch": 2, "val_set": 7}', '{"epoch": 2, "val_miou": NaN}',
        '{"epoch": 2, "lr": 1e999}', f'{{"epoch": 2, "lr": 1{"0" * 400}}}',
        f'{{"epoch": 1{"0" * 400}}}',
        '{"epoch": 2, "val_miou": true}', '{"epoch": 2}{"epoch": 3}',
    ],
)  # fmt: skip
def test_a_damaged_line_costs_its_epoch_and_no_other(tmp_path: Path, damage: str) -> None:
    (tmp_path / "history.jsonl").write_text(f"{line(1)}\n{damage}\n{line(3)}\n", "utf-8")
    assert [epoch["epoch"] for epoch in read_history(tmp_path)] == [1, 3]


@pytest.mark.parametrize("cut", [2, 9])
def test_a_line_that_a_crash_cut_off_is_no_epoch_wherever_the_cut_is(
    tmp_path: Path, cut: int
) -> None:
    whole = '{"epoch": 1}\n{"epoch": 2, "iou": {"h\u00f6"'.encode()
    (tmp_path / "history.jsonl").write_bytes(whole[:-cut])
    assert read_history(tmp_path) == [{"epoch": 1}]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\r", "\n", "\x1c"])
def test_names_of_classes_may_hold_signs_that_end_lines_elsewhere(
    tmp_path: Path, sign: str
) -> None:
    iou = {f"open{sign}sea": 0.25}
    text = f"{line(1, iou=iou)}\n{line(2, iou=iou)}\n"
    (tmp_path / "history.jsonl").write_text(text, "utf-8")
    assert [epoch["iou"] for epoch in read_history(tmp_path)] == [iou, iou]


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


@pytest.mark.parametrize(
    ("scored", "best", "without_gain"),
    [
        ("a0.9 a0.8 b0.3 b0.4 b0.2", 4, 1),
        ("a0.3 a0.9 b0.5", 3, 0),
        ("a0.9 b0.5 a0.8 a0.7", 3, 1),
        ("a0.9 - b0.5 - -", 3, 2),
        ("a0.9 - a0.5", 1, 2),
        ("- - a0.5", 3, 0),
        ("?0.9 ?0.8 a0.7", 1, 2),
    ],
)
def test_scores_compare_only_where_the_same_photos_were_checked(
    scored: str, best: int, without_gain: int
) -> None:
    """`-` is an epoch that nothing checked, `?` one of a history that does not say on what."""
    history: list[dict[str, Any]] = []
    for number, word in enumerate(scored.split(), 1):
        own: dict[str, Any] = {"val_miou": None, "val_set": ""}
        if word != "-":
            own = {"val_miou": float(word[1:]), "val_set": word[0]}
        if word[0] == "?":
            del own["val_set"]
        history.append({"epoch": number, **own})
    standing = Standing.of(history)
    assert (standing.best_epoch, standing.without_gain) == (best, without_gain)
    assert standing.best_miou == history[best - 1]["val_miou"]


def test_a_set_of_photos_has_one_key_whatever_their_order() -> None:
    assert set_key(["a.jpg", "b.jpg"]) == set_key(["b.jpg", "a.jpg"])
    keys = {set_key(names) for names in ([], ["a"], ["b"], ["a", "b"], ["ab"], ["\udcff"])}
    assert len(keys) == 6
    assert set_key([]) == ""
