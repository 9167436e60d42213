"""The confusion matrix as a picture: rows are your outlines, columns what the model says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from segstudio.gui.item_models.tables import Index
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.basics import column, label

SHARE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROOT = QModelIndex()
_SMALLEST, _LARGEST = 18, 112
_LONGEST_NAME = 14 * GRID
_HINT = "Click a cell, or walk with the arrow keys, to read it."


class ConfusionModel(QAbstractTableModel):
    """Pixel counts, int64 (C, C), and the share of its row that each cell is."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)

    def show_matrix(self, names: Sequence[str], counts: npt.NDArray[np.int64]) -> None:
        """Show another matrix."""
        self.beginResetModel()
        self._names, self._counts = tuple(names), counts
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of classes."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of classes."""
        return self.rowCount(parent)

    def share(self, row: int, column: int) -> float | None:
        """Return the share of a row's pixels that are in a cell; None where the row has none."""
        total = int(self._counts[row].sum())
        return int(self._counts[row, column]) / total if total else None

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell says, in words."""
        truth, said = self._names[row], self._names[column]
        pixels, share = int(self._counts[row, column]), self.share(row, column)
        if share is None:
            return f"{truth} is outlined on none of these photos."
        what = "rightly found" if row == column else f"taken for {said}"
        return f"{truth} {what}: {pixels:,} pixels, {_percent(share)} of all that is {truth}."

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows in a role."""
        row, column = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                share = self.share(row, column)
                return "" if share is None else _percent(share)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.sentence(row, column)
            case _ if role == SHARE_ROLE:
                return self.share(row, column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a class's name."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._names[section]
        return None


class _Cell(QStyledItemDelegate):
    """Paints a cell the stronger the larger its share: right ones in one colour, wrong in one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        colors = colors_for(option.palette)
        area: QRect = option.rect.adjusted(1, 1, -1, -1)
        share = index.data(SHARE_ROLE)
        painter.fillRect(area, QColor(colors.raised))
        if share is not None:
            fill = QColor(colors.good if index.row() == index.column() else colors.error)
            # The root lets a few percent of mistakes be seen.
            fill.setAlphaF(0.75 * share**0.5)
            painter.fillRect(area, fill)
            words = str(index.data())
            if share > 0 and painter.fontMetrics().horizontalAdvance(words) <= area.width() - 2:
                painter.setPen(QColor(colors.text))
                painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colors.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))


class _Names(QHeaderView):
    """Names of classes; those of columns read from bottom to top, so that cells can be small."""

    def sizeHint(self) -> QSize:
        """Return room for the longest name, within reason."""
        model = self.model()
        count = model.columnCount() if model is not None else 0
        metrics = self.fontMetrics()
        names = (str(model.headerData(i, self.orientation())) for i in range(count))
        longest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        room = min(longest, _LONGEST_NAME) + 2 * GRID
        return QSize(room, room)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        """Paint one name."""
        painter.save()
        painter.setPen(QColor(colors_for(self.palette()).text_soft))
        turned = self.orientation() == Qt.Orientation.Horizontal
        room = (rect.height() if turned else rect.width()) - GRID
        area = QRect(rect.left(), rect.top(), room, rect.height())
        if turned:
            painter.translate(rect.left(), rect.bottom() - GRID // 2)
            painter.rotate(-90)
            area = QRect(0, 0, room, rect.width())
        name = str(self.model().headerData(logical, self.orientation()))
        words = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(left), words)
        painter.restore()


class ConfusionGrid(QWidget):
    """The picture with a sentence on the chosen cell; `cell_chosen` tells its row and column."""

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ConfusionModel()
        self.view = _view(self.model)
        self.sentence = label(_HINT, "soft", wrap=True)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 2)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        inside = column(spacing=GRID)
        inside.addWidget(self.view, 1)
        inside.addWidget(self.sentence)
        self.setLayout(inside)
        self.view.selectionModel().currentChanged.connect(self._choose)

    def show_matrix(self, names: Sequence[str], counts: npt.NDArray[np.int64]) -> None:
        """Show another matrix; no cell is chosen."""
        self.model.show_matrix(names, counts)
        self.sentence.setText(_HINT)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cells square and as large as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _choose(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.sentence.setText(self.model.sentence(current.row(), current.column()))
            self.cell_chosen.emit(current.row(), current.column())

    def _fit(self) -> None:
        """Share the room out among the cells."""
        count = self.model.rowCount()
        if not count:
            return
        view = self.view
        names = view.verticalHeader().sizeHint().width()
        head = view.horizontalHeader().sizeHint().height()
        view.verticalHeader().setFixedWidth(names)
        room = min(
            view.width() - names - 4,
            self.height() - self.sentence.minimumHeight() - GRID - head - 4,
        )
        side = min(max(room // count, _SMALLEST), _LARGEST)
        for header in (view.horizontalHeader(), view.verticalHeader()):
            header.setDefaultSectionSize(side)


def _view(model: ConfusionModel) -> QTableView:
    view = QTableView()
    view.setHorizontalHeader(_Names(Qt.Orientation.Horizontal, view))
    view.setVerticalHeader(_Names(Qt.Orientation.Vertical, view))
    view.setModel(model)
    view.setItemDelegate(_Cell(view))
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setProperty("role", "plain")
    view.setCornerButtonEnabled(False)
    view.setTabKeyNavigation(False)
    view.setAccessibleName("Confusion matrix: rows are your outlines, columns the prediction")
    for header in (view.horizontalHeader(), view.verticalHeader()):
        header.setMinimumSectionSize(_SMALLEST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(False)
    return view


def _percent(share: float) -> str:
    """Return a share in whole percent; a little is never written as nothing."""
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"
