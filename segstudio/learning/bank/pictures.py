"""What the frozen part of a model looks at: random views of training photos, and whole photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from segstudio.learning.bank.extractor import Extractor
from segstudio.learning.bank.sizing import MapShape
from segstudio.learning.bank.store import digest
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import CropPlan, Preprocessing, draw

_WHOLE = -1
_GOLDEN = (1 + 5**0.5) / 2
# Part of every key: to be raised when the same seed gives other views than before.
_VIEWS = 1
# Maps of this size together wait for the projection that is found from them.
_WAITING_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Photos at the working size and their views.

    View n of a photo follows from its content, n and the seed, not from its name, its label or
    the other photos. It shows the whole photo, as large as it is once it is scaled: nothing of a
    photo is missed, and what the network sees around a crop is what whole photos show later.
    """

    copies: WorkingCopies
    preprocessing: Preprocessing
    config: TrainConfig
    extractor: Extractor
    shape: MapShape
    _digests: dict[str, str] = field(default_factory=dict)
    _waiting: dict[str, torch.Tensor] = field(default_factory=dict)

    def content(self, sample: Sample) -> str:
        """Return the digest of a photo's pixels at the working size."""
        if sample.name not in self._digests:
            photo = self.copies.photo(sample, self.preprocessing)
            self._digests[sample.name] = digest({"photo": photo})
        return self._digests[sample.name]

    def key(self, sample: Sample, view: int | None) -> dict[str, Any]:
        """Return all that the map of a view, or of the whole photo, depends on but the basis."""
        about: dict[str, Any] = {
            "frozen": self.extractor.key,
            "photo": self.content(sample),
            "preprocessing": self.preprocessing.model_dump(mode="json"),
            "view": _WHOLE if view is None else view,
            "stride": self.shape.stride,
        }
        if view is not None:
            varied = self.config.model_dump(include=set(AugmentationSettings.model_fields))
            about |= {"seed": self.config.seed, "varied": varied, "views": _VIEWS}
        return about

    def plan(self, sample: Sample, view: int) -> tuple[CropPlan, np.random.Generator]:
        """Return where a view lies on its photo, and the random numbers that its colours take."""
        photo = self.copies.photo(sample, self.preprocessing)
        height, width = photo.shape[:2]
        content = int(self.content(sample), 16)
        scale = self._scale(content, view)
        config = self.config.model_copy(update={"scale_min": scale, "scale_max": scale})
        rng = np.random.default_rng([self.config.seed, content, view])
        return draw(config, (width, height), None, rng), rng

    def _scale(self, content: int, view: int) -> float:
        """Return a view's scale, in its logarithm evenly spread from view to view.

        Of a few random scales all may be large, or all small. An additive recurrence by the golden
        ratio fills the range evenly, however many there are (Weyl 1916; Knuth, TAOCP 3, 6.4).
        """
        first = np.random.default_rng([self.config.seed, content]).random()
        place = (first + view / _GOLDEN) % 1
        low, high = np.log(self.config.scale_min), np.log(self.config.scale_max)
        return float(np.exp(low + place * (high - low)))

    def first(self, sample: Sample) -> torch.Tensor:
        """Return the first view's map as `raw` does, and keep it until that is asked for it."""
        found = self.raw(sample, 0)
        if sum(one.nbytes for one in self._waiting.values()) < _WAITING_BYTES:
            self._waiting[sample.name] = found
        return found

    def raw(self, sample: Sample, view: int | None) -> torch.Tensor:
        """Return the unprojected map, float16 (C, h, w); SegStudioError if the photo is broken."""
        if view == 0 and sample.name in self._waiting:
            return self._waiting.pop(sample.name)
        photo = self.copies.photo(sample, self.preprocessing)
        if view is not None:
            plan, rng = self.plan(sample, view)
            photo = plan.photo(photo, self.preprocessing.fill(), rng)
        return self.extractor.raw(self.preprocessing.normalize(photo))
