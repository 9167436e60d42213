"""U-Net (Ronneberger et al., 2015) with a ResNet as its encoder."""

from __future__ import annotations

import segmentation_models_pytorch as smp

from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.encoder_decoder import on_resnet


def build_resnet34(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build U-Net on ResNet-34 with random weights."""
    return on_resnet(smp.Unet("resnet34", encoder_weights=None, classes=classes))
