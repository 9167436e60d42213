"""DeepLabV3 by torchvision, built without ever downloading anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import segmentation

from segstudio.learning.models import STAGES
from segstudio.learning.models.base import SegmentationModel, Stage
from segstudio.learning.models.mobilenet import mobilenet_stages, prepare_for_scratch


class PooledBatchNorm(nn.BatchNorm2d):
    """BatchNorm that also takes one value per channel, as ASPP's pooled branch gives for a photo.

    One value has no spread to normalise by, so it is normalised by the running statistics, as in
    evaluation, and leaves them as they are; weight and bias still learn from it.
    """

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Normalise values, float (B, C, H, W)."""
        single = self.training and values.numel() == values.shape[1]
        if not single:
            return super().forward(values)
        return F.batch_norm(
            values, self.running_mean, self.running_var, self.weight, self.bias, False, 0, self.eps
        )


def build_resnet50(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on ResNet-50 with random weights."""
    return _resnet(_bare(segmentation.deeplabv3_resnet50, classes))


def build_resnet101(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on ResNet-101 with random weights."""
    return _resnet(_bare(segmentation.deeplabv3_resnet101, classes))


def build_mobilenet_v3_large(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on MobileNetV3-Large with random weights."""
    net = _bare(segmentation.deeplabv3_mobilenet_v3_large, classes)
    if from_scratch:
        prepare_for_scratch(net)
    return _wrapped(net, mobilenet_stages(net.backbone))


def _resnet(net: segmentation.DeepLabV3) -> SegmentationModel:
    """Wrap a DeepLabV3 whose backbone is a ResNet."""
    return _wrapped(net, {name: [net.backbone[name]] for name in STAGES})


def _bare(build: Callable[..., segmentation.DeepLabV3], classes: int) -> segmentation.DeepLabV3:
    """Call one of torchvision's builders so that it downloads nothing, not even a backbone."""
    return build(weights=None, weights_backbone=None, num_classes=classes, aux_loss=False)


def _wrapped(net: segmentation.DeepLabV3, stages: Mapping[str, Stage]) -> SegmentationModel:
    """Make the pooled branch fit for a batch of one, and wrap the network."""
    pooled = net.classifier[0].convs[-1]
    pooled[2] = PooledBatchNorm(pooled[2].num_features)
    return SegmentationModel(
        net, stages=stages, head=[net.classifier], last_layers=(net.classifier[-1],)
    )
