"""Networks of a few layers that stand in for real ones where speed matters."""

from __future__ import annotations

import itertools
import math

import torch
from torch import nn

from segstudio.learning.models.base import SegmentationModel


class TwoLayers(nn.Module):
    """A backbone with a BatchNorm and a head, answering as torchvision's models do."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.classifier = nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU(), nn.Conv2d(8, classes, 1))

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"out": self.classifier(self.backbone(photos))}


class Scarce(nn.Module):
    """A network without BatchNorm that runs out of memory above a number of pixels."""

    def __init__(self, most_pixels: int = 10**9, *, only_checking: bool = False) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, 4, 1)
        self.classifier = nn.Sequential(nn.ReLU(), nn.Conv2d(4, 3, 1))
        self._most, self._only_checking = most_pixels, only_checking

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        spared = self._only_checking and self.training
        if photos[:, 0].numel() > self._most and not spared:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return {"out": self.classifier(self.backbone(photos))}


class TurnsIntoNothing(nn.Module):
    """A network that answers with NaN from its n-th step on, in training or in checking."""

    def __init__(self, after: int, *, checking: bool = False) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, 4, 1)
        self.classifier = nn.Sequential(nn.ReLU(), nn.Conv2d(4, 3, 1))
        self._steps, self._after, self._checking = itertools.count(), after, checking

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        out = self.classifier(self.backbone(photos))
        late = self.training != self._checking and next(self._steps) >= self._after
        return {"out": out * math.nan if late else out}


class Breaks(nn.Module):
    """A network whose device fails in its n-th step, in training or in checking."""

    def __init__(self, after: int, message: str, *, checking: bool = False) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, 4, 1)
        self.classifier = nn.Sequential(nn.ReLU(), nn.Conv2d(4, 3, 1))
        self._steps, self._after, self._checking = itertools.count(), after, checking
        self._message = message

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        if self.training != self._checking and next(self._steps) >= self._after:
            raise RuntimeError(self._message)
        return {"out": self.classifier(self.backbone(photos))}


def wrapped(net: nn.Module) -> SegmentationModel:
    """Make a model of a network; an auxiliary head listens behind a backbone of two layers."""
    return SegmentationModel(
        net,
        stages={"layer4": [net.backbone]},
        head=[net.classifier],
        last_layers=(net.classifier[-1],),
        tap=(net.backbone, 8) if isinstance(net, TwoLayers) else None,
    )
