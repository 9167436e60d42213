"""The classes of a run with every score: a table whose first bars are IoU against frequency."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from segstudio.core.palette import Palette
from segstudio.gui.item_models.tables import Index, RowTable
from segstudio.gui.theme import GRID, Colors, colors_for
from segstudio.gui.widgets.painting import SWATCH, paint_bar, paint_swatch
from segstudio.gui.widgets.score_list import score_color
from segstudio.gui.widgets.words import NOT_MEASURED, number, percent
from segstudio.review.ranking import ClassScore

SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = SORT_ROLE + 1
NAME, SHARE, IOU = 0, 1, 2
_ROW = 34
_NUMBER, _WIDTH = 7 * GRID, 8 * GRID - 2
_NOWHERE = -1.0


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class with its colour, its scores, and the longest share, whose bar fills its column."""

    name: str
    color: str
    score: ClassScore
    longest: float


class ClassScores(RowTable[ClassLine]):
    """One row per class."""

    columns = ("Class", "Share", "Overlap", "Dice", "Right", "Found", "Edges", "Photos")
    tips = (
        "The classes; click a heading to sort.",
        "How much of the outlined photos is of this class.",
        "Overlap (IoU) of the prediction and your outline: 0 none, 1 perfect. The whisker: with "
        "other photos of this kind it would likely be in this range (95 %).",
        "Like the overlap, but kinder to small mistakes; also called F1.",
        "Precision: how much of what was marked is right.",
        "Recall: how much of what is there was found.",
        "Boundary IoU: the overlap within a narrow band along the edges.",
        "On how many of the photos that show the class it was found, + on how many others.",
    )

    def show_scores(self, palette: Palette, classes: dict[str, ClassScore]) -> None:
        """Show the scores of a run."""
        longest = max((score.share or 0 for score in classes.values()), default=0) or 1.0
        entries = {entry.name: entry.color for entry in palette.classes}
        self.set_rows(
            [
                ClassLine(name, entries.get(name, "#888888"), score, longest)
                for name, score in classes.items()
            ]
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows, or sorts by, in a role."""
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(row)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(row, column)
            case _ if role == SORT_ROLE:
                return _order(row)[column]
            case _ if role == ROW_ROLE:
                return row
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading, or what it means."""
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return self.tips[section]
        return super().headerData(section, orientation, role)


class ClassScoreTable(QTableView):
    """Sorted by frequency, the most frequent class first, until a heading is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = ClassScores()
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSortRole(SORT_ROLE)
        self.sorted.setSourceModel(self.scores)
        self.setModel(self.sorted)
        self.setItemDelegate(_Bars(self))
        self.setSortingEnabled(True)
        self.sortByColumn(SHARE, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setProperty("role", "plain")
        self.setAccessibleName("Scores of every class")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(5 * GRID)
        for place in range(IOU + 1, len(ClassScores.columns)):
            header.resizeSection(place, _WIDTH)
        header.resizeSection(len(ClassScores.columns) - 1, _WIDTH + 2 * GRID)
        for stretched in (NAME, SHARE, IOU):
            header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)

    def names(self) -> list[str]:
        """Return the classes from top to bottom."""
        return [str(self.sorted.index(row, 0).data()) for row in range(self.sorted.rowCount())]


class _Bars(QStyledItemDelegate):
    """Paints a class's swatch, and its share and overlap as bars with their numbers."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        line = index.data(ROW_ROLE)
        if index.column() > IOU or not isinstance(line, ClassLine):
            super().paint(painter, option, index)
            return
        colors = colors_for(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colors.accent_soft))
        area: QRect = option.rect.adjusted(GRID, 0, -GRID, 0)
        if index.column() == NAME:
            _paint_name(painter, area, line, colors)
        elif index.column() == SHARE:
            share = (line.score.share or 0) / line.longest
            words = percent(line.score.share)
            _paint_amount(painter, area, share, colors.text_faint, words, colors)
        else:
            score = line.score
            fill = score_color(score.iou, colors)
            _paint_amount(painter, area, score.iou, fill, number(score.iou), colors)
            _paint_whisker(painter, _bar(area), score.iou_interval, colors)
        painter.restore()


def _paint_name(painter: QPainter, area: QRect, line: ClassLine, colors: Colors) -> None:
    top = area.top() + (area.height() - SWATCH) // 2
    paint_swatch(painter, QRect(area.left(), top, SWATCH, SWATCH), line.color, colors)
    words = area.adjusted(SWATCH + GRID, 0, 0, 0)
    painter.setPen(QColor(colors.text))
    name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), name)


def _paint_amount(
    painter: QPainter, area: QRect, share: float | None, fill: str, words: str, colors: Colors
) -> None:
    paint_bar(painter, _bar(area), share, fill, colors)
    painter.setPen(QColor(colors.text))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(area, int(right), words)


def _bar(area: QRect) -> QRect:
    """Return where a cell's bar is: left of its number."""
    return QRect(area.left(), area.center().y() - 3, max(area.width() - _NUMBER, GRID), 8)


def _paint_whisker(
    painter: QPainter, bar: QRect, ends: tuple[float, float] | None, colors: Colors
) -> None:
    """Draw the range in which an overlap likely lies over its bar."""
    if ends is None:
        return
    left, right = (bar.left() + round(bar.width() * end) for end in ends)
    middle = bar.center().y() + 1
    painter.setPen(QPen(QColor(colors.text), 1.5))
    painter.drawLine(left, middle, right, middle)
    for x in (left, right):
        painter.drawLine(x, middle - 4, x, middle + 4)


def _words(row: ClassLine) -> tuple[str, ...]:
    score = row.score
    found = score.presence
    scores = (score.iou, score.dice, score.precision, score.recall, score.boundary_iou)
    photos = NOT_MEASURED
    if found is not None:
        made_up = f" +{found.extra}" if found.extra else ""
        photos = f"{found.found}/{found.found + found.missed}{made_up}"
    return (row.name, percent(score.share), *map(number, scores), photos)


def _tip(row: ClassLine, column: int) -> str:
    """Return what a cell says in full."""
    ends = row.score.iou_interval
    if column == IOU and ends is not None:
        return f"{row.name}: {number(row.score.iou)}, likely {ends[0]:.2f} to {ends[1]:.2f}"
    return f"{row.name}: {_words(row)[column]}"


def _order(row: ClassLine) -> tuple[object, ...]:
    score = row.score
    found = score.presence
    numbers = (
        score.share,
        score.iou,
        score.dice,
        score.precision,
        score.recall,
        score.boundary_iou,
        found.found + found.missed if found else None,
    )
    return (row.name.casefold(), *(_NOWHERE if n is None else float(n) for n in numbers))
