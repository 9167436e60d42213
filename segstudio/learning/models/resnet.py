"""What the models on ResNets share, torchvision's and those of segmentation-models-pytorch."""

from __future__ import annotations

from torch import nn

from segstudio.learning.models import STAGES
from segstudio.learning.models.base import Stage


def resnet_stages(backbone: nn.Module) -> dict[str, Stage]:
    """Return the layers of a ResNet backbone by stage."""
    return {name: [backbone.get_submodule(name)] for name in STAGES}


def resnet_tap(backbone: nn.Module) -> tuple[nn.Module, int]:
    """Return where an auxiliary head listens on torchvision's ResNets, and the channels there."""
    return backbone.get_submodule("layer3"), 1024
