"""A second, auxiliary answer from the middle of the backbone, which is learned from and dropped.

It shortens the way of the gradient to the early layers (Zhao et al., Pyramid Scene Parsing
Network, 2017, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.segmentation.fcn import FCNHead

Measure = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Auxiliary(nn.Module):
    """A small FCN head on what the module `tap` gives, (B, `channels`, h, w), while it trains."""

    def __init__(self, tap: nn.Module, channels: int, classes: int, weight: float) -> None:
        super().__init__()
        self.head = FCNHead(channels, classes)
        self._weight = weight
        self._logits: torch.Tensor | None = None
        tap.register_forward_hook(self._answer)

    def take_weights(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take what fits of a published head; what answers with other classes stays fresh."""
        own = self.head.state_dict()
        fitting = {k: t for k, t in state.items() if k in own and t.shape == own[k].shape}
        self.head.load_state_dict({**own, **fitting})

    def loss(self, truth: torch.Tensor, measure: Measure) -> torch.Tensor:
        """Return the weighted loss of the last answer against the truth, int (B, H, W)."""
        assert self._logits is not None, "the network has not been run in training mode"
        logits, self._logits = self._logits.float(), None
        size = truth.shape[-2:]
        large = F.interpolate(logits, size=size, mode="bilinear", align_corners=False)
        return self._weight * measure(large, truth)

    def _answer(self, _tap: nn.Module, _inputs: object, features: torch.Tensor) -> None:
        """Answer while the network runs, so that it is done in the same precision."""
        if self.training:
            self._logits = self.head(features)
