"""Checking a model on whole photos while it trains: scores per photo, nothing random."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.bootstrap import Interval, spread
from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.palette import Palette
from segstudio.core.run_history import set_key
from segstudio.learning.dataset import left_out
from segstudio.learning.inference import Forward, best_index
from segstudio.learning.losses.cross_entropy import Loss
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing

SCORING = Preprocessing(working_size=1024)
"""Size of labels that epochs are scored at: full size up to 1024 px; larger would only cost time.

The `evaluate` job scores at full size, whatever it is."""
_RESAMPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """One photo's scores; `index` is the prediction, uint8 (H, W) train indices.

    `key` is that of the photo with its outlines: another where these were corrected.
    """

    sample: Sample
    confusion: ConfusionMatrix
    loss: float
    index: npt.NDArray[np.uint8]
    key: str


@dataclass(frozen=True, slots=True)
class Validation:
    """Scores over all validation photos, from one confusion matrix; None without any photo.

    `interval` is that of the mIoU, None with fewer than two photos; `val_set` the key of
    the photos and their outlines.
    """

    loss: float | None
    miou: float | None
    class_iou: tuple[float | None, ...]
    interval: Interval | None = None
    val_set: str = ""


@dataclass(frozen=True, slots=True)
class WholePhotos:
    """Runs models on whole photos at the working size."""

    copies: WorkingCopies
    preprocessing: Preprocessing
    forward: Forward

    def __call__(self, model: SegmentationModel, sample: Sample) -> torch.Tensor:
        """Return the logits, float32 (C, h, w), of a photo; SegStudioError where it is broken."""
        photo = self.copies.photo(sample, self.preprocessing)
        return self.forward.logits(model, self.preprocessing.normalize(photo))


@dataclass(frozen=True, slots=True)
class Checker:
    """What checking needs beside the model; `logits` answers for a photo at the working size.

    A photo that could not be checked once stays out, for scores compare on the same photos only.
    """

    copies: WorkingCopies
    preprocessing: Preprocessing
    palette: Palette
    loss: Loss
    logits: Callable[[SegmentationModel, Sample], torch.Tensor]
    _broken: set[str] = field(default_factory=set, init=False)

    def check(
        self, model: SegmentationModel, samples: Iterable[Sample], report: Reporter
    ) -> Iterator[Checked]:
        """Yield each photo's scores, one photo at a time; a photo that is gone is left out."""
        model.eval()
        for sample in samples:
            if report.stop_requested:
                return
            if sample.name in self._broken:
                continue
            try:
                yield self._check_photo(model, sample)
            except SegStudioError as error:
                self._broken.add(sample.name)
                report(ProblemFound(left_out(sample, error)))

    def _check_photo(self, model: SegmentationModel, sample: Sample) -> Checked:
        """Score one whole photo."""
        table = self.palette.to_train_index()
        logits = self.logits(model, sample)
        small = table[self.copies.label(sample, self.preprocessing)].astype(np.int64)
        loss = self.loss(logits[None], torch.from_numpy(small)[None].to(logits.device))
        truth = table[self.copies.label(sample, SCORING)]
        index = best_index(logits, truth.shape[1], truth.shape[0])
        confusion = ConfusionMatrix.of(truth, index, len(self.palette.trained))
        return Checked(sample, confusion, float(loss), index, _key(sample, truth))


def summary(checked: Iterable[Checked], classes: int) -> Validation:
    """Add up photos; the loss is the mean over photos, as an epoch's is over crops.

    A photo whose every pixel is ignored has no loss, and would only pull the mean down; nor does
    it belong to the photos that a score is of.
    """
    photos = list(checked)
    if not photos:
        return Validation(None, None, (None,) * classes)
    total = sum((photo.confusion for photo in photos), ConfusionMatrix.zeros(classes))
    scored = [photo for photo in photos if photo.confusion.counts.any()]
    losses = [photo.loss for photo in scored]
    loss = math.fsum(losses) / len(losses) if losses else None
    sure = spread([photo.confusion for photo in photos], resamples=_RESAMPLES)
    val_set = set_key(photo.key for photo in scored)
    return Validation(loss, total.miou(), total.iou(), sure.miou, val_set)


def _key(sample: Sample, truth: npt.NDArray[np.uint8]) -> str:
    """Return the key of a photo with its truth, uint8 (H, W) train indices."""
    digest = hashlib.blake2b(truth.tobytes(), digest_size=8).hexdigest()
    return f"{sample.name}\n{truth.shape} {digest}"
