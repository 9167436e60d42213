"""A read-only table model over a tuple of rows, and the filter that both lists share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
KIND_ROLE = int(Qt.ItemDataRole.UserRole) + 1
TEXT_ROLE = int(Qt.ItemDataRole.UserRole) + 2


class RowTable(QAbstractTableModel, Generic[Row]):
    """Shows rows; subclasses say what a cell holds. A thousand rows cost no widget."""

    columns: tuple[str, ...] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in the model's order."""
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.columns[section]
        return None


class RowFilter(QSortFilterProxyModel):
    """Shows the rows whose text holds the words typed and whose kind is the one chosen."""

    def __init__(self, source: QAbstractTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._kind = ""
        self.setSourceModel(source)

    def set_words(self, words: str) -> None:
        """Show only rows whose text holds these words, in any case."""
        self._words = words.strip().casefold()
        self.invalidateRowsFilter()

    def set_kind(self, kind: str) -> None:
        """Show only rows of this kind; an empty one shows all."""
        self._kind = kind
        self.invalidateRowsFilter()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Say whether a row is shown."""
        index = self.sourceModel().index(row, 0, parent)
        kinds = index.data(KIND_ROLE)
        if self._kind and self._kind not in kinds:
            return False
        return self._words in index.data(TEXT_ROLE)
