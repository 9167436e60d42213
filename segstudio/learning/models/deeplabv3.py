"""DeepLabV3 by torchvision, built without ever downloading anything."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn
from torchvision.models import segmentation

from segstudio.learning.models.base import SegmentationModel, Stage
from segstudio.learning.models.dilated import DilatedConv
from segstudio.learning.models.mobilenet import (
    mobilenet_stages,
    mobilenet_tap,
    prepare_for_scratch,
)
from segstudio.learning.models.offline import bare
from segstudio.learning.models.one_map import OneMapModel
from segstudio.learning.models.quick_aspp import PooledBranch, QuickDropout
from segstudio.learning.models.resnet import resnet_stages, resnet_tap
from segstudio.learning.models.single_values import PooledBatchNorm


def build_resnet50(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on ResNet-50 with random weights."""
    return _resnet(bare(segmentation.deeplabv3_resnet50, classes))


def build_resnet101(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on ResNet-101 with random weights."""
    return _resnet(bare(segmentation.deeplabv3_resnet101, classes))


def build_mobilenet_v3_large(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3 on MobileNetV3-Large with random weights."""
    net = bare(segmentation.deeplabv3_mobilenet_v3_large, classes)
    if from_scratch:
        prepare_for_scratch(net)
    return _wrapped(net, mobilenet_stages(net.backbone), mobilenet_tap(net.backbone))


def _resnet(net: segmentation.DeepLabV3) -> SegmentationModel:
    """Wrap a DeepLabV3 whose backbone is a ResNet."""
    return _wrapped(net, resnet_stages(net.backbone), resnet_tap(net.backbone))


def _wrapped(
    net: segmentation.DeepLabV3, stages: Mapping[str, Stage], tap: tuple[nn.Module, int]
) -> SegmentationModel:
    """Make the pooled branch fit for a batch of one, all of ASPP quick, and wrap the net."""
    aspp = net.classifier[0]
    for branch in list(aspp.convs)[1:-1]:
        branch[0] = DilatedConv.like(branch[0])
    pooled = aspp.convs[-1]
    pooled[2] = PooledBatchNorm(pooled[2].num_features)
    aspp.convs[-1] = PooledBranch(*pooled)
    aspp.project[3] = QuickDropout(aspp.project[3].p)
    readers = [branch[0] for branch in list(aspp.convs)[:-1]] + [pooled[1]]
    return OneMapModel(net, stages=stages, readers=readers, tap=tap)
