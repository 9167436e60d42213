"""The crops of an epoch: which, in what order, and how; all of it follows from seed and epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.palette import IGNORE, Palette
from segstudio.core.problems import Problem
from segstudio.learning.config import TrainConfig
from segstudio.learning.download import Interrupted
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing, random_crop


@dataclass(frozen=True, slots=True)
class Batch:
    """Crops that one step learns from: photos float32 (B, 3, S, S), truth int64 (B, S, S)."""

    photos: torch.Tensor
    truth: torch.Tensor


class TrainingCrops:
    """Random crops of the training photos; the same seed and epoch give the same crops."""

    def __init__(
        self,
        samples: Sequence[Sample],
        copies: WorkingCopies,
        preprocessing: Preprocessing,
        palette: Palette,
        config: TrainConfig,
    ) -> None:
        self.samples = tuple(samples)
        self._copies = copies
        self._preprocessing = preprocessing
        self._config = config
        self._to_index = palette.to_train_index()
        self._fill = preprocessing.fill()
        self._broken: set[str] = set()

    @property
    def crops_per_epoch(self) -> int:
        """How many crops an epoch learns from."""
        return len(self.samples) * self._config.crops_per_photo

    @property
    def crops_per_step(self) -> int:
        """How many crops a full optimiser step learns from."""
        return self._config.batch_size * self._config.accumulate

    @property
    def steps_per_epoch(self) -> int:
        """How many optimiser steps an epoch has; the last may have fewer crops than others."""
        return -(-self.crops_per_epoch // self.crops_per_step)

    def batches(self, epoch: int, report: Reporter) -> Iterator[Batch]:
        """Yield the batches of an epoch, one per optimiser step."""
        order = np.repeat(np.arange(len(self.samples)), self._config.crops_per_photo)
        np.random.default_rng([self._config.seed, epoch]).shuffle(order)
        for start in range(0, len(order), self.crops_per_step):
            chosen = enumerate(order[start : start + self.crops_per_step], start)
            pairs = [self._crop(int(index), epoch, place, report) for place, index in chosen]
            yield Batch(
                torch.from_numpy(np.stack([photo for photo, _ in pairs])),
                torch.from_numpy(np.stack([truth for _, truth in pairs])),
            )

    def _crop(
        self, index: int, epoch: int, place: int, report: Reporter
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return one crop; a photo that cannot be read any more is told and replaced."""
        rng = np.random.default_rng([self._config.seed, epoch, place])
        while True:
            sample = self.samples[index]
            try:
                photo, label = self._copies.pair(sample, self._preprocessing)
                break
            except SegStudioError as error:
                self._leave_out(sample, error, report)
                left = [i for i, s in enumerate(self.samples) if s.name not in self._broken]
                if not left:
                    raise
                index = int(rng.choice(left))
        crop, truth = random_crop(photo, label, self._config, self._fill, rng)
        return self._preprocessing.normalize(crop), self._to_index[truth].astype(np.int64)

    def _leave_out(self, sample: Sample, error: SegStudioError, report: Reporter) -> None:
        """Tell once that a photo is not learned from any more."""
        if sample.name not in self._broken:
            self._broken.add(sample.name)
            report(ProblemFound(left_out(sample, error)))


def left_out(sample: Sample, error: SegStudioError) -> Problem:
    """Return the problem of a photo that has to be left out."""
    return Problem("warning", sample.name, f"Left out: {error.what}")


def readable(
    samples: Sequence[Sample],
    copies: WorkingCopies,
    preprocessing: Preprocessing,
    report: Reporter,
) -> tuple[Sample, ...]:
    """Make the working copies and return the photos that can be read; tell about the others."""
    good = []
    for done, sample in enumerate(samples, 1):
        if report.stop_requested:
            raise Interrupted
        try:
            copies.pair(sample, preprocessing)
            good.append(sample)
        except SegStudioError as error:
            report(ProblemFound(left_out(sample, error)))
        report(Progress("Preparing photos", done, len(samples), sample.name))
    return tuple(good)


def count_pixels(
    samples: Sequence[Sample],
    copies: WorkingCopies,
    preprocessing: Preprocessing,
    palette: Palette,
) -> npt.NDArray[np.int64]:
    """Return how many pixels each trained class has at the working size, int64 (C,)."""
    counts = np.zeros(256, np.int64)
    for sample in samples:
        counts += np.bincount(copies.label(sample, preprocessing).ravel(), minlength=256)
    index = palette.to_train_index()
    trained = index != IGNORE
    pixels = np.zeros(len(palette.trained), np.int64)
    np.add.at(pixels, index[trained], counts[trained])
    return pixels
