from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as oracle
from torchmetrics.classification import MulticlassConfusionMatrix
from torchmetrics.functional.classification import multiclass_jaccard_index

from segstudio.core.confusion import ConfusionMatrix

CLASSES = 4
TRUTH = arrays(np.uint8, (6, 7), elements=st.sampled_from([0, 1, 2, 3, 255]))
GUESS = arrays(np.uint8, (6, 7), elements=st.integers(0, CLASSES - 1))


@given(TRUTH, GUESS)
def test_counts_are_those_of_scikit_learn(truth: np.ndarray, guess: np.ndarray) -> None:
    scored = truth != 255
    counts = ConfusionMatrix.of(truth, guess, CLASSES).counts
    if scored.any():
        labels = range(CLASSES)
        expected = oracle.confusion_matrix(truth[scored], guess[scored], labels=labels)
        np.testing.assert_array_equal(counts, expected)
    else:
        assert not counts.any()
    assert counts.dtype == np.int64


@given(TRUTH, GUESS)
def test_scores_are_those_of_the_plain_formulas(truth: np.ndarray, guess: np.ndarray) -> None:
    matrix = ConfusionMatrix.of(truth, guess, CLASSES)
    scored = truth != 255
    for index in range(CLASSES):
        true, said = (truth == index) & scored, (guess == index) & scored
        hits = int((true & said).sum())
        pairs = (
            (matrix.iou(), hits, int((true | said).sum())),
            (matrix.dice(), 2 * hits, int(true.sum() + said.sum())),
            (matrix.precision(), hits, int(said.sum())),
            (matrix.recall(), hits, int(true.sum())),
        )
        for scores, top, bottom in pairs:
            assert scores[index] == (pytest.approx(top / bottom) if bottom else None)


@settings(max_examples=25)
@given(TRUTH, GUESS)
def test_iou_is_that_of_torchmetrics(truth: np.ndarray, guess: np.ndarray) -> None:
    expected = multiclass_jaccard_index(
        torch.from_numpy(guess).long(),
        torch.from_numpy(truth).long(),
        CLASSES,
        average="none",
        ignore_index=255,
    )
    ours = ConfusionMatrix.of(truth, guess, CLASSES).iou()
    for value, other in zip(ours, expected.tolist(), strict=True):
        # torchmetrics gives an absent class 0, we say n/a.
        assert (0.0 if value is None else value) == pytest.approx(other, abs=1e-6)


@settings(max_examples=25)
@given(TRUTH, GUESS)
def test_every_score_is_that_of_scikit_learn_to_the_ninth_digit(
    truth: np.ndarray, guess: np.ndarray
) -> None:
    scored = truth != 255
    matrix = ConfusionMatrix.of(truth, guess, CLASSES)
    flat, said, labels = truth[scored], guess[scored], range(CLASSES)
    if not flat.size:
        return
    pairs = (
        (matrix.iou(), oracle.jaccard_score),
        (matrix.dice(), oracle.f1_score),
        (matrix.precision(), oracle.precision_score),
        (matrix.recall(), oracle.recall_score),
    )
    for ours, theirs in pairs:
        expected = theirs(flat, said, labels=labels, average=None, zero_division=0)
        assert [value or 0.0 for value in ours] == pytest.approx(list(expected), abs=1e-9)
    weighted = oracle.jaccard_score(flat, said, average="weighted", zero_division=0)
    assert matrix.weighted_iou() == pytest.approx(weighted, abs=1e-9)
    assert matrix.pixel_accuracy() == pytest.approx(oracle.accuracy_score(flat, said), abs=1e-9)
    assert matrix.shares() == pytest.approx([(flat == c).mean() for c in labels], abs=1e-9)


@settings(max_examples=25)
@given(arrays(np.uint8, (6, 2, 5), elements=st.sampled_from([0, 1, 2, 3, 255])), st.randoms())
def test_batches_and_order_change_no_digit_and_torchmetrics_counts_the_same(truth, random) -> None:
    guess = np.roll(truth, 1, axis=2) % CLASSES
    theirs = MulticlassConfusionMatrix(CLASSES, ignore_index=255)
    order = random.sample(range(6), 6)
    for start in range(0, 6, 4):
        chosen = order[start : start + 4]
        theirs.update(
            torch.from_numpy(guess[chosen]).long(), torch.from_numpy(truth[chosen]).long()
        )
    parts = [ConfusionMatrix.of(truth[i], guess[i], CLASSES) for i in order]
    ours = sum(parts, ConfusionMatrix.zeros(CLASSES))
    whole = ConfusionMatrix.of(truth, guess, CLASSES)
    np.testing.assert_array_equal(ours.counts, theirs.compute().numpy())
    assert (ours.miou(), ours.iou()) == (whole.miou(), whole.iou())


def test_a_class_can_be_left_out_of_the_mean() -> None:
    matrix = ConfusionMatrix(np.array([[8, 2, 0], [0, 5, 5], [0, 0, 0]], np.int64))
    assert matrix.miou(without=0) == pytest.approx((5 / 12 + 0) / 2)
    assert matrix.miou() == pytest.approx((0.8 + 5 / 12 + 0) / 3)


def test_a_class_in_neither_is_left_out_of_the_mean() -> None:
    truth = np.array([[0, 0, 1, 1]], np.uint8)
    guess = np.array([[0, 1, 1, 1]], np.uint8)
    matrix = ConfusionMatrix.of(truth, guess, 3)
    assert matrix.iou() == (0.5, pytest.approx(2 / 3), None)
    assert matrix.miou() == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert matrix.pixel_accuracy() == 0.75


def test_a_class_only_predicted_counts_as_zero() -> None:
    matrix = ConfusionMatrix.of(np.zeros((1, 4), np.uint8), np.array([[0, 0, 0, 1]], np.uint8), 2)
    assert matrix.iou() == (0.75, 0.0)
    assert matrix.recall() == (0.75, None)


def test_nothing_scored_reads_not_applicable() -> None:
    ignored = np.full((2, 2), 255, np.uint8)
    for matrix in (
        ConfusionMatrix.zeros(2),
        ConfusionMatrix.of(ignored, np.zeros((2, 2), np.uint8), 2),
    ):
        assert matrix.miou() is None
        assert matrix.pixel_accuracy() is matrix.weighted_iou() is None
        assert matrix.iou() == matrix.dice() == matrix.precision() == (None, None)


@settings(max_examples=25)
@given(TRUTH, GUESS)
def test_photos_add_up_to_the_whole_set(truth: np.ndarray, guess: np.ndarray) -> None:
    whole = ConfusionMatrix.of(truth, guess, CLASSES)
    halves = ConfusionMatrix.of(truth[:2], guess[:2], CLASSES) + ConfusionMatrix.of(
        truth[2:], guess[2:], CLASSES
    )
    np.testing.assert_array_equal(whole.counts, halves.counts)
