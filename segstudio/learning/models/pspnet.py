"""PSPNet (Zhao et al., Pyramid Scene Parsing Network, 2017)."""

from __future__ import annotations

import segmentation_models_pytorch as smp

from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.encoder_decoder import on_resnet


def build_resnet50(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build PSPNet on ResNet-50 with random weights.

    As in the paper the whole ResNet is used, its last two stages dilated so that the map has an
    eighth of the photo's size; the library's own default ends after the second stage.
    """
    return on_resnet(
        smp.PSPNet(
            "resnet50",
            encoder_weights=None,
            encoder_depth=5,
            output_stride=8,
            upsampling=8,
            classes=classes,
        )
    )
