"""DeepLabV3+ (Chen et al., Encoder-Decoder with Atrous Separable Convolution, 2018)."""

from __future__ import annotations

import segmentation_models_pytorch as smp

from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.encoder_decoder import on_resnet


def build_resnet50(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build DeepLabV3+ on ResNet-50 with random weights."""
    return on_resnet(smp.DeepLabV3Plus("resnet50", encoder_weights=None, classes=classes))
