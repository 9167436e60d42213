"""Everything that is known of how good a run is: figures, warnings, matrix, classes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from segstudio.core.bootstrap import VERY_FEW
from segstudio.core.palette import Palette
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import card, column, label, row
from segstudio.gui.widgets.class_score_table import ClassScoreTable
from segstudio.gui.widgets.confusion_grid import ConfusionGrid
from segstudio.gui.widgets.words import IOU, MEAN_IOU, NOT_MEASURED, number, percent
from segstudio.review.ranking import RunScores
from segstudio.review.scores import likely_words

_EDGES = "Boundary IoU: the overlap within a narrow band along the edges of classes."
_AT_EDGES = "Share of the wrong pixels that lie along an edge of your outlines."
_OLD = "An older SegStudio scored this run. Score it again for ranges, edges and the matrix."


class ScoresPanel(QWidget):
    """Shows the scores of a run; computes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = {
            "miou": _Figure("average overlap", MEAN_IOU),
            "without": _Figure("without background", f"{IOU} Background left out of the mean."),
            "accuracy": _Figure("of all pixels right", "Pixel accuracy."),
            "edges": _Figure("overlap along edges", _EDGES),
            "at_edges": _Figure("of the errors at edges", _AT_EDGES),
        }
        self.likely = label("", "soft", wrap=True)
        self.warnings = label("", wrap=True)
        self._note, note = card(role="note")
        note.addWidget(self.warnings)
        self.grid = ConfusionGrid()
        self.table = ClassScoreTable()
        self._lay_out()

    def show_scores(self, scores: RunScores, palette: Palette) -> None:
        """Show a run's scores."""
        figures = self.figures
        figures["miou"].tell(number(scores.miou), _range(scores.miou_interval))
        figures["without"].tell(number(scores.miou_without_background))
        accuracy = scores.pixel_accuracy
        figures["accuracy"].tell(percent(accuracy), _percents(scores.pixel_accuracy_interval))
        figures["edges"].tell(number(scores.boundary_iou))
        figures["at_edges"].tell(percent(scores.edge_share))
        figures["without"].setVisible(scores.miou_without_background is not None)
        self.likely.setText(_unsure(scores))
        self.likely.setVisible(bool(self.likely.text()))
        self.warnings.setText("\n".join(scores.warnings))
        self._note.setVisible(bool(scores.warnings))
        known = len(scores.confusion) == len(scores.classes) > 0
        names = tuple(scores.classes) if known else ()
        counts = np.array(scores.confusion if known else np.zeros((0, 0)), np.int64)
        self.grid.show_matrix(names, counts)
        self.table.scores.show_scores(palette, scores.classes)

    def _lay_out(self) -> None:
        top, inside = card()
        inside.addLayout(row(*self.figures.values(), 1, spacing=5 * GRID))
        inside.addWidget(self.likely)
        left, matrix = card()
        title = label("What is taken for what", "heading")
        title.setToolTip("Each row is all that you outlined as one class; it adds up to 100 %.")
        matrix.addWidget(title)
        matrix.addWidget(label("rows: your outlines   columns: the prediction", "small"))
        matrix.addWidget(self.grid, 1)
        right, classes = card()
        heading = label("Overlap against frequency", "heading")
        heading.setToolTip("Rare classes are usually found worse; the whisker is the likely range.")
        classes.addWidget(heading)
        classes.addWidget(self.table, 1)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(GRID)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setStretchFactor(0, 2)
        parts.setStretchFactor(1, 3)
        parts.setSizes([380, 660])
        outer = column(top, self._note, spacing=GRID)
        outer.addWidget(parts, 1)
        self.setLayout(outer)


class _Figure(QWidget):
    """A number in large print, what it is, and between what it likely is."""

    def __init__(self, caption: str, tip: str) -> None:
        super().__init__()
        self.value = label(NOT_MEASURED, "number")
        self.range = label("", "small")
        self.setToolTip(tip)
        self.setLayout(column(row(self.value, self.range, 1), label(caption, "small"), spacing=0))

    def tell(self, value: str, likely: str = "") -> None:
        """Show a number and its range."""
        self.value.setText(value)
        self.range.setText(likely)


def _range(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def _percents(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.0%} to {ends[1]:.0%}".replace("%", " %")


def _unsure(scores: RunScores) -> str:
    """Return why the numbers can be trusted little; empty where they can."""
    if all(one.share is None for one in scores.classes.values()):
        return _OLD
    few = len(scores.photos) < VERY_FEW
    return likely_words(scores.miou_interval, len(scores.photos)) if few else ""
