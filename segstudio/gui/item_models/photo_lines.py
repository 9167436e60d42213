"""A list of photos in a given order, each found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject

from segstudio.gui.item_models.tables import Index

_ROOT = QModelIndex()


class Named(Protocol):
    """What stands for one photo."""

    @property
    def name(self) -> str:
        """The photo's name in its project."""


Line = TypeVar("Line", bound=Named)


class PhotoLines(QAbstractListModel, Generic[Line]):
    """Shows lines in the order given; subclasses say what a line shows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._rows: dict[str, int] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        """The photos in the order shown."""
        return self._lines

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show other photos."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self._rows = {line.name: row for row, line in enumerate(self._lines)}
        self.endResetModel()

    def row_of(self, name: str) -> int | None:
        """Return a photo's row, None where it is not in the list."""
        return self._rows.get(name)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of photos."""
        return 0 if parent.isValid() else len(self._lines)
