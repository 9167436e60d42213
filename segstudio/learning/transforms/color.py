"""How the colours of a crop vary: a tone curve, and affine maps of red, green and blue in one."""

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
_YIQ = np.array([_LUMA, [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
"""Brightness and the two axes of colour of NTSC (SMPTE 170M)."""


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


def _hue(mean: float, config: AugmentationSettings, rng: Rng) -> Matrix:
    """Turn the colour wheel, brightness kept: a rotation in the plane of I and Q."""
    matrix = np.eye(4)
    if config.hue:
        angle = np.radians(rng.uniform(-config.hue, config.hue))
        sin, cos = np.sin(angle), np.cos(angle)
        turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
        matrix[:3, :3] = np.linalg.inv(_YIQ) @ turn @ _YIQ
    return matrix


def _grey(mean: float, config: AugmentationSettings, rng: Rng) -> Matrix:
    """Take all colour away from some crops."""
    matrix = np.eye(4)
    if config.grey and rng.random() < config.grey:
        matrix[:3, :3] = _LUMA
    return matrix


COLOR: tuple[Callable[[float, AugmentationSettings, Rng], Matrix], ...] = (
    _brightness_and_contrast,
    _saturation,
    _tint,
    _hue,
    _grey,
)


def recolored(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Return the crop, uint8 (H, W, 3) RGB, in other colours; itself where none vary."""
    if config.gamma:
        crop = _toned(crop, float(np.exp(rng.uniform(-config.gamma, config.gamma))))
    mean = float(np.mean(cv2.mean(crop)[:3]))
    matrix = np.eye(4)
    for make in COLOR:
        matrix = make(mean, config, rng) @ matrix
    if np.array_equal(matrix, np.eye(4)):
        return crop
    return np.asarray(cv2.transform(crop, matrix[:3]), np.uint8)


def _toned(crop: Bytes, power: float) -> Bytes:
    """Return the crop with its tones raised to a power; black and white stay."""
    table = 255 * (np.arange(256) / 255) ** power
    return np.asarray(cv2.LUT(crop, np.round(table).astype(np.uint8)), np.uint8)
