"""SegFormer's head (Xie et al., SegFormer, 2021) on PVT-v2 (Wang et al., PVT v2, 2022)."""

from __future__ import annotations

import segmentation_models_pytorch as smp
from timm.models.pvt_v2 import checkpoint_filter_fn

from segstudio.learning.models import STAGES
from segstudio.learning.models.base import BackboneKeys, SegmentationModel, State
from segstudio.learning.models.encoder_decoder import EncoderDecoder


def build_pvt_v2_b0(classes: int, *, from_scratch: bool) -> SegmentationModel:
    """Build the SegFormer head on PVT-v2-B0 with random weights."""
    net = smp.Segformer("tu-pvt_v2_b0", encoder_weights=None, classes=classes)
    parts = net.encoder.model
    stages = {name: [parts[f"stages_{number}"]] for number, name in enumerate(STAGES)}
    return EncoderDecoder(net, stages=stages, keys=BackboneKeys("encoder.model.", _timm_keys))


def _timm_keys(state: State) -> State:
    """Bring the keys of a PVT-v2 by timm or by its makers to those of timm's feature extractor."""
    known: State = checkpoint_filter_fn(state, None)  # type: ignore[no-untyped-call]
    return {key.replace("stages.", "stages_", 1): tensor for key, tensor in known.items()}
