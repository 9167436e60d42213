"""How much each class counts in the loss, from its pixels in the training photos' labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_BETA = 0.9999
# A class with a few pixels must not drown the others: no weight beyond 50 times the smallest.
_LARGEST_RATIO = 50.0


def class_weights(
    choice: str | Sequence[float], pixels: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32] | None:
    """Return float32 (C,) weights with mean 1 over the classes present, or None for equal ones.

    `pixels` is int64 (C,), counted at the training's own size. A class without a pixel gets 0: it
    never appears in the truth, and an infinite weight would spoil the others. The user's own list,
    one number per class in the order of ids, is taken as it is.
    """
    if not isinstance(choice, str):
        return np.array(choice, np.float32)
    if choice == "none" or not pixels.any():
        return None
    present = pixels > 0
    raw = np.zeros(len(pixels), np.float64)
    raw[present] = _inverse(pixels[present]) if choice == "inverse" else _effective(pixels[present])
    raw[present] = np.minimum(raw[present], raw[present].min() * _LARGEST_RATIO)
    return np.asarray(raw / raw[present].mean(), np.float32)


def _inverse(pixels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Weigh by one over the share of pixels."""
    return np.asarray(pixels.sum() / pixels, np.float64)


def _effective(pixels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Weigh by one over the effective number of samples (Cui and others, CVPR 2019).

    Pixels of one photo are much alike, so the counts are taken in units of 1/10,000 of the whole;
    with raw pixel counts every class would reach the limit and weigh the same.
    """
    units = pixels / pixels.sum() * 10_000
    return np.asarray((1 - _BETA) / (1 - np.power(_BETA, units)), np.float64)
