"""The runs of a project and the photos of a comparison, as tables."""

from __future__ import annotations

from PySide6.QtCore import Qt

from segstudio.gui.item_models.tables import Index, RowTable
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.widgets.words import NOT_MEASURED, number
from segstudio.jobs.run_table import RunRow, RunTable
from segstudio.review.comparison import PhotoDifference

_FIXED = ("Run", "Overlap", "Likely", "Time", "Size", "Scored")


class RunRows(RowTable[RunRow]):
    """One row per run, with the settings that are not the same in all of them."""

    columns: tuple[str, ...] = _FIXED

    def show_table(self, table: RunTable) -> None:
        """Show other runs."""
        self.columns = (*_FIXED, *table.keys)
        self.set_rows(table.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(row)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.name}\n{row.epochs} epochs, {row.status}"
        return None

    def _words(self, row: RunRow) -> tuple[str, ...]:
        known = row.low is not None and row.high is not None
        fixed = (
            run_words(row.name),
            number(row.miou),
            f"{row.low:.2f} to {row.high:.2f}" if known else NOT_MEASURED,
            NOT_MEASURED if row.seconds is None else f"{row.seconds:.0f} s",
            NOT_MEASURED if row.megabytes is None else f"{row.megabytes:.1f} MB",
            "yes" if row.scored else "no",
        )
        rest = self.columns[len(_FIXED) :]
        return (*fixed, *(row.settings.get(key, NOT_MEASURED) for key in rest))


class PhotoDifferences(RowTable[PhotoDifference]):
    """One row per photo, those that lost most first."""

    columns = ("Photo", "First", "Second", "Difference")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                difference = f"{row.difference:+.2f}"
                return (row.photo, number(row.first), number(row.second), difference)[
                    index.column()
                ]
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.photo}\nEnter or double click: show it"
        return None
