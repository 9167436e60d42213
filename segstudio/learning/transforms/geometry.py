"""How a photo lies under its crop: matrices, all multiplied into one warp.

Pixel centres lie at whole numbers here, as cv2 has it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from segstudio.learning.config.augmentation import AugmentationSettings

Matrix = npt.NDArray[np.float64]
Size = tuple[int, int]
"""Width and height in pixels."""
Rng = np.random.Generator


# Of the photo as a whole: each returns a 3x3 matrix about the origin at its centre, pixels. A
# change that is off returns the unit matrix and draws no random number.


def _scale(config: AugmentationSettings, rng: Rng) -> Matrix:
    """Shrink or enlarge; as often by half as to the double."""
    low, high = np.log(config.scale_min), np.log(config.scale_max)
    factor = float(np.exp(rng.uniform(low, high)))
    return np.diag([factor, factor, 1.0])


def _flip_horizontal(config: AugmentationSettings, rng: Rng) -> Matrix:
    """Mirror left to right."""
    return np.diag([-1.0 if config.flip_horizontal and rng.random() < 0.5 else 1.0, 1.0, 1.0])


def _flip_vertical(config: AugmentationSettings, rng: Rng) -> Matrix:
    """Turn upside down."""
    return np.diag([1.0, -1.0 if config.flip_vertical and rng.random() < 0.5 else 1.0, 1.0])


GEOMETRY: tuple[Callable[[AugmentationSettings, Rng], Matrix], ...] = (
    _scale,
    _flip_horizontal,
    _flip_vertical,
)


def draw_warp(config: AugmentationSettings, size: Size, side: Size, rng: Rng) -> Matrix:
    """Draw the warp from the pixels of a photo of this size to those of a crop, float64 (3, 3)."""
    matrix = np.eye(3)
    for make in GEOMETRY:
        matrix = make(config, rng) @ matrix
    return _placed(matrix, size, side, rng)


def _placed(matrix: Matrix, size: Size, side: Size, rng: Rng) -> Matrix:
    """Return the whole warp, with the crop at a random place on the photo.

    A photo smaller than the crop lies wholly inside it, also at a random place.
    """
    centred = np.eye(3)
    centred[:2, 2] = [(1 - size[0]) / 2, (1 - size[1]) / 2]
    moved = np.eye(3)
    extent = np.abs(matrix[:2, :2]) @ size
    for axis in range(2):
        room = extent[axis] - side[axis]
        # Whole pixels, so that an unscaled crop is an exact copy.
        start = round(rng.uniform(min(room, 0), max(room, 0)))
        moved[axis, 2] = (extent[axis] - 1) / 2 - start
    return moved @ matrix @ centred
