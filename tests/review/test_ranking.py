"""A run's scores as a review tells them."""

from __future__ import annotations

import pytest

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_json
from segstudio.review.ranking import grade, headline, in_words, load_scores

SCORES = {
    "run": "r",
    "split": "val",
    "miou": 0.834,
    "pixel_accuracy": 0.9,
    "classes": {"sky": {"iou": 0.9, "dice": 0.95, "precision": 0.9, "recall": None}},
    "confusion": [[1]],
    "photos": [
        {"photo": "b.jpg", "miou": 0.7},
        {"photo": "c.jpg", "miou": None},
        {"photo": "a.jpg", "miou": 0.2},
    ],
}


def test_the_worst_photo_comes_first_and_the_unscored_last(tmp_path):
    write_json(tmp_path / "scores.json", SCORES)
    scores = load_scores(tmp_path)
    assert scores is not None
    assert [name for name, _ in scores.worst_first()] == ["a.jpg", "b.jpg", "c.jpg"]


def test_photos_can_be_ranked_by_their_edges(tmp_path):
    edges = zip(SCORES["photos"], (0.1, 0.4, 0.3), strict=True)
    photos = [{**photo, "boundary_iou": value} for photo, value in edges]
    write_json(tmp_path / "scores.json", {**SCORES, "photos": photos})
    scores = load_scores(tmp_path)
    assert scores is not None
    expected = (("b.jpg", 0.1), ("a.jpg", 0.3), ("c.jpg", 0.4))
    assert scores.worst_first("boundary_iou") == expected


def test_the_headline_tells_the_likely_range(tmp_path):
    write_json(tmp_path / "scores.json", {**SCORES, "miou_interval": [0.71, 0.9]})
    scores = load_scores(tmp_path)
    assert scores is not None
    assert "0.83 (0 none, 1 perfect), likely 0.71 to 0.90, on 3 photos" in headline(scores)


def test_a_run_without_scores_has_none(tmp_path):
    assert load_scores(tmp_path) is None


def test_damaged_scores_are_told_in_words(tmp_path):
    write_json(tmp_path / "scores.json", {"miou": "high"})
    with pytest.raises(SegStudioError, match="scores"):
        load_scores(tmp_path)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("val", "Average overlap 0.83 (0 none, 1 perfect) on 3 photos kept aside. With so few"),
        ("train", "on 3 photos that it learned from, which says little"),
    ],
)
def test_the_headline_says_how_good_and_on_what_that_rests(tmp_path, part, words):
    write_json(tmp_path / "scores.json", {**SCORES, "split": part})
    scores = load_scores(tmp_path)
    assert scores is not None
    assert words in headline(scores)


def test_nothing_scored_is_no_zero(tmp_path):
    write_json(tmp_path / "scores.json", {**SCORES, "miou": None})
    scores = load_scores(tmp_path)
    assert scores is not None
    assert "0" not in headline(scores)


@pytest.mark.parametrize(
    ("iou", "word", "state"),
    [(0.95, "excellent", "good"), (0.5, "fair", "warning"), (0.0, "not found", "error")],
)
def test_overlaps_have_words_and_states(iou, word, state):
    assert (in_words(iou), grade(iou)) == (word, state)


def test_a_class_that_is_not_there_is_not_bad():
    assert (in_words(None), grade(None)) == ("not here", "")
