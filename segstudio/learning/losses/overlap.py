"""Losses by how far prediction and truth overlap: Dice, log-Dice, Tversky and Jaccard.

All are the Tversky index with other weights for what is too much and what is missed. The libraries'
own were tried: they divide by all classes, absent ones included, or cannot ignore pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from segstudio.core.palette import IGNORE
from segstudio.learning.config import TrainConfig
from segstudio.learning.losses.cross_entropy import Loss


@dataclass(frozen=True, slots=True)
class Tversky:
    """The soft index (TP + smooth) / (TP + alpha FP + beta FN + smooth) of every class.

    Salehi, Erdogmus and Gholipour, Tversky Loss Function for Image Segmentation, MLMI 2017.
    """

    alpha: float
    beta: float
    smooth: float = 1.0

    def index(self, chances: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Return float (C,) of chances, float (B, C, H, W), and truth, bool (B, C, H, W)."""
        hit = (chances * truth).sum((0, 2, 3))
        extra = chances.sum((0, 2, 3)) - hit
        missed = truth.sum((0, 2, 3)) - hit
        whole = hit + self.alpha * extra + self.beta * missed
        return (hit + self.smooth) / (whole + self.smooth)


def build_dice(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return 1 - Dice, with 1 added to what is divided and to what it is divided by."""
    return _loss(Tversky(0.5, 0.5, smooth=0.5), _one_minus, class_weights)


def build_log_dice(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return -log(Dice), with 1 added as in Dice."""
    return _loss(Tversky(0.5, 0.5, smooth=0.5), _minus_log, class_weights)


def build_tversky(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return 1 - the Tversky index with the configured weights."""
    return _loss(Tversky(config.tversky_alpha, config.tversky_beta), _one_minus, class_weights)


def build_jaccard(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return 1 - the soft intersection over union."""
    return _loss(Tversky(1.0, 1.0), _one_minus, class_weights)


def _one_minus(index: torch.Tensor) -> torch.Tensor:
    return 1 - index


def _minus_log(index: torch.Tensor) -> torch.Tensor:
    return -index.log()


def _loss(
    rule: Tversky,
    cost: Callable[[torch.Tensor], torch.Tensor],
    class_weights: torch.Tensor | None,
) -> Loss:
    """Return the weighted mean of the costs of the classes that the truth of the batch shows."""

    def overlap(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        ignored = (truth == IGNORE)[:, None]
        chances = logits.float().softmax(1).masked_fill(ignored, 0)
        ids = torch.arange(logits.shape[1], device=truth.device)[:, None, None]
        shown = truth[:, None] == ids
        weights = shown.any(0).any(-1).any(-1).float()
        if class_weights is not None:
            weights = weights * class_weights.to(logits.device)
        total = (cost(rule.index(chances, shown)) * weights).sum()
        return total / weights.sum().clamp(min=torch.finfo(torch.float32).tiny)

    return overlap
