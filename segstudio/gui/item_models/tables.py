"""A read-only table model over a tuple of rows, and the filter that both lists share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRegularExpression,
    QSortFilterProxyModel,
    Qt,
)

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
FILTER_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_END = "\x1f"


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
        self.setFilterRole(FILTER_ROLE)
        self.setSourceModel(source)

    def set_words(self, words: str) -> None:
        """Show only rows whose text holds these words, in any case."""
        self._words = words.strip().casefold()
        self._apply()

    def set_kind(self, kind: str) -> None:
        """Show only rows of this kind; an empty one shows all."""
        self._kind = kind
        self._apply()

    def _apply(self) -> None:
        words = QRegularExpression.escape(self._words)
        kind = f".*{_END}{self._kind}{_END}" if self._kind else ""
        pattern = f"^(?=[^{_END}]*{words}){kind}"
        option = QRegularExpression.PatternOption.DotMatchesEverythingOption
        self.setFilterRegularExpression(QRegularExpression(pattern, option))


def filter_text(text: str, *kinds: str) -> str:
    """Return what a row answers to FILTER_ROLE: what can be searched, and its kinds."""
    return _END.join((text.casefold(), *kinds, ""))
