"""What the models on ResNets share, torchvision's and those of segmentation-models-pytorch."""

from __future__ import annotations

from torch import nn

from segstudio.learning.models import STAGES
from segstudio.learning.models.base import Stage


def resnet_stages(backbone: nn.Module) -> dict[str, Stage]:
    """Return the layers of a ResNet backbone by stage."""
    return {name: [backbone.get_submodule(name)] for name in STAGES}
