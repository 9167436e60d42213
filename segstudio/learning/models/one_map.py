"""torchvision's networks whose head is a sequence that reads one map of the backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import nn

from segstudio.learning.models.base import SegmentationModel, Stage
from segstudio.learning.models.cut import Cut


class OneMapModel(SegmentationModel):
    """A network of a backbone and a classifier; `readers` are the layers that see the map."""

    def __init__(
        self,
        net: nn.Module,
        *,
        stages: Mapping[str, Stage],
        readers: Sequence[nn.Conv2d],
        tap: tuple[nn.Module, int],
    ) -> None:
        head = cast(nn.Sequential, net.classifier)
        super().__init__(net, stages=stages, head=[head], last_layers=(head[-1],), tap=tap)
        self._cut_at = cast(nn.Module, net.backbone), head
        self._readers = tuple(readers)

    def cut(self, layers: str) -> Cut | None:
        """Return the network cut behind the backbone or before the last layer."""
        backbone, head = self._cut_at
        if layers == "head":
            return Cut(_Map(backbone), (backbone,), head, self._readers)
        if layers == "last_layer":
            neck = nn.Sequential(*list(head)[:-1])
            return Cut(nn.Sequential(_Map(backbone), neck), (backbone, neck), head[-1], ())
        return None


class _Map(nn.Module):
    """A backbone of torchvision's that answers with the map which the head reads."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        """Map photos, float (B, 3, H, W), to the map, float (B, N, h, w)."""
        return cast(torch.Tensor, self.backbone(photos)["out"])
