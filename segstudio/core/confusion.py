"""The confusion matrix from which every score comes, exact over whole photos."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segstudio.core.palette import IGNORE

Scores = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Pixel counts, int64 (C, C): rows are the truth, columns the prediction."""

    counts: npt.NDArray[np.int64]

    @classmethod
    def zeros(cls, classes: int) -> ConfusionMatrix:
        """Return the empty matrix of C classes."""
        return cls(np.zeros((classes, classes), np.int64))

    @classmethod
    def of(
        cls, truth: npt.NDArray[np.uint8], prediction: npt.NDArray[np.uint8], classes: int
    ) -> ConfusionMatrix:
        """Count one photo; both arrays hold 0..C-1, pixels whose truth is 255 are left out."""
        scored = truth != IGNORE
        cells = truth[scored].astype(np.int64) * classes + prediction[scored]
        counts = np.bincount(cells, minlength=classes * classes)
        return cls(counts.reshape(classes, classes))

    def __add__(self, other: ConfusionMatrix) -> ConfusionMatrix:
        return ConfusionMatrix(self.counts + other.counts)

    def iou(self) -> Scores:
        """Intersection over union TP / (TP + FP + FN) per class; None where it is in neither."""
        return ratios(self._hits, self._truth + self._predicted - self._hits)

    def dice(self) -> Scores:
        """Dice (F1) 2 TP / (2 TP + FP + FN) per class; None where it is in neither."""
        return ratios(2 * self._hits, self._truth + self._predicted)

    def precision(self) -> Scores:
        """TP / (TP + FP) per class; None where the class was never predicted."""
        return ratios(self._hits, self._predicted)

    def recall(self) -> Scores:
        """TP / (TP + FN) per class; None where the truth has no such pixel."""
        return ratios(self._hits, self._truth)

    def miou(self, without: int | None = None) -> float | None:
        """Mean of the IoUs that exist, one class left out where asked; None without any."""
        kept = (value for index, value in enumerate(self.iou()) if index != without)
        known = [value for value in kept if value is not None]
        return sum(known) / len(known) if known else None

    def weighted_iou(self) -> float | None:
        """Mean of the IoUs, each weighted by its class's share of the truth; None without any."""
        shares = zip(self.iou(), self.shares(), strict=True)
        parts = [iou * share for iou, share in shares if iou is not None]
        return math.fsum(parts) if self.counts.any() else None

    def shares(self) -> tuple[float, ...]:
        """Share of the scored pixels that each class has in the truth; 0 where nothing is."""
        total = int(self.counts.sum()) or 1
        return tuple(int(pixels) / total for pixels in self._truth)

    def pixel_accuracy(self) -> float | None:
        """Share of scored pixels that are right; None where nothing was scored."""
        total = int(self.counts.sum())
        return int(self._hits.sum()) / total if total else None

    @property
    def _hits(self) -> npt.NDArray[np.int64]:
        return self.counts.diagonal()

    @property
    def _truth(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.counts.sum(axis=1), np.int64)

    @property
    def _predicted(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.counts.sum(axis=0), np.int64)


def ratios(top: npt.NDArray[np.int64], bottom: npt.NDArray[np.int64]) -> Scores:
    """Divide element by element; None where the divisor is 0."""
    return tuple(int(t) / int(b) if b else None for t, b in zip(top, bottom, strict=True))
