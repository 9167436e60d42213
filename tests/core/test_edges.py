"""Boundary IoU and errors at edges against a search of every pixel's surroundings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segstudio.core.edges import EdgeCounts, band_width

CLASSES = 3
TRUTH = arrays(np.uint8, (9, 8), elements=st.sampled_from([0, 0, 1, 2, 255]))
GUESS = arrays(np.uint8, (9, 8), elements=st.integers(0, CLASSES - 1))


def in_band(label: np.ndarray, ignored: np.ndarray, at: tuple[int, int], d: int, border: bool):
    """Say whether a pixel of another class, or the outside, lies within d rows and columns."""
    row, column = at
    for r in range(row - d, row + d + 1):
        for c in range(column - d, column + d + 1):
            if not (0 <= r < label.shape[0] and 0 <= c < label.shape[1]):
                if border:
                    return True
            elif not ignored[r, c] and label[r, c] != label[at]:
                return True
    return False


def searched(truth: np.ndarray, guess: np.ndarray, d: int):
    hits, unions, wrong, at_edges = np.zeros(CLASSES, int), np.zeros(CLASSES, int), 0, 0
    ignored = truth == 255
    for at in np.ndindex(truth.shape):
        if ignored[at]:
            continue
        ours, theirs = (in_band(x, ignored, at, d, border=True) for x in (truth, guess))
        for index in range(CLASSES):
            mine, yours = ours and truth[at] == index, theirs and guess[at] == index
            hits[index] += mine and yours
            unions[index] += mine or yours
        if truth[at] != guess[at]:
            wrong += 1
            at_edges += in_band(truth, ignored, at, d, border=False)
    return hits, unions, wrong, at_edges


@settings(max_examples=40, deadline=None)
@given(TRUTH, GUESS, st.integers(1, 3))
def test_counts_are_those_of_a_search_round_every_pixel(truth, guess, d) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("segstudio.core.edges.band_width", lambda *_: d)
        found = EdgeCounts.of(truth, guess, CLASSES)
    hits, unions, wrong, at_edges = searched(truth, guess, d)
    np.testing.assert_array_equal(found.hits, hits)
    np.testing.assert_array_equal(found.unions, unions)
    assert (found.wrong, found.wrong_at_edges) == (wrong, at_edges)


def published(mask: np.ndarray) -> np.ndarray:
    """Return the boundary of a mask as the authors of boundary IoU compute it."""
    d = max(1, round(0.02 * float(np.hypot(*mask.shape))))
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=d)
    return mask - eroded[1:-1, 1:-1]


def test_boundary_iou_is_the_published_one_of_every_class() -> None:
    rng = np.random.default_rng(0)
    small = [rng.integers(0, CLASSES, (6, 9)).astype(np.uint8) for _ in range(2)]
    truth, guess = (
        cv2.resize(one, (140, 110), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
        for one in small
    )
    ours = EdgeCounts.of(truth, guess, CLASSES).boundary_iou()
    assert band_width(110, 140) == 4
    for index in range(CLASSES):
        one, other = (published((x == index).astype(np.uint8)) for x in (truth, guess))
        expected = (one & other).sum() / (one | other).sum()
        assert ours[index] == pytest.approx(expected, abs=1e-9)


def test_a_shifted_edge_costs_more_along_the_edge_than_over_all_and_counts_as_edge_error() -> None:
    truth = np.zeros((100, 100), np.uint8)
    truth[50:] = 1
    guess = np.zeros_like(truth)
    guess[52:] = 1
    counts = EdgeCounts.of(truth, guess, 2)
    assert counts.edge_share() == 1
    mean = counts.mean_boundary_iou()
    assert mean is not None
    assert mean < 0.96 < 48 / 50 + 0.01
    blob = truth.copy()
    blob[5:15, 40:50] = 1
    assert EdgeCounts.of(truth, blob, 2).edge_share() == 0


def test_right_is_one_and_what_is_ignored_or_absent_has_no_score() -> None:
    truth = np.zeros((30, 30), np.uint8)
    truth[10:20, 10:20] = 1
    truth[9:21, 20:23] = 255
    counts = EdgeCounts.of(truth, np.where(truth == 255, 0, truth).astype(np.uint8), 3)
    assert counts.boundary_iou() == (1, 1, None)
    assert counts.edge_share() is None
    nothing = EdgeCounts.of(np.full((5, 5), 255, np.uint8), np.zeros((5, 5), np.uint8), 2)
    assert nothing.mean_boundary_iou() is None


def test_photos_add_up() -> None:
    rng = np.random.default_rng(1)
    pairs = [rng.integers(0, CLASSES, (2, 20, 20)).astype(np.uint8) for _ in range(2)]
    one, other = (EdgeCounts.of(*pair, CLASSES) for pair in pairs)
    both = one + other
    assert both.unions.sum() == one.unions.sum() + other.unions.sum()
    assert both.wrong == one.wrong + other.wrong
