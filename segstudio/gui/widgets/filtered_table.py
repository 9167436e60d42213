"""A table with a search field and a choice of kinds above it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segstudio.gui.icons import icon
from segstudio.gui.item_models.tables import RowFilter
from segstudio.gui.theme import GRID

_ROW = 34
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FilteredTable(QWidget):
    """Shows a table model; `row_chosen` carries the row of the model itself, not of the view."""

    row_chosen = Signal(int)

    def __init__(self, model: QAbstractTableModel, kinds: Mapping[str, str], stretch: int) -> None:
        super().__init__()
        self._model = model
        self._filter = RowFilter(model, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search this list")
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._filter.set_words)
        self.kind = QComboBox()
        self.kind.setAccessibleName("What to show")
        for value, words in kinds.items():
            self.kind.addItem(words, value)
        self.kind.currentIndexChanged.connect(self._choose_kind)
        self.view = _table_view(self._filter, stretch)
        self.view.selectionModel().currentRowChanged.connect(self._tell_row)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(GRID)
        self.tools.addWidget(self.search, 1)
        self.tools.addWidget(self.kind)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, GRID, 0, 0)
        self._outer.setSpacing(GRID)
        self._outer.addLayout(self.tools)
        self._outer.addWidget(self.view, 1)

    def add_below(self, widget: QWidget) -> None:
        """Put something under the table."""
        self._outer.addWidget(widget)

    def choose_row(self, row: int) -> None:
        """Make a row of the model the current one, quietly; rows that are filtered out stay so."""
        index = self._filter.mapFromSource(self._model.index(row, 0))
        if index.isValid() and index.row() != self.view.currentIndex().row():
            self.view.selectRow(index.row())
            self.view.scrollTo(index)

    def shown_rows(self) -> list[int]:
        """Return the rows of the model that the filter lets through, in order."""
        count = self._filter.rowCount()
        return [self._filter.mapToSource(self._filter.index(i, 0)).row() for i in range(count)]

    def _choose_kind(self) -> None:
        self._filter.set_kind(str(self.kind.currentData()))

    def _tell_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.row_chosen.emit(self._filter.mapToSource(current).row())


def _table_view(model: RowFilter, stretch: int) -> QTableView:
    """Return a calm table: whole rows, no grid, no row numbers, one stretching column."""
    view = QTableView()
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(_ROW)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(_LEFT)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    return view
