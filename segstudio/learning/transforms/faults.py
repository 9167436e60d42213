"""What cameras and files do to photos: blur, noise and compression, in that order.

Each function changes a crop, uint8 (H, W, 3) RGB, and returns it as it is where it is off.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.transforms.geometry import Rng

Bytes = npt.NDArray[np.uint8]
_WORST_QUALITY = 5


def _blur(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Blur as a lens out of focus does, with a Gaussian."""
    sigma = rng.uniform(0, config.blur) if config.blur else 0.0
    # Less than that changes nothing, and 0 would let cv2 choose.
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.uint8) if sigma > 0.2 else crop


def _noise(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Add Gaussian noise of a random strength."""
    if not config.noise:
        return crop
    strength = np.float32(rng.uniform(0, config.noise))
    noisy = crop + strength * rng.standard_normal(crop.shape, np.float32)
    return np.round(noisy).clip(0, 255).astype(np.uint8)


def _jpeg(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Save as JPEG of a random quality, and read that."""
    if not config.jpeg:
        return crop
    lowest = 100 - config.jpeg * (100 - _WORST_QUALITY)
    quality = round(rng.uniform(lowest, 100))
    _, data = cv2.imencode(".jpg", crop[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(read, np.uint8)[..., ::-1])


FAULTS: tuple[Callable[[Bytes, AugmentationSettings, Rng], Bytes], ...] = (_blur, _noise, _jpeg)


def spoiled(crop: Bytes, config: AugmentationSettings, rng: Rng) -> Bytes:
    """Return the crop with faults; itself where none are asked for."""
    for fault in FAULTS:
        crop = fault(crop, config, rng)
    return crop
