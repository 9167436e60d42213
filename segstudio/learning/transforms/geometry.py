"""How a photo lies under its crop: matrices, all multiplied into one warp.

Pixel centres lie at whole numbers here, as cv2 has it.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.learning.config.augmentation import AugmentationSettings

Matrix = npt.NDArray[np.float64]
Size = tuple[int, int]
"""Width and height in pixels."""
Rng = np.random.Generator


# A change that is off returns the unit matrix and draws no random number.

# Of the photo as a whole: each returns a 3x3 matrix about the origin at its centre, pixels, that
# keeps the photo's edges upright.


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


def _quarter_turn(config: AugmentationSettings, rng: Rng) -> Matrix:
    """Turn by 0, 90, 180 or 270 degrees."""
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return np.linalg.matrix_power(turn, int(rng.integers(4)) if config.rot90 else 0)


# Of the crop: each returns a 3x3 matrix about the origin at the middle of a crop of that size.


def _rotate(config: AugmentationSettings, side: Size, rng: Rng) -> Matrix:
    """Turn to either side."""
    if not config.rotate:
        return np.eye(3)
    angle = np.radians(rng.uniform(-config.rotate, config.rotate))
    sin, cos = np.sin(angle), np.cos(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _shear(config: AugmentationSettings, side: Size, rng: Rng) -> Matrix:
    """Slant along one axis or the other."""
    matrix = np.eye(3)
    if config.shear:
        slant = np.tan(np.radians(rng.uniform(-config.shear, config.shear)))
        axis = int(rng.integers(2))
        matrix[axis, 1 - axis] = slant
    return matrix


def _perspective(config: AugmentationSettings, side: Size, rng: Rng) -> Matrix:
    """Move the four corners; at less than a quarter of the side they stay convex."""
    if not config.perspective:
        return np.eye(3)
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    moved = corners + rng.uniform(-config.perspective, config.perspective, (4, 2))
    pixels = np.array(side)
    matrix = cv2.getPerspectiveTransform(
        (corners * pixels).astype(np.float32), (moved * pixels).astype(np.float32)
    )
    return np.asarray(matrix, np.float64)


def _shift(config: AugmentationSettings, side: Size, rng: Rng) -> Matrix:
    """Move by whole pixels, also beyond the photo's edge."""
    matrix = np.eye(3)
    if config.shift:
        matrix[:2, 2] = np.round(rng.uniform(-config.shift, config.shift, 2) * side)
    return matrix


GEOMETRY: tuple[Callable[[AugmentationSettings, Rng], Matrix], ...] = (
    _scale,
    _flip_horizontal,
    _flip_vertical,
    _quarter_turn,
)
TILTS: tuple[Callable[[AugmentationSettings, Size, Rng], Matrix], ...] = (
    _rotate,
    _shear,
    _perspective,
    _shift,
)


def draw_warp(
    config: AugmentationSettings, size: Size, side: Size | None, rng: Rng
) -> tuple[Matrix, Size]:
    """Draw the warp from the pixels of a photo of this size to those of a crop, float64 (3, 3).

    Returns it and the crop's size: `side`, or where that is None what the photo covers once it is
    scaled, mirrored and turned.
    """
    matrix = np.eye(3)
    for make in GEOMETRY:
        matrix = make(config, rng) @ matrix
    extent = np.abs(matrix[:2, :2]) @ size
    side = side or (max(1, round(extent[0])), max(1, round(extent[1])))
    placed = _placed(matrix, size, extent, side, rng)
    # About the crop's own middle, so that a tilted crop reaches beyond the photo by its corners
    # at most.
    tilt = np.eye(3)
    for turn in TILTS:
        tilt = turn(config, side, rng) @ tilt
    if np.array_equal(tilt, np.eye(3)):
        return placed, side
    return _about_middle(tilt, side) @ placed, side


def _about_middle(matrix: Matrix, side: Size) -> Matrix:
    """Return a matrix about the middle of a crop as one about its first pixel."""
    centred = np.eye(3)
    centred[:2, 2] = [(1 - side[0]) / 2, (1 - side[1]) / 2]
    return np.linalg.inv(centred) @ matrix @ centred


def _placed(
    matrix: Matrix, size: Size, extent: npt.NDArray[np.float64], side: Size, rng: Rng
) -> Matrix:
    """Return the whole warp, with the crop at a random place on the photo, now of this extent.

    A photo smaller than the crop lies wholly inside it, also at a random place.
    """
    centred = np.eye(3)
    centred[:2, 2] = [(1 - size[0]) / 2, (1 - size[1]) / 2]
    moved = np.eye(3)
    for axis in range(2):
        room = extent[axis] - side[axis]
        # Whole pixels, so that an unscaled crop is an exact copy.
        start = round(rng.uniform(min(room, 0), max(room, 0)))
        moved[axis, 2] = (extent[axis] - 1) / 2 - start
    return moved @ matrix @ centred
