"""What the models on torchvision's MobileNetV3-Large share: stages, and a start from scratch."""

from __future__ import annotations

from torch import nn
from torchvision.models.mobilenetv3 import InvertedResidual

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


def mobilenet_tap(backbone: nn.Module) -> tuple[nn.Module, int]:
    """Return where an auxiliary head listens, as in torchvision, and the channels there."""
    return backbone.get_submodule(str(_STAGE_STARTS[1])), 40


def prepare_for_scratch(net: nn.Module) -> None:
    """Make a network with random weights learn within a few hundred steps.

    BatchNorm statistics keep up, and every residual block begins as the identity: the scale of
    its last BatchNorm is 0 (Goyal et al., Accurate, Large Minibatch SGD, 2017).
    """
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = _MOMENTUM
        if isinstance(module, InvertedResidual) and module.use_res_connect:
            nn.init.zeros_(module.block[-1][1].weight)
