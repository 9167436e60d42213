"""A photo with its halvings, so that painting it small stays fast and smooth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

Pixels = NDArray[np.uint8]


class ImagePyramid:
    """One RGB image, uint8 (H, W, 3), halved on demand; the images wrap the arrays uncopied."""

    def __init__(self, rgb: Pixels) -> None:
        first = np.ascontiguousarray(rgb, dtype=np.uint8)
        self._pixels = [first]
        self._images = [as_qimage(first)]

    @property
    def pixels(self) -> Pixels:
        """The image at full size, uint8 (H, W, 3)."""
        return self._pixels[0]

    @property
    def width(self) -> int:
        """Width at full size in pixels."""
        return int(self._pixels[0].shape[1])

    @property
    def height(self) -> int:
        """Height at full size in pixels."""
        return int(self._pixels[0].shape[0])

    def for_zoom(self, zoom: float) -> QImage:
        """Return the smallest halving that still has one pixel per screen pixel."""
        level = 0
        while zoom * 2 ** (level + 1) <= 1.0 and min(self._pixels[level].shape[:2]) > 1:
            level += 1
            if level == len(self._pixels):
                self._halve()
        return self._images[level]

    def _halve(self) -> None:
        height, width = self._pixels[-1].shape[:2]
        size = (max(1, width // 2), max(1, height // 2))
        half = cv2.resize(self._pixels[-1], size, interpolation=cv2.INTER_AREA)
        self._pixels.append(np.ascontiguousarray(half, dtype=np.uint8))
        self._images.append(as_qimage(self._pixels[-1]))


def as_qimage(pixels: Pixels) -> QImage:
    """Wrap uint8 (H, W, 3) without a copy; the caller keeps the array alive."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
