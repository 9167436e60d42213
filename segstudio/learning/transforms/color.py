"""How the colours of a crop vary: affine maps of red, green and blue, multiplied into one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.learning.config.augmentation import AugmentationSettings

Bytes = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
Rng = np.random.Generator

_LUMA = np.array([0.299, 0.587, 0.114])
"""Shares of red, green and blue in brightness (ITU-R BT.601)."""


# Each returns a 4x4 matrix for (red, green, blue, 1) in 0..255, given the mean of the crop. A
# change that is off returns the unit matrix and draws no random number.


def _brightness_and_contrast(mean: float, config: AugmentationSettings, rng: Rng) -> Matrix:
    """Lighten or darken, and stretch or flatten about the mean."""
    if not config.color_jitter:
        return np.eye(4)
    gain, contrast = rng.uniform(1 - config.color_jitter, 1 + config.color_jitter, 2)
    matrix = np.diag([gain * contrast] * 3 + [1.0])
    matrix[:3, 3] = mean * (1 - contrast) * gain
    return matrix


def _saturation(mean: float, config: AugmentationSettings, rng: Rng) -> Matrix:
    """Make colours stronger or paler."""
    if not config.color_jitter:
        return np.eye(4)
    factor = rng.uniform(1 - config.color_jitter, 1 + config.color_jitter)
    matrix = np.diag([factor] * 3 + [1.0])
    matrix[:3, :3] += (1 - factor) * _LUMA
    return matrix


def _tint(mean: float, config: AugmentationSettings, rng: Rng) -> Matrix:
    """Shift the white balance a little."""
    if not config.color_jitter:
        return np.eye(4)
    reach = config.color_jitter / 4
    return np.diag([*rng.uniform(1 - reach, 1 + reach, 3), 1.0])


COLOR: tuple[Callable[[float, AugmentationSettings, Rng], Matrix], ...] = (
    _brightness_and_contrast,
    _saturation,
    _tint,
)


def recolored(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Return the crop, uint8 (H, W, 3) RGB, in other colours; itself where none vary."""
    mean = float(np.mean(cv2.mean(crop)[:3]))
    matrix = np.eye(4)
    for make in COLOR:
        matrix = make(mean, config, rng) @ matrix
    if np.array_equal(matrix, np.eye(4)):
        return crop
    return np.asarray(cv2.transform(crop, matrix[:3]), np.uint8)
