"""The runs of a project and the photos of a comparison, as tables."""

from __future__ import annotations

from PySide6.QtCore import Qt

from segstudio.gui.editors import field_label
from segstudio.gui.item_models.tables import Index, RowTable
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.widgets.difference_bars import SHARE_ROLE
from segstudio.gui.widgets.words import NOT_MEASURED, duration, number
from segstudio.jobs.run_table import RunRow, RunTable
from segstudio.learning.config import TrainConfig
from segstudio.review.comparison import PhotoDifference

_FIXED = ("Run", "Overlap", "Likely", "Time", "Size", "Scored")


class RunRows(RowTable[RunRow]):
    """One row per run, with the settings that are not the same in all of them."""

    columns: tuple[str, ...] = _FIXED
    _keys: tuple[str, ...] = ()

    def show_table(self, table: RunTable) -> None:
        """Show other runs."""
        self._keys = table.keys
        fields = TrainConfig.model_fields
        self.columns = (*_FIXED, *(field_label(key, fields[key]) for key in table.keys))
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
            NOT_MEASURED if row.seconds is None else duration(row.seconds),
            NOT_MEASURED if row.megabytes is None else f"{row.megabytes:.1f} MB",
            "yes" if row.scored else "no",
        )
        return (*fixed, *(row.settings.get(key, NOT_MEASURED) for key in self._keys))


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
            case _ if role == SHARE_ROLE:
                longest = max(abs(one.difference) for one in self._rows)
                return row.difference / longest if longest else 0.0
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.photo}\nEnter or double click: show it"
        return None
