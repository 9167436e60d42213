"""The scores of a run, all from the counts of its photos, and the files that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segstudio.core.bootstrap import VERY_FEW, Interval, Spread, spread
from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.edges import EdgeCounts, PhotoCounts
from segstudio.core.files import write_json
from segstudio.core.presence import presence
from segstudio.core.problems import Problem
from segstudio.core.splits import Part
from segstudio.learning.metrics import METRICS
from segstudio.review.alerts import alerts

SCORES, MATRICES = "scores.json", "photo_scores.json"


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's scores; `background` is the place of the class that no shape covers, None ignored."""

    run: str
    part: Part
    class_names: tuple[str, ...]
    background: int | None
    photos: tuple[PhotoCounts, ...]
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False

    @property
    def total(self) -> ConfusionMatrix:
        """The one confusion matrix over all photos; rows are the truth."""
        matrices = (photo.confusion for photo in self.photos)
        return sum(matrices, ConfusionMatrix.zeros(len(self.class_names)))

    @property
    def edges(self) -> EdgeCounts:
        """The counts along edges over all photos."""
        counts = (photo.edges for photo in self.photos)
        return sum(counts, EdgeCounts.zeros(len(self.class_names)))

    @property
    def spread(self) -> Spread:
        """The intervals over photos."""
        return spread([photo.confusion for photo in self.photos])

    @property
    def miou(self) -> float | None:
        """The mean IoU, background counted as a class; None where nothing was scored."""
        return self.total.miou()

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints and that scores.json holds."""
        total, edges, likely = self.total, self.edges, self.spread
        return {
            "run": self.run,
            "split": self.part,
            "miou": total.miou(),
            "miou_interval": _ends(likely.miou),
            "miou_without_background": self._without_background(total),
            "weighted_iou": total.weighted_iou(),
            "pixel_accuracy": total.pixel_accuracy(),
            "pixel_accuracy_interval": _ends(likely.pixel_accuracy),
            "boundary_iou": edges.mean_boundary_iou(),
            "edge_share": edges.edge_share(),
            "classes": self._classes(total, edges, likely),
            "confusion": total.counts.tolist(),
            "warnings": list(alerts(self.class_names, [one.confusion for one in self.photos])),
            "photos": [
                {
                    "photo": photo.photo,
                    "miou": photo.confusion.miou(),
                    "boundary_iou": photo.edges.mean_boundary_iou(),
                    "edge_share": photo.edges.edge_share(),
                }
                for photo in self.photos
            ],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return a small table for the terminal."""
        return "\n".join(_lines(self.as_json()))

    def write(self, run_folder: Path) -> None:
        """Write the scores, and beside them the confusion matrix of every photo."""
        write_json(run_folder / SCORES, self.as_json())
        rows = {photo.photo: cells_of(photo.confusion) for photo in self.photos}
        kept = {"split": self.part, "classes": list(self.class_names), "photos": rows}
        write_json(run_folder / MATRICES, kept)

    def _without_background(self, total: ConfusionMatrix) -> float | None:
        return None if self.background is None else total.miou(without=self.background)

    def _classes(
        self, total: ConfusionMatrix, edges: EdgeCounts, likely: Spread
    ) -> dict[str, dict[str, Any]]:
        columns: dict[str, Any] = {metric.name: metric.of(total) for metric in METRICS}
        columns["iou_interval"] = [_ends(one) for one in likely.iou]
        columns["boundary_iou"] = edges.boundary_iou()
        columns["share"] = total.shares()
        matrices = [photo.confusion for photo in self.photos]
        found = presence(matrices, len(self.class_names))
        columns["presence"] = [one.as_json() for one in found]
        return {
            name: {key: values[index] for key, values in columns.items()}
            for index, name in enumerate(self.class_names)
        }


def cells_of(matrix: ConfusionMatrix) -> list[list[int]]:
    """Return the cells of a matrix that are not 0 as [truth, prediction, pixels]."""
    rows, columns = np.nonzero(matrix.counts)
    pixels = matrix.counts[rows, columns]
    return [list(map(int, cell)) for cell in zip(rows, columns, pixels, strict=True)]


def matrix_of(cells: list[list[int]], classes: int) -> ConfusionMatrix:
    """Return the matrix whose cells `cells_of` gave; ValueError where they are none."""
    counts = np.zeros((classes, classes), np.int64)
    given = np.asarray(cells, np.int64).reshape(-1, 3)
    if (given < 0).any() or (given[:, :2] >= classes).any():
        raise ValueError("a cell lies outside the matrix")
    counts[given[:, 0], given[:, 1]] = given[:, 2]
    return ConfusionMatrix(counts)


def _lines(scores: dict[str, Any]) -> list[str]:
    """Return the scores as lines of text."""
    classes: dict[str, dict[str, Any]] = scores["classes"]
    width = max([len("class"), *map(len, classes)])
    titles = {**{metric.name: metric.title for metric in METRICS}, "boundary_iou": "Edges"}
    head = "  ".join(f"{title:>9}" for title in titles.values())
    rows = [
        f"{name:<{width}}  "
        + "  ".join(f"{_shown(row[key]):>9}" for key in titles)
        + f"  {_likely(row['iou_interval']):>12}  {row['share']:>6.1%}"
        for name, row in classes.items()
    ]
    photos = len(scores["photos"])
    without = scores["miou_without_background"]
    lines = [
        f"Run {scores['run']} on {photos} photos ({scores['split']}): mean IoU "
        f"{_shown(scores['miou'])}, {_shown(scores['pixel_accuracy'])} of all pixels right.",
        likely_words(scores["miou_interval"], photos),
        "" if without is None else f"Background counts as a class; without it {_shown(without)}.",
        edge_words(scores["boundary_iou"], scores["edge_share"]),
        f"{'class':<{width}}  {head}  {'likely IoU':>12}  pixels",
        *rows,
        *(f"Note: {text}" for text in scores["warnings"]),
    ]
    return [line for line in lines if line]


def likely_words(ends: list[float] | tuple[float, float] | None, photos: int) -> str:
    """Return what an interval of the mean IoU says, and what it does not with so few photos."""
    if ends is None:
        return "One photo says nothing about how far the score could be off." if photos else ""
    text = f"With other photos of this kind it would likely be between {ends[0]:.2f} and "
    text += f"{ends[1]:.2f}"
    if photos < VERY_FEW:
        return f"{text}; with only {photos} photos even that is a guess."
    return f"{text} (95 % interval)."


def edge_words(boundary_iou: float | None, edge_share: float | None) -> str:
    """Return how well edges are followed, and how much of the errors is there."""
    if boundary_iou is None:
        return ""
    text = f"Along edges the overlap is {boundary_iou:.2f}"
    return text + ("." if edge_share is None else f"; {edge_share:.0%} of the errors are there.")


def _ends(found: Interval | None) -> list[float] | None:
    return None if found is None else found.as_json()


def _likely(ends: list[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def _shown(score: float | None) -> str:
    """Return a score for reading, - where there is none."""
    return "-" if score is None else f"{score:.3f}"
