"""What the models by segmentation-models-pytorch share: photos of any size, batches of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from segstudio.learning.models.base import BackboneKeys, SegmentationModel, Stage
from segstudio.learning.models.resnet import resnet_stages
from segstudio.learning.models.single_values import take_single_values


class EncoderDecoder(SegmentationModel):
    """A network of that library: an encoder, which is its backbone, a decoder and a last layer."""

    def __init__(
        self,
        net: nn.Module,
        *,
        stages: Mapping[str, Stage],
        keys: BackboneKeys,
    ) -> None:
        take_single_values(net)
        decoder, last = net.get_submodule("decoder"), net.get_submodule("segmentation_head")
        super().__init__(
            net,
            stages=stages,
            head=[decoder, last],
            last_layers=[last.get_submodule("0")],
            keys=keys,
        )
        self._stride = cast(int, net.get_submodule("encoder").output_stride)

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        """Map photos, float (B, 3, H, W), to logits, float (B, C, H, W).

        The library takes multiples of the encoder's stride only: what lacks repeats the border,
        and is cut off again.
        """
        height, width = photos.shape[-2:]
        lacking = (0, -width % self._stride, 0, -height % self._stride)
        padded = F.pad(photos, lacking, mode="replicate")
        return cast(torch.Tensor, self.net(padded)[..., :height, :width])


def on_resnet(net: nn.Module) -> EncoderDecoder:
    """Wrap a network of that library whose encoder is a ResNet."""
    stages = resnet_stages(net.get_submodule("encoder"))
    return EncoderDecoder(net, stages=stages, keys=BackboneKeys("encoder."))
