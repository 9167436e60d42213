"""From photos to logits, in tiles where memory is short, and on to labels, in strips."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, Message
from segstudio.learning.device import free_memory, out_of_memory
from segstudio.learning.models.base import SegmentationModel

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
_STRIP_VALUES = 8_000_000
# What a tile sees beyond its own part, px, for what lies beside a pixel says what it is.
_OVERLAP = 64


@dataclass(frozen=True, slots=True)
class IndexMap:
    """Train indices 0..C-1, uint8 (H, W), and how sure the model is of each, uint8 0..255."""

    index: Bytes
    confidence: Bytes


class Forward:
    """Runs models on whole photos; where memory does not suffice, on ever smaller tiles."""

    def __init__(self, device: torch.device, report: Callable[[Event], None]) -> None:
        self.device = device
        self._report = report
        self._most_pixels = sys.maxsize

    @torch.inference_mode()
    def logits(self, model: SegmentationModel, photo: Floats) -> torch.Tensor:
        """Return the logits, float32 (C, h, w), of a prepared photo, float32 (3, h, w).

        Raises SegStudioError where not even a small tile fits into memory.
        """
        height, width = photo.shape[1:]
        if height * width <= self._most_pixels:
            try:
                return self._whole(model, photo)
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
            self._shrink(width, height)
        axis = 1 if height >= width else 2
        middle, end = photo.shape[axis] // 2, photo.shape[axis]
        first = photo.take(range(middle + _OVERLAP), axis)
        second = photo.take(range(middle - _OVERLAP, end), axis)
        parts = (
            self.logits(model, first).narrow(axis, 0, middle),
            self.logits(model, second).narrow(axis, _OVERLAP, end - middle),
        )
        return torch.cat(parts, axis)

    def _whole(self, model: SegmentationModel, photo: Floats) -> torch.Tensor:
        """Run the model on a photo or tile at once."""
        batch = torch.from_numpy(photo)[None].to(self.device, memory_format=torch.channels_last)
        logits: torch.Tensor = model(batch)[0].float()
        return logits

    def _shrink(self, width: int, height: int) -> None:
        """Remember that this size is too large, and say so once."""
        free_memory(self.device)
        if max(width, height) < 4 * _OVERLAP:
            raise SegStudioError(
                "There is not enough memory to run the model, even on a small part of a photo.",
                meaning="Other programs may be using the memory of this device.",
                remedy="Close them, choose a smaller model, or work with the device cpu.",
            )
        self._most_pixels = width * height - 1
        text = f"Memory did not suffice for {width} x {height} px at once: it is done in halves."
        self._report(Message(text))


@torch.inference_mode()
def index_map(logits: torch.Tensor, width: int, height: int) -> IndexMap:
    """Enlarge logits (C, h, w) to width x height pixels, bilinearly, and take the best class."""
    index = np.empty((height, width), np.uint8)
    confidence = np.empty((height, width), np.uint8)
    for rows, strip in _strips(logits, width, height):
        best, which = strip.max(0)
        sure = (best - strip.logsumexp(0)).exp()
        index[rows] = which.to(torch.uint8).cpu().numpy()
        confidence[rows] = (sure * 255).round().to(torch.uint8).cpu().numpy()
    return IndexMap(index, confidence)


@torch.inference_mode()
def best_index(logits: torch.Tensor, width: int, height: int) -> Bytes:
    """Return the index of `index_map`, uint8 (height, width), without asking how sure it is."""
    index = np.empty((height, width), np.uint8)
    for rows, strip in _strips(logits, width, height):
        index[rows] = strip.max(0).indices.to(torch.uint8).cpu().numpy()
    return index


def _strips(logits: torch.Tensor, width: int, height: int) -> Iterator[tuple[slice, torch.Tensor]]:
    """Yield rows of the picture with their enlarged logits, a strip at a time."""
    if logits.shape[1:] == (height, width):
        yield slice(0, height), logits
        return
    rows = max(1, _STRIP_VALUES // (logits.shape[0] * width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        yield (
            slice(top, bottom),
            F.interpolate(
                _rows(logits, top, bottom, height)[None],
                size=(bottom - top, width),
                mode="bilinear",
                align_corners=False,
            )[0],
        )


def _rows(logits: torch.Tensor, top: int, bottom: int, height: int) -> torch.Tensor:
    """Interpolate rows top..bottom-1 of `height`, as F.interpolate does for the whole."""
    source = logits.shape[1]
    at = (torch.arange(top, bottom, device=logits.device) + 0.5) * (source / height) - 0.5
    at = at.clamp(0, source - 1)
    low = at.floor().long()
    high = (low + 1).clamp(max=source - 1)
    share = (at - low)[:, None]
    return logits[:, low] * (1 - share) + logits[:, high] * share
