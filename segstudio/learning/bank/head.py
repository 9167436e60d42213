"""A head that learns on stored features, and the whole model that it is a part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional as F

from segstudio.learning.bank.projection import Projection, fold, reduced
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.cut import Cut


class HeadModel(SegmentationModel):
    """The learning part of a model, fed with stored maps instead of photos.

    Its weights are always told as the whole model's: what is saved is a plain model.
    """

    def __init__(
        self, whole: SegmentationModel, cut: Cut, projection: Projection | None, stride: int
    ) -> None:
        head = reduced(cut.learns, cut.readers, projection.basis) if projection else cut.learns
        super().__init__(head, stages={}, head=[head], last_layers=())
        # In a tuple, so that its parameters are not this module's own.
        self._whole = (whole, cut)
        self._projection = projection
        self._stride = stride

    @property
    def whole(self) -> SegmentationModel:
        """The whole model, with the head as it is now."""
        model, cut = self._whole
        if self._projection is not None:
            fold(self.net, cut.learns, cut.readers, self._projection.basis)
        return model

    def train_only(self, layers: str) -> None:
        """Let the head learn, which is all that is here."""
        super().train_only("head")

    def groups(self, layers: str) -> dict[str, list[nn.Parameter]]:
        """Return what learns: the head."""
        return super().groups("head")

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the whole model's state dict, under its library's own keys."""
        return self.whole.weights()

    def state(self) -> dict[str, Any]:
        """Return all that has to be kept to go on exactly, which folded weights are not."""
        own: dict[str, Any] = {"whole": self._whole[0].weights(), "head": self.net.state_dict()}
        if self._projection is not None:
            own["basis"] = self._projection.basis
        return own

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from a kept state."""
        self._whole[0].load_weights(state["whole"])
        self.net.load_state_dict(state["head"])

    def forward(self, maps: torch.Tensor, size: tuple[int, int] | None = None) -> torch.Tensor:
        """Map features, float (B, R, h, w), to logits, float (B, C, H, W), of `size` pixels.

        Without a size H and W are h and w times the pixels of a cell.
        """
        logits = cast(torch.Tensor, self.net(maps))
        wanted = size or (maps.shape[-2] * self._stride, maps.shape[-1] * self._stride)
        return F.interpolate(logits, size=wanted, mode="bilinear", align_corners=False)
