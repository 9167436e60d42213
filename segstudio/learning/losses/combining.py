"""The configured loss: one of the registry, or a weighted sum of several."""

from __future__ import annotations

import torch

from segstudio.learning.config import TrainConfig
from segstudio.learning.losses import loss_named, loss_terms
from segstudio.learning.losses.cross_entropy import Loss
from segstudio.learning.registry import load_attribute


def build_loss(config: TrainConfig, class_weights: torch.Tensor | None) -> Loss:
    """Return the sum of the configured losses, each times its share; weights are float (C,)."""
    parts: list[tuple[float, Loss]] = [
        (term.share, load_attribute(loss_named(term.name).build)(config, class_weights))
        for term in loss_terms(config.loss)
    ]

    def total(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        costs = [share * loss(logits, truth) for share, loss in parts]
        return torch.stack(costs).sum()

    return total
