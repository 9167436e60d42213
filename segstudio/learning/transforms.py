"""Preparing photos: the fixed preprocessing, saved with every model, and the random training crops.

A crop is one affine warp of photo and label together, so that they cannot fall out of step; the
label is warped by nearest, and what lies outside the photo is ignore.

To add an augmentation: write a function of its kind below and add it to GEOMETRY or COLOR.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
Rng = np.random.Generator


class Preprocessing(BaseModel):
    """How every photo is prepared, in training and ever after; travels inside the checkpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    working_size: int = Field(ge=1)
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Return the (width, height) in pixels that a photo is brought to; never enlarged."""
        scale = min(1.0, self.working_size / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def resize(self, photo: Bytes) -> Bytes:
        """Bring a photo, uint8 (H, W, 3), to the working size."""
        size = self.size_for(photo.shape[1], photo.shape[0])
        return _resized(photo, size, cv2.INTER_AREA)

    def resize_label(self, label: Bytes) -> Bytes:
        """Bring a label, uint8 (H, W), to the working size by nearest: no new id appears."""
        size = self.size_for(label.shape[1], label.shape[0])
        return _resized(label, size, cv2.INTER_NEAREST_EXACT)

    def normalize(self, photo: Bytes) -> Floats:
        """Turn a photo, uint8 (H, W, 3) RGB, into the network's input, float32 (3, H, W)."""
        scaled = photo.astype(np.float32) / 255
        normal = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normal.transpose(2, 0, 1))

    def apply(self, photo: Bytes) -> Floats:
        """Resize and normalise: uint8 (H, W, 3) RGB to float32 (3, h, w)."""
        return self.normalize(self.resize(photo))

    def fill(self) -> tuple[int, int, int]:
        """Return the colour that normalises to about 0, for what lies outside a photo."""
        red, green, blue = (round(255 * value) for value in self.mean)
        return red, green, blue


def _resized(image: Bytes, size: tuple[int, int], how: int) -> Bytes:
    """Return the image at (width, height) size."""
    if (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


# Geometry: each returns a 3x3 matrix about the origin at the photo's centre, pixels.


def _scale(config: TrainConfig, rng: Rng) -> Matrix:
    """Shrink or enlarge; as often by half as to the double."""
    low, high = np.log(config.scale_min), np.log(config.scale_max)
    factor = float(np.exp(rng.uniform(low, high)))
    return np.diag([factor, factor, 1.0])


def _flip_horizontal(config: TrainConfig, rng: Rng) -> Matrix:
    """Mirror left to right."""
    return np.diag([-1.0 if config.flip_horizontal and rng.random() < 0.5 else 1.0, 1.0, 1.0])


def _flip_vertical(config: TrainConfig, rng: Rng) -> Matrix:
    """Turn upside down."""
    return np.diag([1.0, -1.0 if config.flip_vertical and rng.random() < 0.5 else 1.0, 1.0])


# Colour: each changes a crop, float32 (H, W, 3) in 0..255.


def _brightness_and_contrast(crop: Floats, config: TrainConfig, rng: Rng) -> Floats:
    """Lighten or darken, and stretch or flatten about the mean."""
    gain, contrast = rng.uniform(1 - config.color_jitter, 1 + config.color_jitter, 2)
    mean = crop.mean()
    changed = ((crop - mean) * np.float32(contrast) + mean) * np.float32(gain)
    return np.asarray(changed, np.float32)


def _saturation(crop: Floats, config: TrainConfig, rng: Rng) -> Floats:
    """Make colours stronger or paler."""
    factor = np.float32(rng.uniform(1 - config.color_jitter, 1 + config.color_jitter))
    grey = crop @ np.array([0.299, 0.587, 0.114], np.float32)
    return crop * factor + grey[..., None] * (1 - factor)


def _tint(crop: Floats, config: TrainConfig, rng: Rng) -> Floats:
    """Shift the white balance a little."""
    reach = config.color_jitter / 4
    return crop * rng.uniform(1 - reach, 1 + reach, 3).astype(np.float32)


GEOMETRY: tuple[Callable[[TrainConfig, Rng], Matrix], ...] = (
    _scale,
    _flip_horizontal,
    _flip_vertical,
)
COLOR: tuple[Callable[[Floats, TrainConfig, Rng], Floats], ...] = (
    _brightness_and_contrast,
    _saturation,
    _tint,
)


def random_crop(
    photo: Bytes, label: Bytes, config: TrainConfig, fill: tuple[int, int, int], rng: Rng
) -> tuple[Bytes, Bytes]:
    """Return a random crop of photo and label, uint8 (S, S, 3) and (S, S), S the crop size."""
    matrix = np.eye(3)
    for make in GEOMETRY:
        matrix = make(config, rng) @ matrix
    side = config.crop_size
    warp = _placed(matrix, (photo.shape[1], photo.shape[0]), side, rng)[:2]
    crop = cv2.warpAffine(photo, warp, (side, side), flags=cv2.INTER_LINEAR, borderValue=(*fill, 0))
    truth = cv2.warpAffine(
        label, warp, (side, side), flags=cv2.INTER_NEAREST, borderValue=(IGNORE, 0, 0, 0)
    )
    if config.color_jitter:
        colors = crop.astype(np.float32)
        for change in COLOR:
            colors = change(colors, config, rng)
        inside = cv2.warpAffine(
            np.ones(label.shape, np.uint8), warp, (side, side), flags=cv2.INTER_NEAREST
        )
        crop = np.where(inside[..., None] > 0, colors.clip(0, 255), crop).astype(np.uint8)
    return np.asarray(crop, np.uint8), np.asarray(truth, np.uint8)


def _placed(matrix: Matrix, size: tuple[int, int], side: int, rng: Rng) -> Matrix:
    """Return the warp from photo to crop pixels, with the crop at a random place on the photo.

    A photo smaller than the crop lies wholly inside it, also at a random place. Pixel centres
    lie at whole numbers here, as cv2 has it.
    """
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    centred = np.eye(3)
    centred[:2, 2] = -middle
    moved = np.eye(3)
    extent = np.abs(np.diag(matrix)[:2]) * size
    for axis in range(2):
        room = extent[axis] - side
        # Whole pixels, so that an unscaled crop is an exact copy.
        start = round(rng.uniform(min(room, 0), max(room, 0)))
        moved[axis, 2] = (extent[axis] - 1) / 2 - start
    return moved @ matrix @ centred
