"""The project's photos as a table: state, how outlines and photo were paired, problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from segstudio.gui.icons import icon
from segstudio.gui.item_models.tables import FILTER_ROLE, Index, RowTable, filter_text
from segstudio.gui.pages.steps import counted
from segstudio.jobs.import_report import ImportItem
from segstudio.project.entries import PhotoEntry

PHOTO, STATE, PAIRED, PROBLEMS = range(4)
_WORDS = {
    "converted": "outlined",
    "converted-without-photo": "outlines without photo",
    "skipped": "left out",
}


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo as the import page shows it; `name` is empty in `photo` where none is there."""

    name: str
    status: str
    match: str = ""
    problems: tuple[str, ...] = ()
    outlined: bool = False
    notes: tuple[str, ...] = ()


class PhotoTable(RowTable[PhotoRow]):
    """Rows of PhotoRow; kinds for the filter: outlined, bare, problems."""

    columns = ("Photo", "State", "Paired by", "Problems")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (row.name, row.status, row.match, len(row.problems) or "")[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE:
                if row.problems:
                    return icon("warning", "warning")
                return icon("check", "good") if row.outlined else icon("photo")
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join((row.name, row.status, *row.problems, *row.notes))
            case _ if role == FILTER_ROLE:
                kinds = ("outlined" if row.outlined else "bare", "problems" * bool(row.problems))
                return filter_text(f"{row.name} {row.status} {row.match}", *kinds)
        return None

    def row_of(self, name: str) -> int:
        """Return the row of a photo, -1 where it is not listed."""
        return next((i for i, row in enumerate(self._rows) if row.name == name), -1)


def photo_rows(
    photos: Iterable[PhotoEntry], items: Iterable[ImportItem] = ()
) -> tuple[PhotoRow, ...]:
    """Return the rows of a project's photos, with what the last import said of them.

    Items of the import that are no photo of the project come last.
    """
    said = {item.photo: item for item in items}
    rows = []
    for entry in photos:
        item = said.pop(entry.name, None)
        rows.append(
            PhotoRow(
                entry.name,
                "outlined" if entry.annotated else "no outlines",
                item.match if item else "",
                _told(item, serious=True),
                entry.annotated,
                _told(item, serious=False),
            )
        )
    rows += [
        PhotoRow(
            item.photo,
            _WORDS[item.status],
            item.match,
            _told(item, serious=True),
            notes=_told(item, serious=False),
        )
        for item in said.values()
    ]
    return tuple(rows)


def _told(item: ImportItem | None, *, serious: bool) -> tuple[str, ...]:
    """Return an item's problems that ask for a look, or its mere notes."""
    problems = item.problems if item else ()
    return tuple(str(p) for p in problems if (p.severity != "info") == serious)


def summary(rows: Iterable[PhotoRow]) -> str:
    """Return the table in one line of words."""
    listed = list(rows)
    outlined = sum(row.outlined for row in listed)
    return f"{counted(len(listed), 'photo')}, {outlined:,} with outlines"
