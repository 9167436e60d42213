"""How far a score could move with other photos of the same kind: the bootstrap over photos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from segstudio.core.confusion import ConfusionMatrix

LEVEL = 0.95
VERY_FEW = 6
"""Below that an interval itself is a guess."""
_RESAMPLES = 2000
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the score of many such photos lies, in 95 of 100 cases."""

    low: float
    high: float

    def as_json(self) -> list[float]:
        """Return both ends."""
        return [self.low, self.high]


@dataclass(frozen=True, slots=True)
class Spread:
    """The intervals of a run's scores; None where there is no score or one photo only."""

    miou: Interval | None
    pixel_accuracy: Interval | None
    iou: tuple[Interval | None, ...]


@dataclass(frozen=True, slots=True)
class PhotoSums:
    """What IoUs are made of, per photo and class, float64 (N, C); `scored` pixels, (N,)."""

    hits: Floats
    unions: Floats
    scored: Floats

    @classmethod
    def of(cls, photos: Sequence[ConfusionMatrix]) -> PhotoSums:
        """Gather the sums of at least one photo."""
        counts = np.array([photo.counts for photo in photos], np.float64)
        hits = counts.diagonal(axis1=1, axis2=2)
        return cls(hits, counts.sum(1) + counts.sum(2) - hits, counts.sum((1, 2)))

    def taken(self, order: npt.NDArray[np.intp]) -> PhotoSums:
        """Return the photos in another order."""
        return PhotoSums(self.hits[order], self.unions[order], self.scored[order])


def spread(
    photos: Sequence[ConfusionMatrix], *, resamples: int = _RESAMPLES, seed: int = 0
) -> Spread:
    """Return 95 % intervals of mIoU, pixel accuracy and each class's IoU.

    Photos are drawn with replacement and scored anew as one set (percentile bootstrap, Efron,
    1979). With few photos that is too narrow; the tails are expanded as for a mean of N values
    (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015). A class on fewer than two
    photos has no interval. The order of photos changes nothing.
    """
    scored = [photo for photo in photos if photo.counts.any()]
    classes = len(photos[0].counts) if photos else 0
    if len(scored) < 2:
        return Spread(None, None, (None,) * classes)
    (sums,) = _sorted(PhotoSums.of(scored))
    weights, tail = draws(len(scored), resamples, seed), expanded_tail(len(scored))
    iou = ratios(weights @ sums.hits, weights @ sums.unions)
    right = ratios(weights @ sums.hits.sum(1), weights @ sums.scored)
    on = (sums.unions > 0).sum(0)
    return Spread(
        interval(mean_of_known(iou), tail),
        interval(right, tail),
        tuple(interval(iou[:, c], tail) if on[c] > 1 else None for c in range(classes)),
    )


def paired(
    ones: Sequence[ConfusionMatrix],
    others: Sequence[ConfusionMatrix],
    *,
    resamples: int = _RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Return the 95 % interval of how much higher the mIoU of `others` is than that of `ones`.

    Both hold the same photos in the same order, and the same photos are drawn for both, so that
    how hard they are falls out. None with fewer than two photos.
    """
    pairs = zip(ones, others, strict=True)
    scored = [(one, other) for one, other in pairs if one.counts.any()]
    if len(scored) < 2:
        return None
    both = _sorted(*(PhotoSums.of([pair[side] for pair in scored]) for side in (0, 1)))
    weights = draws(len(scored), resamples, seed)
    one, other = (
        mean_of_known(ratios(weights @ sums.hits, weights @ sums.unions)) for sums in both
    )
    return interval(other - one, expanded_tail(len(scored)))


def _sorted(*runs: PhotoSums) -> tuple[PhotoSums, ...]:
    """Sort the photos of some runs by their numbers, the same way in all, so that order is none."""
    keys = np.concatenate([part for sums in runs for part in (sums.hits, sums.unions)], axis=1)
    order = np.lexsort(keys.T)
    return tuple(sums.taken(order) for sums in runs)


def draws(photos: int, resamples: int, seed: int) -> Floats:
    """Return how often each photo is drawn in each resample, float64 (B, N), rows sum to N."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(photos, np.full(photos, 1 / photos), resamples).astype(np.float64)


def ratios(top: Floats, bottom: Floats) -> Floats:
    """Divide element by element; NaN where the divisor is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan), np.float64)


def mean_of_known(iou: Floats) -> Floats:
    """Return the mean over the last axis of what is not NaN; NaN where nothing is known."""
    known = np.isfinite(iou)
    return ratios(np.where(known, iou, 0).sum(-1), known.sum(-1).astype(np.float64))


def interval(values: Floats, tail: float) -> Interval | None:
    """Return the quantiles `tail` and 1 - `tail` of what is not NaN; None without any."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, high = np.quantile(known, (tail, 1 - tail))
    return Interval(float(low), float(high))


def expanded_tail(photos: int) -> float:
    """Return the share beyond each end, so that a mean of N values is covered 95 of 100 times.

    Phi(-sqrt(N / (N - 1)) t), t being Student's quantile for N - 1 degrees of freedom.
    """
    return NormalDist().cdf(-math.sqrt(photos / (photos - 1)) * _student(photos - 1))


def _student(freedom: int) -> float:
    """Return Student's 97.5 % quantile as a series (Abramowitz and Stegun, 1964, 26.7.5)."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    step = 1 / freedom
    return math.fsum(term * math.pow(step, power) for power, term in enumerate(terms))
