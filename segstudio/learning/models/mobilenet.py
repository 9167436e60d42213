"""What the models on torchvision's MobileNetV3-Large share: stages and statistics."""

from __future__ import annotations

from torch import nn

from segstudio.learning.models import STAGES
from segstudio.learning.models.base import Stage

# Where the stages start: at its strided and dilated blocks.
_STAGE_STARTS = (2, 4, 7, 13)
# torchvision's MobileNetV3 moves its BatchNorm statistics by 0.01 per step: too slow for the few
# hundred steps of a small training, after which validation would still see the initial ones.
_MOMENTUM = 0.1


def mobilenet_stages(backbone: nn.Module) -> dict[str, Stage]:
    """Return the blocks of a MobileNetV3-Large backbone by stage."""
    blocks = list(backbone.children())
    ends = (*_STAGE_STARTS[1:], len(blocks))
    return {
        name: blocks[start:end]
        for name, start, end in zip(STAGES, _STAGE_STARTS, ends, strict=True)
    }


def quicken_statistics(net: nn.Module) -> None:
    """Let the BatchNorm statistics of a network that learns from scratch keep up."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = _MOMENTUM
