"""Cross-entropy over the pixels that count."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional as F

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(logits float (B, C, H, W), truth int64 (B, H, W) 0..C-1 or 255) -> scalar float32."""


def build(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return the weighted mean of the pixels' cross-entropy; `class_weights` is float (C,)."""

    def cross_entropy(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        weights = None if class_weights is None else class_weights.to(logits.device)
        total = F.cross_entropy(
            logits.float(), truth, weight=weights, ignore_index=IGNORE, reduction="sum"
        )
        return total / counted(truth, weights)

    return cross_entropy


def counted(truth: torch.Tensor, weights: torch.Tensor | None) -> float:
    """Return how much all pixels that count weigh together, above 0 even where none does.

    With every pixel ignored a sum over them is 0 and so is its gradient; 0 / 0 would be NaN.
    """
    seen = truth[truth != IGNORE]
    share = weights[seen].sum() if weights is not None else seen.numel()
    return max(float(share), torch.finfo(torch.float32).tiny)
