"""Which photos a class is on, by the outlines and by the prediction: a report per photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segstudio.core.confusion import ConfusionMatrix


@dataclass(frozen=True, slots=True)
class Presence:
    """Photos with at least one pixel of a class: in both, only outlined, only predicted."""

    found: int
    missed: int
    extra: int

    @property
    def outlined(self) -> int:
        """Photos on which the class is outlined."""
        return self.found + self.missed

    @property
    def precision(self) -> float | None:
        """Of the photos that it was predicted on, the share that have it; None without any."""
        predicted = self.found + self.extra
        return self.found / predicted if predicted else None

    @property
    def recall(self) -> float | None:
        """Of the photos that have it, the share that it was predicted on; None without any."""
        return self.found / self.outlined if self.outlined else None

    def as_json(self) -> dict[str, Any]:
        """Return the counts and what follows from them."""
        return {
            "found": self.found,
            "missed": self.missed,
            "extra": self.extra,
            "precision": self.precision,
            "recall": self.recall,
        }


def presence(photos: Sequence[ConfusionMatrix], classes: int) -> tuple[Presence, ...]:
    """Count the photos of each class; ignored pixels are in no matrix and so on no photo."""
    found = []
    for index in range(classes):
        pairs = [
            (bool(photo.counts[index].any()), bool(photo.counts[:, index].any()))
            for photo in photos
        ]
        counts = [pairs.count(kind) for kind in ((True, True), (True, False), (False, True))]
        found.append(Presence(*counts))
    return tuple(found)
