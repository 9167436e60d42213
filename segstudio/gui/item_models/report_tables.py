"""What an import found besides photos and problems: formats and classes, as tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt

from segstudio.formats import FORMATS
from segstudio.gui.icons import icon
from segstudio.gui.item_models.tables import FILTER_ROLE, Index, RowTable, filter_text
from segstudio.jobs.import_report import ClassCount, Detection


class DetectionTable(RowTable[Detection]):
    """What each format said about the files; the kind for the filter is `taken`."""

    columns = ("Format", "Files", "Why")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                why = row.reason if row.matched else f"No: {row.reason}"
                return (_title(row.format), f"{row.files:,}", why)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return icon("check", "good") if row.matched else icon("blocked", "text_soft")
            case Qt.ItemDataRole.ToolTipRole:
                return row.reason
            case _ if role == FILTER_ROLE:
                return filter_text(f"{row.format} {row.reason}", "taken" * row.matched)
        return None


def _title(name: str) -> str:
    """Return what people call a format; one that is no longer there keeps its short name."""
    return next((entry.title for entry in FORMATS if entry.name == name), name)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with the photos it is in, its pixels, and its share (0 to 1) of all pixels.

    `covered` says that it has shapes, of which nothing can be seen.
    """

    name: str
    photos: int
    pixels: int
    share: float
    covered: bool = False


class ClassCountTable(RowTable[ClassRow]):
    """The classes of the last import; kind for the filter: `empty`."""

    columns = ("Class", "Photos", "Pixels", "Share")

    def set_counts(self, classes: Mapping[str, ClassCount], covered: Collection[str] = ()) -> None:
        """Show counts by class name; `covered` are the classes of which nothing can be seen."""
        total = sum(count.pixels for count in classes.values()) or 1
        self.set_rows(
            [
                ClassRow(name, count.photos, count.pixels, count.pixels / total, name in covered)
                for name, count in classes.items()
            ]
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                share = f"{row.share:.1%}" if row.share >= 0.001 or not row.pixels else "< 0.1%"
                return (row.name, f"{row.photos:,}", f"{row.pixels:,}", share)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == 0 and row.covered:
                return icon("warning", "warning")
            case Qt.ItemDataRole.ToolTipRole if row.covered:
                return f"All outlines of {row.name} are covered by other classes."
            case Qt.ItemDataRole.ToolTipRole if not row.pixels:
                return f"{row.name} has no pixel in any label image."
            case _ if role == FILTER_ROLE:
                return filter_text(row.name, "empty" * (not row.pixels))
        return None
