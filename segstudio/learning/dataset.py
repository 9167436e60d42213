"""The crops of an epoch: which, in what order, and how; all of it follows from seed and epoch."""

from __future__ import annotations

from abc import ABC, abstractmethod
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

Crop = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
"""A crop's input, float32 (N, S, S), and its truth, int64 (T, T) train indices."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Crops that one step learns from: inputs float32 (B, N, S, S), truth int64 (B, T, T).

    Inputs are photos, N = 3 and S = T, or stored features, where one cell stands for `stride`
    pixels of the truth each way: T = S * stride.
    """

    inputs: torch.Tensor
    truth: torch.Tensor
    stride: int = 1

    def __len__(self) -> int:
        return len(self.truth)

    def part(self, start: int, count: int, side: int) -> Batch:
        """Return `count` crops from `start` on, cut to at most `side` pixels each way."""
        rows, cells = slice(start, start + count), max(1, side // self.stride)
        pixels = cells * self.stride
        return Batch(
            self.inputs[rows, :, :cells, :cells], self.truth[rows, :pixels, :pixels], self.stride
        )


class Crops(ABC):
    """The crops of a run's epochs; the same seed and epoch give the same ones.

    What a crop is made of is the subclasses' business; which photos, and in what order, is not.
    """

    stride = 1

    def __init__(self, samples: Sequence[Sample], config: TrainConfig) -> None:
        self.samples = tuple(samples)
        self.config = config
        self._broken: set[str] = set()

    @property
    def crops_per_epoch(self) -> int:
        """How many crops an epoch learns from."""
        return len(self.samples) * self.config.crops_per_photo

    @property
    def crops_per_step(self) -> int:
        """How many crops a full optimiser step learns from."""
        return self.config.batch_size * self.config.accumulate

    @property
    def steps_per_epoch(self) -> int:
        """How many optimiser steps an epoch has; the last may have fewer crops than others."""
        return -(-self.crops_per_epoch // self.crops_per_step)

    @abstractmethod
    def prepare(self, epoch: int, report: Reporter) -> None:
        """Do what has to be done before the first crop of an epoch; Interrupted when stopped."""

    @abstractmethod
    def crop(self, sample: Sample, epoch: int, rng: np.random.Generator) -> Crop:
        """Return one random crop of a photo; SegStudioError where it cannot be read any more."""

    def batches(self, epoch: int, report: Reporter) -> Iterator[Batch]:
        """Yield the batches of an epoch, one per optimiser step."""
        order = np.repeat(np.arange(len(self.samples)), self.config.crops_per_photo)
        np.random.default_rng([self.config.seed, epoch]).shuffle(order)
        for start in range(0, len(order), self.crops_per_step):
            chosen = enumerate(order[start : start + self.crops_per_step], start)
            pairs = [self._any_crop(int(index), epoch, place, report) for place, index in chosen]
            yield Batch(
                torch.from_numpy(np.stack([values for values, _ in pairs])),
                torch.from_numpy(np.stack([truth for _, truth in pairs])),
                self.stride,
            )

    def leave_out(self, sample: Sample, error: SegStudioError, report: Reporter) -> None:
        """Tell once that a photo is not learned from any more."""
        if sample.name not in self._broken:
            self._broken.add(sample.name)
            report(ProblemFound(left_out(sample, error)))

    def _any_crop(self, index: int, epoch: int, place: int, report: Reporter) -> Crop:
        """Return one crop; a photo that cannot be read any more is told and replaced."""
        rng = np.random.default_rng([self.config.seed, epoch, place])
        while True:
            sample = self.samples[index]
            try:
                return self.crop(sample, epoch, rng)
            except SegStudioError as error:
                self.leave_out(sample, error, report)
                left = [i for i, s in enumerate(self.samples) if s.name not in self._broken]
                if not left:
                    raise SegStudioError(
                        "None of the training photos can be read any more.",
                        meaning="They were moved or are damaged; each is listed above.",
                        remedy="Put them back and continue the run.",
                    ) from error
                index = int(rng.choice(left))


class TrainingCrops(Crops):
    """Crops cut fresh from the photos each time."""

    def __init__(
        self,
        samples: Sequence[Sample],
        copies: WorkingCopies,
        preprocessing: Preprocessing,
        palette: Palette,
        config: TrainConfig,
    ) -> None:
        super().__init__(samples, config)
        self._copies = copies
        self._preprocessing = preprocessing
        self._to_index = palette.to_train_index()
        self._fill = preprocessing.fill()

    def prepare(self, epoch: int, report: Reporter) -> None:
        """Do nothing: every crop is made when it is asked for."""

    def crop(self, sample: Sample, epoch: int, rng: np.random.Generator) -> Crop:
        """Cut one crop of photo and label, normalised."""
        photo, label = self._copies.pair(sample, self._preprocessing)
        crop, truth = random_crop(photo, label, self.config, self._fill, rng)
        return self._preprocessing.normalize(crop), self._to_index[truth].astype(np.int64)


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
