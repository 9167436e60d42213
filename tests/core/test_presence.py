"""Which photos a class is on, against scikit-learn's report on the same questions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.presence import Presence, presence


def test_photos_are_counted_as_scikit_learn_counts_them() -> None:
    rng = np.random.default_rng(0)
    pairs = [
        (rng.choice(4, (5, 5), p=p).astype(np.uint8), rng.choice(4, (5, 5), p=q).astype(np.uint8))
        for p, q in zip(rng.dirichlet([0.2] * 4, 30), rng.dirichlet([0.2] * 4, 30), strict=True)
    ]
    found = presence([ConfusionMatrix.of(t, g, 4) for t, g in pairs], 4)
    truth = np.array([[(t == c).any() for c in range(4)] for t, _ in pairs])
    guess = np.array([[(g == c).any() for c in range(4)] for _, g in pairs])
    precision, recall, _, support = precision_recall_fscore_support(truth, guess, zero_division=0)
    assert [one.precision for one in found] == pytest.approx(list(precision), abs=1e-9)
    assert [one.recall for one in found] == pytest.approx(list(recall), abs=1e-9)
    assert [one.outlined for one in found] == list(support)


def test_ignored_pixels_put_a_class_on_no_photo() -> None:
    truth = np.array([[1, 255, 255]], np.uint8)
    found = presence([ConfusionMatrix.of(truth, np.array([[1, 0, 2]], np.uint8), 3)], 3)
    assert found == (Presence(0, 0, 0), Presence(1, 0, 0), Presence(0, 0, 0))
    assert (found[0].precision, found[0].recall) == (None, None)
