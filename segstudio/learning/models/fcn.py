"""FCN by torchvision (Long et al., Fully Convolutional Networks, 2015), never downloaded."""

from __future__ import annotations

from torchvision.models import segmentation

from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.offline import bare
from segstudio.learning.models.one_map import OneMapModel
from segstudio.learning.models.resnet import resnet_stages, resnet_tap


def build_resnet50(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build FCN on ResNet-50 with random weights."""
    net = bare(segmentation.fcn_resnet50, classes)
    return OneMapModel(
        net,
        stages=resnet_stages(net.backbone),
        readers=[net.classifier[0]],
        tap=resnet_tap(net.backbone),
    )
