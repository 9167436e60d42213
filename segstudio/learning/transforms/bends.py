"""How a crop is bent: displacements of its pixels, all added up and resampled with the warp.

Each function returns by how many pixels every pixel of the crop looks aside, float32 (h, w, 2)
for x and y, or None where it is off.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.transforms.geometry import Matrix, Rng, Size

Floats = npt.NDArray[np.float32]

_NODES = 5
_STRIPES = 5


def _elastic(config: AugmentationSettings, side: Size, rng: Rng) -> Floats | None:
    """Move the nodes of a coarse grid, smoothly in between (after Simard et al., 2003)."""
    if not config.elastic:
        return None
    nodes = rng.uniform(-config.elastic, config.elastic, (_NODES, _NODES, 2)) * side
    smooth = cv2.resize(nodes.astype(np.float32), side, interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.float32)


def _grid(config: AugmentationSettings, side: Size, rng: Rng) -> Floats | None:
    """Stretch and squeeze columns and rows; the edges stay."""
    if not config.grid_distortion:
        return None
    lines = []
    for length in side:
        steps = 1 + rng.uniform(-config.grid_distortion, config.grid_distortion, _STRIPES)
        ends = np.concatenate([[0.0], np.cumsum(steps) / steps.sum()]) * (length - 1)
        places = np.arange(length)
        even = np.linspace(0, length - 1, _STRIPES + 1)
        lines.append((np.interp(places, even, ends) - places).astype(np.float32))
    return np.stack(np.meshgrid(*lines), axis=-1)


def _optical(config: AugmentationSettings, side: Size, rng: Rng) -> Floats | None:
    """Bulge or shrink by r' = r (1 + k r^2), r 1 in the corners (Brown, 1971)."""
    if not config.optical_distortion:
        return None
    bulge = rng.uniform(-config.optical_distortion, config.optical_distortion)
    x, y = np.meshgrid(*(np.arange(length) - (length - 1) / 2 for length in side))
    square = (x**2 + y**2) / max((side[0] ** 2 + side[1] ** 2) / 4, 1)
    return np.stack([x * square * bulge, y * square * bulge], axis=-1).astype(np.float32)


BENDS: tuple[Callable[[AugmentationSettings, Size, Rng], Floats | None], ...] = (
    _elastic,
    _grid,
    _optical,
)


def draw_sources(config: AugmentationSettings, warp: Matrix, side: Size, rng: Rng) -> Floats | None:
    """Draw where on the photo each pixel of a bent crop looks, float32 (2, h, w); None: not bent.

    `warp` leads from photo to crop pixels.
    """
    bends = [made for bend in BENDS if (made := bend(config, side, rng)) is not None]
    if not bends:
        return None
    places = np.stack(np.meshgrid(*(np.arange(length) for length in side)), axis=-1)
    bent = (places + np.sum(bends, axis=0)).reshape(-1, 1, 2)
    sources = cv2.perspectiveTransform(bent, np.linalg.inv(warp))
    x_and_y = np.asarray(sources, np.float32).reshape(side[1], side[0], 2).transpose(2, 0, 1)
    return np.ascontiguousarray(x_and_y)
