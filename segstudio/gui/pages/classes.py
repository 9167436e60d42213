"""The classes page: the palette as layers beside a photo that follows every edit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QColorDialog, QInputDialog

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.class_edits import PaletteEdits, why_kept
from segstudio.gui.class_figures import ClassFigures
from segstudio.gui.class_files import ClassFiles
from segstudio.gui.item_models.palette_table import NAME, layers
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.classes_layout import ClassesParts


class ClassesPage(Page):
    """Edits the palette; every edit is stored at once, tells what it changes, can be undone."""

    heading = "Your classes"
    subtitle = "Edits show in the photo at once."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self._chosen: int | None = None
        self._figures = ClassFigures(self.session, self)
        self._parts = parts = ClassesParts(self.body, self.header, self.session)
        self.table, self.view, self.editor = parts.table, parts.view, parts.editor
        self.preview, self.change, self.alike = parts.preview, parts.change, parts.alike
        self.edits = PaletteEdits(self.session, self)
        self.files = ClassFiles(self.session, self.edits, self)
        self.setAcceptDrops(True)
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
        """Show an outlined photo and count the photos of each class."""
        self.preview.set_active(True)
        self._look_at_outlined()
        self._count_outlines()

    def left(self) -> None:
        """Make no previews in the background."""
        self.preview.set_active(False)

    def close_page(self) -> None:
        """End the loading threads."""
        self.edits.close()
        self.preview.close_preview()
        self._figures.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one file."""
        if len(event.mimeData().urls()) == 1 and not (self.blocked or self.runner.busy):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file for a class list."""
        event.acceptProposedAction()
        self.files.import_file(Path(event.mimeData().urls()[0].toLocalFile()))

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
        rows = self.table.rows
        if 0 <= source < len(rows) and 0 <= target < len(rows):
            self._chosen = rows[source].id
            self.edits.move(rows, source, target)

    def treat_as(self, target: int | None) -> None:
        """Merge the chosen class into another, ignore it (255), or let it be its own (None)."""
        if self._chosen is not None:
            self.edits.treat(self._chosen, target)

    def set_aliases(self, aliases: tuple[str, ...]) -> None:
        """Set the other names of the chosen class; SegStudioError where one is taken."""
        if self._chosen is None:
            return
        try:
            self.edits.set_aliases(self._chosen, aliases)
        except SegStudioError:
            self._show_chosen()
            raise

    def add_class(self, name: str) -> None:
        """Add a class and choose it; SegStudioError where the name is taken."""
        palette = self.session.palette
        if palette is not None and name and not self.runner.busy:
            self.edits.add(name)
            self.choose(palette.next_id())

    def remove_chosen(self) -> None:
        """Remove the chosen class; SegStudioError where something needs it."""
        if self._chosen is not None and not self.runner.busy:
            self.edits.remove(self._chosen, self._figures.photos)

    def put_small_on_top(self) -> None:
        """Paint classes of small shapes over those of large ones."""
        if self._figures.outlines is not None and not self.runner.busy:
            self.edits.put_small_on_top(self._figures.outlines)

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

    def ask_class(self) -> None:
        """Let the user name a class to add."""
        name, wanted = QInputDialog.getText(self, "Add a class", "Name of the class")
        if wanted:
            self.add_class(name.strip())

    def _try_color(self, palette: Palette, class_id: int, color: QColor) -> None:
        self.preview.try_palette(palette.recolored(class_id, color.name()))

    def _take_color(self, class_id: int, color: QColor) -> None:
        self.edits.recolor(class_id, color.name())

    def _ask_chosen_color(self) -> None:
        self.ask_color(self.table.row_of(self._chosen))

    def _edit_name(self) -> None:
        self.view.edit(self.table.index(self.table.row_of(self._chosen), NAME))

    def _try_move(self, source: int, target: int) -> None:
        self.edits.try_move(self.table.rows, source, target)

    def _try_treat(self, target: int | None) -> None:
        if self._chosen is not None:
            self.edits.try_treat(self._chosen, target)

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
        self.alike.check(palette)
        self._count_outlines()
        self._show_chosen()

    def _show_chosen(self) -> None:
        palette, entry = self.session.palette, self._entry()
        if palette is not None:
            self.editor.show_class(entry, palette)
            figures, editing = self._figures, not self.runner.busy
            reason = why_kept(palette, entry, figures.photos)
            self._parts.allow(editing, self.table.row_of(self._chosen), reason)
            self._parts.allow_small_on_top(editing, palette, figures.outlines)
            if not self.edits.telling:
                self._show_change("", False)
        self.actions_changed.emit()

    def _show_change(self, sentence: str, stored: bool) -> None:
        if self.session.palette is not None:
            self._parts.tell(sentence, stored, self.session.palette, self._figures)

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

    def _look_at_outlined(self) -> None:
        """Step through the photos with outlines only: classes show on no other."""
        names = [entry.name for entry in self.session.photos if entry.annotated]
        self.preview.set_order(names)
        if self.isVisible() and names and self.session.current_photo not in names:
            self.session.set_current_photo(names[0])

    def _count_outlines(self) -> None:
        if self.isVisible():
            self._figures.ask()

    def _show_figures(self) -> None:
        self.table.show_photos(self._figures.photos or {})
        self._show_chosen()

    def _connect(self) -> None:
        view, editor, edits, parts = self.view, self.editor, self.edits, self._parts
        view.selectionModel().currentRowChanged.connect(self._choose_row)
        view.color_asked.connect(self.ask_color)
        view.remove_asked.connect(self.remove_chosen)
        view.move_asked.connect(self.move_row)
        view.move_tried.connect(self._try_move)
        view.move_left.connect(edits.leave)
        self.table.rename_asked.connect(edits.rename)
        editor.color_clicked.connect(self._ask_chosen_color)
        parts.rename.clicked.connect(self._edit_name)
        parts.up.clicked.connect(partial(self.move_chosen, -1))
        parts.down.clicked.connect(partial(self.move_chosen, 1))
        editor.aliases_asked.connect(self.set_aliases)
        editor.treat_asked.connect(self.treat_as)
        editor.treat_tried.connect(self._try_treat)
        editor.background_asked.connect(edits.set_background)
        editor.background_tried.connect(edits.try_background)
        editor.trying_left.connect(edits.leave)
        edits.tried.connect(self.preview.try_palette)
        edits.told.connect(self._show_change)
        self.change.undo_clicked.connect(self.session.undo)
        self.change.small_on_top_clicked.connect(self.put_small_on_top)
        self.alike.cure_clicked.connect(edits.use_distinct_colors)
        parts.add.clicked.connect(self.ask_class)
        parts.remove.clicked.connect(self.remove_chosen)
        parts.take.clicked.connect(self.files.ask_import)
        parts.give.clicked.connect(self.files.ask_export)
        parts.following.clicked.connect(partial(self.page_requested.emit, "explore"))
        self.preview.class_hovered.connect(self.class_hovered)
        self.preview.zoom_changed.connect(self.zoom_changed)
        self.preview.counts_changed.connect(self._show_counts)
        self._figures.changed.connect(self._show_figures)
        self.session.palette_changed.connect(self._show_palette)
        self.session.photos_changed.connect(self._look_at_outlined)
        self.session.photos_changed.connect(self._count_outlines)
        self.runner.succeeded.connect(self._count_outlines)
        self.runner.busy_changed.connect(self._show_chosen)
        self.runner.busy_changed.connect(edits.forget)
