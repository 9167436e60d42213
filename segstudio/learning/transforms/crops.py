"""Random crops of a photo and its label: drawn once, then applied to either of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.transforms.color import recolored
from segstudio.learning.transforms.geometry import Matrix, Rng, Size, draw_warp

Bytes = npt.NDArray[np.uint8]
Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class CropPlan:
    """Where a crop lies on its photo: all that is random about it but its colours.

    `warp` leads from photo to crop pixels, float64 (3, 3); `side` is the crop's width and height.
    The plan comes from the settings, the photo's size and the random numbers alone, so the label
    of a crop can be made again, from a corrected label too, without its photo.
    """

    config: AugmentationSettings
    warp: Matrix
    side: Size
    inside: bool

    def label(self, label: Bytes) -> Bytes:
        """Return the crop of a label, uint8 (H, W) ids; 255 outside of the photo."""
        return self._warped(label, cv2.INTER_NEAREST, (IGNORE, 0, 0, 0))

    def photo(self, photo: Bytes, fill: Color, rng: Rng) -> Bytes:
        """Return the crop of a photo, uint8 (H, W, 3) RGB, colours varied; `fill` outside."""
        plain = self._warped(photo, cv2.INTER_LINEAR, (*fill, 0))
        crop = recolored(plain, self.config, rng)
        if self.inside or crop is plain:
            return crop
        ones = np.ones(photo.shape[:2], np.uint8)
        within = self._warped(ones, cv2.INTER_NEAREST, (0, 0, 0, 0))
        return np.where(within[..., None] > 0, crop, plain)

    def _warped(self, image: Bytes, how: int, border: tuple[int, int, int, int]) -> Bytes:
        """Return the part of an image that the crop shows."""
        warped = cv2.warpAffine(image, self.warp[:2], self.side, flags=how, borderValue=border)
        return np.asarray(warped, np.uint8)


def draw(config: AugmentationSettings, size: Size, side: Size, rng: Rng) -> CropPlan:
    """Draw a crop of `side` (width, height) pixels on a photo of `size` (width, height)."""
    warp = draw_warp(config, size, side, rng)
    return CropPlan(config, warp, side, _within(warp, size, side))


def random_crop(
    photo: Bytes,
    label: Bytes,
    config: TrainConfig,
    fill: Color,
    rng: Rng,
    side: Size | None = None,
) -> tuple[Bytes, Bytes]:
    """Return a random crop of photo and label, uint8 (h, w, 3) and (h, w).

    `side` is its (width, height), the settings' square where it is left out.
    """
    size = (photo.shape[1], photo.shape[0])
    plan = draw(config, size, side or (config.crop_size, config.crop_size), rng)
    return plan.photo(photo, fill, rng), plan.label(label)


def _within(warp: Matrix, size: Size, side: Size) -> bool:
    """Say whether the whole crop shows the photo."""
    right, bottom = side[0] - 1, side[1] - 1
    corners = np.array([[0, 0, 1], [right, 0, 1], [0, bottom, 1], [right, bottom, 1]]).T
    x, y, depth = np.linalg.inv(warp) @ corners
    x, y = x / depth, y / depth
    # What is a hair outside is still taken from the outermost pixel.
    slack = 1e-3
    wide = -slack <= x.min() and x.max() <= size[0] - 1 + slack
    return bool(wide and -slack <= y.min() and y.max() <= size[1] - 1 + slack)
