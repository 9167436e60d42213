"""Focal loss in its softmax form: easy pixels count less."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig
from segstudio.learning.losses.cross_entropy import Loss, counted

# Powers below 1 have an endless slope at 0.
_LEAST = 1e-7


def build(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return the weighted mean of -(1 - p)^gamma log p, p being the true class's probability.

    Lin and others, Focal Loss for Dense Object Detection, ICCV 2017, with a softmax instead of
    one sigmoid per class. Ignored pixels are left out of the mean as well.
    """

    def focal(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        weights = None if class_weights is None else class_weights.to(logits.device)
        minus_log = F.cross_entropy(logits.float(), truth, ignore_index=IGNORE, reduction="none")
        doubt = (-torch.expm1(-minus_log)).clamp(min=_LEAST) ** config.focal_gamma
        costs = doubt * minus_log
        if weights is not None:
            costs = costs * weights[truth.where(truth != IGNORE, 0)]
        return costs.sum() / counted(truth, weights)

    return focal
