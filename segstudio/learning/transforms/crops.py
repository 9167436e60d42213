"""Random crops of a photo and its label: drawn once, then applied to either of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.transforms.bends import Floats, draw_sources
from segstudio.learning.transforms.color import recolored
from segstudio.learning.transforms.faults import spoiled
from segstudio.learning.transforms.geometry import Matrix, Rng, Size, draw_warp

Bytes = npt.NDArray[np.uint8]
Color = tuple[int, int, int]
Hole = tuple[slice, slice]

_HOLES = 4


@dataclass(frozen=True, slots=True, eq=False)
class CropPlan:
    """Where a crop lies on its photo: all that is random about it but its colours and faults.

    `warp` leads from photo to crop pixels, float64 (3, 3); `sources` says of a bent crop where
    each pixel looks, float32 (2, h, w); `side` is the crop's width and height. The plan comes from
    the settings, the photo's size and the random numbers alone, so the label of a crop can be made
    again, from a corrected label too, without its photo.
    """

    config: AugmentationSettings
    warp: Matrix
    sources: Floats | None
    holes: tuple[Hole, ...]
    side: Size
    inside: bool

    def label(self, label: Bytes) -> Bytes:
        """Return the crop of a label, uint8 (H, W) ids; 255 where the photo cannot be seen."""
        return self._hidden(self._warped(label, cv2.INTER_NEAREST, (IGNORE, 0, 0, 0)), IGNORE)

    def photo(self, photo: Bytes, fill: Color, rng: Rng) -> Bytes:
        """Return the crop of a photo, uint8 (H, W, 3) RGB; `fill` where nothing can be seen."""
        plain = self._warped(photo, cv2.INTER_LINEAR, (*fill, 0))
        crop = spoiled(recolored(plain, self.config, rng), self.config, rng)
        if not self.inside and crop is not plain:
            ones = np.ones(photo.shape[:2], np.uint8)
            within = self._warped(ones, cv2.INTER_NEAREST, (0, 0, 0, 0))
            crop = np.where(within[..., None] > 0, crop, plain)
        return self._hidden(crop, fill)

    def _warped(self, image: Bytes, how: int, border: tuple[int, int, int, int]) -> Bytes:
        """Return the part of an image that the crop shows, resampled once."""
        if self.sources is not None:
            x, y = self.sources
            warped = cv2.remap(image, x, y, how, borderValue=border)
        elif self.warp[2, :2].any():
            warped = cv2.warpPerspective(image, self.warp, self.side, flags=how, borderValue=border)
        else:
            warped = cv2.warpAffine(image, self.warp[:2], self.side, flags=how, borderValue=border)
        return np.asarray(warped, np.uint8)

    def _hidden(self, crop: Bytes, value: int | Color) -> Bytes:
        """Fill the holes of a crop."""
        for hole in self.holes:
            crop[hole] = value
        return crop


def draw(config: AugmentationSettings, size: Size, side: Size | None, rng: Rng) -> CropPlan:
    """Draw a crop of `side` (width, height) pixels on a photo of `size` (width, height).

    Where `side` is None the crop is the whole photo, as large as it is once it is scaled.
    """
    warp, side = draw_warp(config, size, side, rng)
    sources = draw_sources(config, warp, side, rng)
    holes = _draw_holes(config, side, rng)
    seen = _corners(warp, side) if sources is None else sources
    return CropPlan(config, warp, sources, holes, side, _within(seen, size))


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


def _draw_holes(config: AugmentationSettings, side: Size, rng: Rng) -> tuple[Hole, ...]:
    """Draw the rectangles that are hidden (cutout, DeVries and Taylor, 2017).

    Their label is ignore: nobody can know what lies under them, and the mean colour always means
    "nothing seen here", as beyond the photo's edge.
    """
    if not config.dropout:
        return ()
    share = rng.uniform(0, config.dropout) / _HOLES
    holes = []
    for x, y, stretch in zip(*rng.random((3, _HOLES)), strict=True):
        aspect = 2 ** (2 * stretch - 1)
        width = min(round(side[0] * np.sqrt(share * aspect)), side[0])
        height = min(round(side[1] * np.sqrt(share / aspect)), side[1])
        left, top = round(x * (side[0] - width)), round(y * (side[1] - height))
        holes.append((slice(top, top + height), slice(left, left + width)))
    return tuple(holes)


def _corners(warp: Matrix, side: Size) -> Floats:
    """Return where on the photo the corners of a crop look, float32 (2, 4)."""
    right, bottom = side[0] - 1, side[1] - 1
    corners = np.array([[[0.0, 0.0]], [[right, 0.0]], [[0.0, bottom]], [[right, bottom]]])
    seen = cv2.perspectiveTransform(corners, np.linalg.inv(warp))
    return np.asarray(seen, np.float32)[:, 0].T


def _within(sources: Floats, size: Size) -> bool:
    """Say whether all of these places are on the photo."""
    # What is a hair outside is still taken from the outermost pixel.
    slack = 1e-3
    x, y = sources
    wide = x.min() >= -slack and x.max() <= size[0] - 1 + slack
    return bool(wide and y.min() >= -slack and y.max() <= size[1] - 1 + slack)
