"""The classes page: the palette as layers beside a photo that follows every edit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QSplitter, QVBoxLayout, QWidget

from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.item_models.palette_table import NAME, PaletteTable, has_one_layer, layers
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.previews import photos_per_label
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label
from segstudio.gui.widgets.class_editor import ClassEditor
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.gui.widgets.palette_view import PaletteView
from segstudio.gui.widgets.photo_preview import PhotoPreview
from segstudio.gui.widgets.preview_bar import PreviewBar

_LAYERED = "Higher in the list is painted over lower. Drag a row to change that."
_ONE_LAYER = (
    "The outlines are painted in the order of the export. Drag a row to decide by class instead."
)
_LOCKED = "Classes can be edited again when the running job has ended."


class ClassesPage(Page):
    """Edits the palette; every edit is stored at once and can be undone."""

    heading = "Name, colour and order your classes"
    subtitle = "The photo shows every edit at once. Your outlines themselves stay as they are."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self._chosen: int | None = None
        self._counter = ImageSource(1, self)
        self.table = PaletteTable(self)
        self.view = PaletteView(self.table)
        self.editor = ClassEditor()
        self.preview = PhotoPreview(self.session)
        self._hint = label("", "small", wrap=True)
        self._build()
        self._connect()
        self._show_palette()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what this page does for action ids."""
        handlers: dict[str, Callable[[], None]] = {
            "fit": self.preview.fit,
            "actual_size": self.preview.actual_size,
            "zoom_in": self.preview.zoom_in,
            "zoom_out": self.preview.zoom_out,
            "toggle_overlay": self.preview.toggle_overlay,
        }
        if not self.runner.busy and self._entry() is not None:
            handlers["class_up"] = partial(self.move_chosen, -1)
            handlers["class_down"] = partial(self.move_chosen, 1)
        return handlers

    def entered(self) -> None:
        """Show the current photo and count the photos of each class."""
        self.preview.set_active(True)
        self._count_photos()

    def left(self) -> None:
        """Make no previews in the background."""
        self.preview.set_active(False)

    def close_page(self) -> None:
        """End the loading threads."""
        self.preview.close_preview()
        self._counter.close()

    # Edits

    def choose(self, class_id: int) -> None:
        """Make a class the chosen one."""
        self.view.selectRow(self.table.row_of(class_id))

    def move_chosen(self, step: int) -> None:
        """Move the chosen class by rows; up means painted later."""
        row = self.table.row_of(self._chosen)
        self.move_row(row, row + step)

    def move_row(self, source: int, target: int) -> None:
        """Move a row of the table to another place."""
        palette = self.session.palette
        ids = [entry.id for entry in self.table.rows]
        if palette is None or not (0 <= source < len(ids) and 0 <= target < len(ids)):
            return
        moved = ids.pop(source)
        ids.insert(target, moved)
        self._chosen = moved
        edited = palette.ordered(ids[::-1])
        self._store(edited, f"Order of {palette.name_of(moved)}")

    def rename(self, class_id: int, name: str) -> None:
        """Give a class another name; SegStudioError where it is taken."""
        palette = self.session.palette
        if palette is not None:
            self._store(palette.renamed(class_id, name), f"Name {name}")

    def recolor(self, class_id: int, color: str) -> None:
        """Give a class another colour, #rrggbb."""
        palette = self.session.palette
        if palette is not None:
            what = f"Colour of {palette.name_of(class_id)}"
            self._store(palette.recolored(class_id, color), what)

    def treat_as(self, target: int | None) -> None:
        """Merge the chosen class into another, ignore it (255), or let it be its own (None)."""
        palette, entry = self.session.palette, self._entry()
        if palette is not None and entry is not None:
            self._store(palette.merged(entry.id, target), f"Treatment of {entry.name}")

    def set_background(self, class_id: int) -> None:
        """Decide what pixels count as that no outline covers; 255 ignores them."""
        palette = self.session.palette
        if palette is not None:
            edited = Palette(background=class_id, classes=palette.classes)
            self._store(edited, "What no outline covers")

    def ask_color(self, row: int) -> None:
        """Let the user choose a colour; the photo shows each one as it is tried."""
        palette = self.session.palette
        if palette is None or self.runner.busy or not 0 <= row < len(self.table.rows):
            return
        entry = self.table.rows[row]
        dialog = QColorDialog(QColor(entry.color), self)
        dialog.setWindowTitle(f"Colour of {entry.name}")
        dialog.currentColorChanged.connect(partial(self._try_color, palette, entry.id))
        dialog.colorSelected.connect(partial(self._take_color, entry.id))
        dialog.exec()
        self.preview.try_palette(None)
        dialog.deleteLater()

    def _store(self, palette: Palette, what: str) -> None:
        self.session.set_palette(palette, what)

    def _try_color(self, palette: Palette, class_id: int, color: QColor) -> None:
        self.preview.try_palette(palette.recolored(class_id, color.name()))

    def _take_color(self, class_id: int, color: QColor) -> None:
        self.recolor(class_id, color.name())

    def _ask_chosen_color(self) -> None:
        self.ask_color(self.table.row_of(self._chosen))

    def _edit_name(self) -> None:
        self.view.edit(self.table.index(self.table.row_of(self._chosen), NAME))

    # Showing

    def _entry(self) -> PaletteClass | None:
        return next((entry for entry in self.table.rows if entry.id == self._chosen), None)

    def _show_palette(self) -> None:
        palette = self.session.palette
        if palette is None:
            return
        chosen = self._chosen
        self.table.show_palette(palette)
        if self.table.row_of(chosen) < 0:
            chosen = layers(palette)[0].id
        self._chosen = chosen
        self.view.selectRow(self.table.row_of(chosen))
        self._show_chosen()

    def _show_chosen(self) -> None:
        palette = self.session.palette
        if palette is not None:
            self.editor.show_class(self._entry(), palette, self.table.row_of(self._chosen))
            locked = self.runner.busy
            self.editor.setEnabled(not locked)
            self.view.setDragEnabled(not locked)
            self.table.set_editable(not locked)
            self._hint.setText(
                _LOCKED if locked else _ONE_LAYER if has_one_layer(palette) else _LAYERED
            )
        self.actions_changed.emit()

    def _choose_row(self) -> None:
        row = self.view.currentIndex().row()
        if row >= 0:
            self._chosen = self.table.rows[row].id
            self._show_chosen()

    def _show_counts(self, counts: object) -> None:
        shares: dict[int, float] = {}
        if isinstance(counts, np.ndarray):
            counted = counts.astype(float)
            shares = {i: counted[i] / counted.sum() for i in range(IGNORE)}
        self.table.show_shares(shares)

    def _count_photos(self) -> None:
        project = self.session.project
        if project is not None and self.isVisible():
            key = (project.root, project.photos)
            ready = self._counter.get(key)
            if ready is not None:
                self._show_photo_counts(key, ready)
            else:
                self._counter.request(key, partial(photos_per_label, project))

    def _show_photo_counts(self, _key: object, counts: object) -> None:
        if isinstance(counts, dict):
            self.table.show_photos(counts)

    def _connect(self) -> None:
        self.view.selectionModel().currentRowChanged.connect(self._choose_row)
        self.view.color_asked.connect(self.ask_color)
        self.view.move_asked.connect(self.move_row)
        self.table.rename_asked.connect(self.rename)
        self.editor.color_clicked.connect(self._ask_chosen_color)
        self.editor.rename_clicked.connect(self._edit_name)
        self.editor.up_clicked.connect(partial(self.move_chosen, -1))
        self.editor.down_clicked.connect(partial(self.move_chosen, 1))
        self.editor.treat_asked.connect(self.treat_as)
        self.editor.background_asked.connect(self.set_background)
        self.preview.class_hovered.connect(self.class_hovered)
        self.preview.zoom_changed.connect(self.zoom_changed)
        self.preview.counts_changed.connect(self._show_counts)
        self._counter.loaded.connect(self._show_photo_counts)
        self.session.palette_changed.connect(self._show_palette)
        self.session.photos_changed.connect(self._count_photos)
        self.runner.busy_changed.connect(self._show_chosen)

    def _build(self) -> None:
        following = button("&Next: Train", icon_name="next", role="primary")
        following.clicked.connect(partial(self.page_requested.emit, "train"))
        self.header.addWidget(following)
        left, right = QWidget(), QWidget()
        palette_side, photo_side = QVBoxLayout(left), QVBoxLayout(right)
        for side in (palette_side, photo_side):
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(GRID)
        palette_side.addWidget(self.view, 1)
        palette_side.addWidget(self._hint)
        palette_side.addWidget(self.editor)
        photo_side.addWidget(self.preview, 1)
        photo_side.addWidget(PreviewBar(self.session, self.preview))
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(2 * GRID)
        halves.setChildrenCollapsible(False)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setSizes([56 * GRID, 72 * GRID])
        halves.setStretchFactor(1, 1)
        outer = QVBoxLayout(self.body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(halves)
