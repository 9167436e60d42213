"""Predicting with a trained model, prepared exactly as it was trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.events import Event
from segstudio.core.palette import Palette
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.device import choose_device
from segstudio.learning.inference import Forward, index_map

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Palette ids, uint8 (H, W), and how sure the model is of each, uint8 0..255."""

    label: Bytes
    confidence: Bytes


class Predictor:
    """A model in use; made from a checkpoint only, so that it sees what training saw.

    `report` hears where memory is short.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        device: torch.device,
        report: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self.palette: Palette = checkpoint.palette
        self.config: TrainConfig = checkpoint.config
        self.model_name = checkpoint.config.model
        self._preprocessing = checkpoint.preprocessing
        self._forward = Forward(device, report)
        model = checkpoint.build()
        self._model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._palette_id = checkpoint.palette.to_palette_id()

    @classmethod
    def load(
        cls,
        path: Path,
        device: str = "auto",
        report: Callable[[Event], None] = lambda event: None,
    ) -> Self:
        """Make a predictor of a model file; SegStudioError where it is damaged or foreign."""
        return cls(Checkpoint.load(path), choose_device(device).torch, report)

    def predict(self, photo: Bytes) -> Prediction:
        """Predict a photo, uint8 (H, W, 3) RGB, at its full size."""
        logits = self._forward.logits(self._model, self._preprocessing.apply(photo))
        result = index_map(logits, photo.shape[1], photo.shape[0])
        return Prediction(self._palette_id[result.index], result.confidence)
