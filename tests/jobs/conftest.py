"""A network of two layers for jobs that train: what they do around it is what is tested."""

from __future__ import annotations

import pytest
from learning.networks import TwoLayers, wrapped

from segstudio.learning import checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.models.base import SegmentationModel

STANDS_IN_FOR = "deeplabv3_mobilenet_v3_large"


@pytest.fixture
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build two layers instead of the default model; every other model stays real."""
    real = checkpoint.build_model

    def build(config: TrainConfig, classes: int) -> SegmentationModel:
        if config.model == STANDS_IN_FOR:
            return wrapped(TwoLayers(classes)).eval()
        return real(config, classes)

    # First where it is imported to, which that import must find as it was.
    monkeypatch.setattr("segstudio.learning.setup.build_model", build)
    monkeypatch.setattr("segstudio.learning.checkpoint.build_model", build)
