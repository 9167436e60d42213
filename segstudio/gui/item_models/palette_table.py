"""The palette as a table, the class painted last on top, as layers lie in photo applications."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal

from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.item_models.tables import Index, RowTable

COLOR_ROLE = int(Qt.ItemDataRole.UserRole) + 3
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
COLOR, NAME, TREATED, PHOTOS, SHARE = range(5)


class PaletteTable(RowTable[PaletteClass]):
    """Rows of PaletteClass. Edits are only asked for: the session makes the new palette."""

    columns = ("", "Class", "Treated as", "Photos", "This photo")
    rename_asked = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palette = Palette(classes=(PaletteClass(id=0, name="background", color="#000000"),))
        self._photos: Mapping[str, int] = {}
        self._shares: Mapping[int, float] = {}
        self._editable = True

    def show_palette(self, palette: Palette) -> None:
        """Show a palette, top layer first."""
        self._palette = palette
        self.set_rows(layers(palette))

    def show_photos(self, per_label: Mapping[str, int]) -> None:
        """Show in how many photos each label is outlined."""
        self._photos = per_label
        self._tell_changed()

    def show_shares(self, shares: Mapping[int, float]) -> None:
        """Show which share of the current photo each pixel value covers, 0..1."""
        self._shares = shares
        self._tell_changed()

    def set_editable(self, editable: bool) -> None:
        """Allow or forbid renaming."""
        self._editable = editable

    def row_of(self, class_id: int | None) -> int:
        """Return the row of a class, -1 where there is none."""
        return next((i for i, entry in enumerate(self._rows) if entry.id == class_id), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        entry = self._rows[index.row()]
        if role == COLOR_ROLE:
            return entry.color
        if role == Qt.ItemDataRole.EditRole and index.column() == NAME:
            return entry.name
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() >= PHOTOS:
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == COLOR:
            return f"colour {entry.color}"
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(entry, index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's heading; numbers stand at the right."""
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= PHOTOS:
            return _RIGHT
        return super().headerData(section, orientation, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name."""
        name = str(value).strip()
        entry = self._rows[index.row()]
        if role != Qt.ItemDataRole.EditRole or not name or name == entry.name:
            return False
        self.rename_asked.emit(entry.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names be edited and rows be dragged, and dropped between rows only."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = super().flags(index)
        if self._editable:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
            if index.column() == NAME:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Let rows be moved."""
        return Qt.DropAction.MoveAction

    def _words(self, entry: PaletteClass, column: int) -> str:
        if column == NAME:
            return entry.name
        if column == TREATED:
            return treated_as(entry, self._palette)
        if column == PHOTOS:
            names = (entry.name, *entry.aliases)
            return f"{sum(self._photos.get(name, 0) for name in names):,}" if self._photos else ""
        if column == SHARE and self._shares and entry.map_to is None:
            share = self._shares.get(entry.id, 0.0)
            return "–" if share == 0 else f"{max(share * 100, 0.1):.1f} %"
        return ""

    def _tip(self, entry: PaletteClass) -> str:
        also = f"\nAlso called: {', '.join(entry.aliases)}" if entry.aliases else ""
        return f"{entry.name}: id {entry.id} in label images, which never changes{also}"

    def _tell_changed(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def layers(palette: Palette) -> list[PaletteClass]:
    """Return the classes as layers, the one painted last first."""
    if has_one_layer(palette):
        return sorted(palette.classes, key=lambda e: (e.id == palette.background, e.id))
    return sorted(palette.classes, key=lambda e: (-e.paint_order, e.id))


def has_one_layer(palette: Palette) -> bool:
    """True where no class is painted before another, so the export's own order decides."""
    return len({entry.paint_order for entry in palette.classes}) < 2


def treated_as(entry: PaletteClass, palette: Palette) -> str:
    """Return in words what becomes of a class's pixels."""
    if entry.map_to == IGNORE:
        return "ignored"
    if entry.map_to is not None:
        return f"part of {palette.name_of(entry.map_to)}"
    return "background" if entry.id == palette.background else "own class"
