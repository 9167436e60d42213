"""Cross-entropy over the pixels that count."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional as F

from segstudio.core.palette import IGNORE

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(logits float (B, C, H, W), truth int64 (B, H, W) 0..C-1 or 255) -> scalar."""


def build(class_weights: torch.Tensor | None) -> Loss:
    """Return the weighted mean of the pixels' cross-entropy; `class_weights` is float (C,)."""

    def cross_entropy(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        weights = None if class_weights is None else class_weights.to(logits.device)
        total = F.cross_entropy(
            logits.float(), truth, weight=weights, ignore_index=IGNORE, reduction="sum"
        )
        counted = truth[truth != IGNORE]
        share = weights[counted].sum() if weights is not None else counted.numel()
        # With every pixel ignored the sum is 0 and so is its gradient; 0 / 0 would be NaN.
        return total / max(float(share), torch.finfo(torch.float32).tiny)

    return cross_entropy
