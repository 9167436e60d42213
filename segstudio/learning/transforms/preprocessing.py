"""The fixed preparation of photos, in training and ever after; saved with every model."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


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
