"""Checking a head on the stored maps of whole photos, where the backbone need not run again."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from segstudio.learning.bank.bank import FeatureBank
from segstudio.learning.bank.extractor import NoMemory
from segstudio.learning.bank.head import HeadModel
from segstudio.learning.device import free_memory, out_of_memory
from segstudio.learning.evaluation import WholePhotos
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.samples import Sample


@dataclass(frozen=True, slots=True)
class StoredPhotos:
    """Runs heads on stored maps; where memory does not suffice, whole models on the photos."""

    bank: FeatureBank
    photos: WholePhotos

    @torch.inference_mode()
    def __call__(self, model: SegmentationModel, sample: Sample) -> torch.Tensor:
        """Return the logits, float32 (C, h, w), of a photo; SegStudioError where it is broken."""
        assert isinstance(model, HeadModel)
        size = self.photos.copies.photo(sample, self.photos.preprocessing).shape[:2]
        device = self.photos.forward.device
        try:
            maps = self.bank.whole(sample)[None].to(device, memory_format=torch.channels_last)
            return model(maps, size)[0].float()  # type: ignore[no-any-return]
        except (NoMemory, RuntimeError) as error:
            if not isinstance(error, NoMemory) and not out_of_memory(error):
                raise
            free_memory(device)
        return self.photos(model.whole.eval(), sample)
