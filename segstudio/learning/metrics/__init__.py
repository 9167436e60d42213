"""The scores of a confusion matrix, listed for tables and plots.

To add one: write a function of a ConfusionMatrix, one number or None per class, and add one
Metric here; the scores file and the command line's table follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segstudio.core.confusion import ConfusionMatrix, Scores


@dataclass(frozen=True, slots=True)
class Metric:
    """A score per class: its key, its title and help in words, and the function that gives it."""

    name: str
    title: str
    note: str
    of: Callable[[ConfusionMatrix], Scores]


METRICS = (
    Metric(
        "iou",
        "IoU",
        "Overlap of the prediction and your outline: 0 none, 1 perfect.",
        ConfusionMatrix.iou,
    ),
    Metric(
        "dice",
        "Dice",
        "Like IoU, but kinder to small mistakes; also called F1.",
        ConfusionMatrix.dice,
    ),
    Metric(
        "precision",
        "Precision",
        "How much of what was found is right.",
        ConfusionMatrix.precision,
    ),
    Metric(
        "recall",
        "Recall",
        "How much of what is there was found.",
        ConfusionMatrix.recall,
    ),
)
