"""Crops of stored features in place of crops of photos, and whole photos to check with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Progress, Reporter
from segstudio.core.palette import IGNORE, Palette
from segstudio.learning.bank.extractor import NoMemory, stored
from segstudio.learning.bank.pictures import Pictures
from segstudio.learning.bank.projection import Projection
from segstudio.learning.bank.store import FeatureStore, Halves, digest, key_of
from segstudio.learning.dataset import Crop, Crops
from segstudio.learning.download import Interrupted
from segstudio.learning.samples import Sample


class FeatureBank(Crops):
    """Random crops cut from the stored maps of views.

    Learning begins after a few looks at every photo, and the variety grows up to the middle of the
    run.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        pictures: Pictures,
        palette: Palette,
        projection: Projection | None,
        store: FeatureStore,
    ) -> None:
        super().__init__(samples, pictures.config)
        self.stride = pictures.shape.stride
        self.projection = projection
        self._pictures = pictures
        self._store = store
        self._to_index = palette.to_train_index()
        self._basis = digest({"basis": projection.basis.numpy()}) if projection else ""
        self._made: set[tuple[str, int]] = set()

    def prepare(self, epoch: int, report: Reporter) -> None:
        """Store what is missing of this epoch's views; a photo that is broken is left out.

        Raises NoMemory where the network is too large for a view, Interrupted when stopped.
        """
        wanted = [
            (sample, view)
            for view in range(self._views(epoch))
            for sample in self.samples
            if (sample.name, view) not in self._made
        ]
        for done, (sample, view) in enumerate(wanted, 1):
            if report.stop_requested:
                raise Interrupted
            try:
                self._map(sample, view)
            except NoMemory:
                raise
            except SegStudioError as error:
                self.leave_out(sample, error, report)
            self._made.add((sample.name, view))
            report(Progress("Looking at the photos", done, len(wanted), sample.name))

    def crop(self, sample: Sample, epoch: int, rng: np.random.Generator) -> Crop:
        """Cut one crop of a stored view and of its label, made anew from the label image."""
        view = int(rng.integers(self._views(epoch)))
        label = self._pictures.copies.pair(sample, self._pictures.preprocessing)[1]
        plan, _ = self._pictures.plan(sample, view)
        maps = self._map(sample, view)
        truth = self._to_index[plan.label(label)]
        side = max(1, self.config.crop_size // self.stride)
        top, left = (int(rng.integers(max(0, length - side) + 1)) for length in maps.shape[:2])
        cells = _cut(maps, top, left, side, 0)
        scale = self.stride
        pixels = _cut(truth, top * scale, left * scale, side * scale, IGNORE)
        return cells.transpose(2, 0, 1).astype(np.float32), pixels.astype(np.int64)

    def whole(self, sample: Sample) -> torch.Tensor:
        """Return the stored map of a whole photo, float32 (R, h, w); SegStudioError if broken."""
        return torch.from_numpy(self._map(sample, None).astype(np.float32).transpose(2, 0, 1))

    def keys(self, whole: Sequence[Sample]) -> list[str]:
        """Return the keys of all maps of a run that predicts these photos whole."""
        views = range(self._views(self.config.epochs))
        mine = [self._key(sample, view) for sample in self.samples for view in views]
        return mine + [self._key(sample, None) for sample in whole]

    def _views(self, epoch: int) -> int:
        """Return how many views of each photo an epoch has."""
        half = max(1, self.config.epochs // 2)
        return -(-self.config.bank_views * min(epoch, half) // half)

    def _key(self, sample: Sample, view: int | None) -> str:
        return key_of(**self._pictures.key(sample, view), basis=self._basis)

    def _map(self, sample: Sample, view: int | None) -> Halves:
        """Return the stored map of a view or of the whole photo, made first where there is none."""

        def make() -> Halves:
            return stored(self._pictures.raw(sample, view), self.projection)

        return self._store.get(self._key(sample, view), make)


def _cut(array: npt.NDArray[Any], top: int, left: int, side: int, fill: int) -> npt.NDArray[Any]:
    """Return `side` rows and columns of an array from there on, `fill` where it ends before."""
    part = array[top : top + side, left : left + side]
    missing = [(0, side - part.shape[0]), (0, side - part.shape[1])]
    if not missing[0][1] and not missing[1][1]:
        return part
    return np.pad(part, [*missing, *[(0, 0)] * (part.ndim - 2)], constant_values=fill)
