"""LR-ASPP by torchvision (Howard et al., Searching for MobileNetV3, 2019), never downloaded."""

from __future__ import annotations

from torchvision.models import segmentation

from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.mobilenet import mobilenet_stages, prepare_for_scratch


def build_mobilenet_v3_large(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build LR-ASPP on MobileNetV3-Large with random weights."""
    net = segmentation.lraspp_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=classes
    )
    if from_scratch:
        prepare_for_scratch(net)
    head = net.classifier
    return SegmentationModel(
        net,
        stages=mobilenet_stages(net.backbone),
        head=[head],
        last_layers=(head.low_classifier, head.high_classifier),
    )
