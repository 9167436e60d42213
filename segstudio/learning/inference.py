"""From logits to labels at any size, in strips so that a large photo needs little memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from segstudio.learning.models.base import SegmentationModel

Bytes = npt.NDArray[np.uint8]
_STRIP_VALUES = 8_000_000


@dataclass(frozen=True, slots=True)
class IndexMap:
    """Train indices 0..C-1, uint8 (H, W), and how sure the model is of each, uint8 0..255."""

    index: Bytes
    confidence: Bytes


@torch.inference_mode()
def logits_of(
    model: SegmentationModel, photo: npt.NDArray[np.float32], device: torch.device
) -> torch.Tensor:
    """Return the logits, float32 (C, h, w), of one prepared photo, float32 (3, h, w)."""
    batch = torch.from_numpy(photo)[None].to(device, memory_format=torch.channels_last)
    logits: torch.Tensor = model(batch)[0].float()
    return logits


@torch.inference_mode()
def index_map(logits: torch.Tensor, width: int, height: int) -> IndexMap:
    """Enlarge logits (C, h, w) to width x height pixels, bilinearly, and take the best class."""
    index = np.empty((height, width), np.uint8)
    confidence = np.empty((height, width), np.uint8)
    rows = max(1, _STRIP_VALUES // (logits.shape[0] * width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        strip = F.interpolate(
            _rows(logits, top, bottom, height)[None],
            size=(bottom - top, width),
            mode="bilinear",
            align_corners=False,
        )[0]
        best, which = strip.max(0)
        sure = (best - strip.logsumexp(0)).exp()
        index[top:bottom] = which.to(torch.uint8).cpu().numpy()
        confidence[top:bottom] = (sure * 255).round().to(torch.uint8).cpu().numpy()
    return IndexMap(index, confidence)


def _rows(logits: torch.Tensor, top: int, bottom: int, height: int) -> torch.Tensor:
    """Interpolate rows top..bottom-1 of `height`, as F.interpolate does for the whole."""
    source = logits.shape[1]
    at = (torch.arange(top, bottom, device=logits.device) + 0.5) * (source / height) - 0.5
    at = at.clamp(0, source - 1)
    low = at.floor().long()
    high = (low + 1).clamp(max=source - 1)
    share = (at - low)[:, None]
    return logits[:, low] * (1 - share) + logits[:, high] * share
