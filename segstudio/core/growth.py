"""Would more labelled photos help? A curve through scores by the number of training photos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_WORTH_IT, _HARDLY = 0.02, 0.01
_FEWEST = 3
_LEAST_ERROR = 1e-4


@dataclass(frozen=True, slots=True)
class Growth:
    """What twice as many photos would bring: the score that the curve reaches, and in words.

    `doubled` is None where the points do not tell.
    """

    doubled: float | None
    words: str


def growth(points: Sequence[tuple[int, float]]) -> Growth:
    """Judge (training photos, score of 0..1) pairs in growing order.

    The error 1 - score of a learner falls about as a power of the number of examples (Cortes et
    al., "Learning Curves: Asymptotic Values and Rate of Convergence", NIPS 1993; here without the
    asymptote, which few points cannot tell); the line is fitted to the logarithms, and not drawn
    further than to twice the photos.
    """
    if len(points) < _FEWEST:
        return Growth(None, "Too few points to tell whether more labelling would help.")
    photos = np.log([count for count, _ in points])
    errors = np.log([max(1 - score, _LEAST_ERROR) for _, score in points])
    slope, height = np.polyfit(photos, errors, 1)
    fitted = 1 - np.exp(height + slope * photos)
    most, last = points[-1]
    doubled = 1 - math.exp(height + slope * (photos[-1] + math.log(2)))
    gain = doubled - float(fitted[-1])
    jumps = float(max(abs(fitted - [score for _, score in points])))
    rise = last - points[0][1]
    seen = f"From {points[0][0]} to {most} photos the score went from {points[0][1]:.2f} to "
    seen += f"{last:.2f}."
    if jumps > max(abs(float(fitted[-1] - fitted[0])), _HARDLY):
        words = f"{seen} It jumps about more than it rises, so this does not tell."
        return Growth(None, words)
    if gain >= _WORTH_IT and rise > 0:
        words = f"{seen} More labelling would likely help: if it goes on like this, {2 * most} "
        words += f"photos would bring about {gain * 100:.0f} points more."
    elif gain >= _HARDLY and rise > 0:
        words = f"{seen} More labelling may help a little: about {gain * 100:.0f} point for twice "
        words += "as many photos."
    else:
        words = f"{seen} More photos of the same kind would hardly help; look at the worst photos "
        words += "instead, and label what is rare or hard there."
    return Growth(doubled, words)
