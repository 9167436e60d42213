"""The explore page: all photos with their overlays at a glance, and how much there is of what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut

from segstudio.core.palette import PaletteClass
from segstudio.gui.class_counter import ClassCounter
from segstudio.gui.item_models.gallery import GalleryLine, arrange
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.explore_layout import ExploreParts
from segstudio.gui.pages.steps import counted
from segstudio.gui.widgets.basics import button
from segstudio.gui.widgets.words import percent

_WAITS = "The classes are counted when the running job has ended."
_GALLERY, _LARGE = range(2)


class ExplorePage(Page):
    """Shows what a project holds: photos, overlays class by class, counts."""

    heading = "Look at your outlines"
    subtitle = "All photos at a glance, and how much there is of each class."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.parts = ExploreParts(self.body, self.session)
        following = button("&Next: Split", icon_name="next", role="primary")
        following.clicked.connect(lambda: self.page_requested.emit("split"))
        self.header.addWidget(following)
        self._lines: tuple[GalleryLine, ...] = ()
        self._chosen: int | None = None
        self._overlay = True
        self._stale = True
        self.counter = ClassCounter(self.runner, self)
        width = self.settings.text("explore_tile_width")
        if width.isdecimal():
            self.parts.tile_width.setValue(int(width))
        self._connect()
        self._resize_tiles()

    # What the window asks

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what the View and Go menus do here."""
        parts = self.parts
        found: dict[str, Callable[[], None]] = {
            "next_photo": partial(parts.preview.step, 1),
            "previous_photo": partial(parts.preview.step, -1),
            "toggle_overlay": self.toggle_overlay,
        }
        if self.large:
            preview = parts.preview
            found |= {
                "show_gallery": self.show_gallery,
                "fit": preview.fit,
                "actual_size": preview.actual_size,
                "zoom_in": preview.zoom_in,
                "zoom_out": preview.zoom_out,
            }
        elif parts.gallery.row_of(self.session.current_photo or "") is not None:
            found["show_large"] = self.show_large
        return found

    def entered(self) -> None:
        """Bring the page up to date with what changed while it was away, and count."""
        if self.blocked:
            return
        if self._stale:
            self._stale = False
            self._show_project()
        self.parts.preview.set_active(self.large)
        self._count()

    def left(self) -> None:
        """Make no previews in the background, and leave the worker to others."""
        self.parts.preview.set_active(False)
        self.counter.stop()

    def close_page(self) -> None:
        """End the loading threads."""
        self.parts.preview.close_preview()
        self.parts.gallery.thumbs.close()

    # What the user does

    @property
    def large(self) -> bool:
        """Whether one photo is shown large instead of the gallery."""
        return self.parts.places.currentIndex() == _LARGE

    @property
    def chosen(self) -> int | None:
        """The id of the class that is shown alone, None for all."""
        return self._chosen

    def choose_class(self, class_id: int | None) -> None:
        """Show one class alone, None all."""
        self._chosen = class_id
        entry = self._entry()
        self.parts.bars.show_chosen(class_id)
        self.parts.every.setEnabled(entry is not None)
        self.parts.only.setEnabled(entry is not None)
        self.parts.name_orders(of_class=entry is not None)
        self._show_look()
        wish = self.parts.wish(class_id)
        if wish.only or wish.order in ("most", "least"):
            self._arrange()

    def toggle_overlay(self) -> None:
        """Hide all colours, or show them again."""
        self._overlay = not self._overlay
        self._show_look()

    def show_large(self) -> None:
        """Show the current photo as large as there is room."""
        self.parts.places.setCurrentIndex(_LARGE)
        self.parts.preview.set_active(self.isVisible())
        self.parts.preview.view.setFocus()
        self.actions_changed.emit()

    def show_gallery(self) -> None:
        """Show all photos again, with the one that was large in sight."""
        self.parts.places.setCurrentIndex(_GALLERY)
        self.parts.preview.set_active(False)
        self.zoom_changed.emit(0.0)
        self.parts.view.setFocus()
        self._follow_photo()
        self.actions_changed.emit()

    def press_digit(self, digit: int) -> None:
        """1 to 9: that class alone, or all again; 0: all classes."""
        palette = self.session.palette
        trained = palette.trained if palette is not None else ()
        if not self.blocked and digit <= len(trained):
            class_id = trained[digit - 1].id if digit else None
            self.choose_class(None if class_id == self._chosen else class_id)

    # What is shown

    def _entry(self) -> PaletteClass | None:
        palette = self.session.palette
        trained = palette.trained if palette is not None else ()
        return next((entry for entry in trained if entry.id == self._chosen), None)

    def _show_project(self) -> None:
        """Show the photos and classes as they are now; pictures and counts follow."""
        project = self.session.project
        if project is None:
            return
        split = project.split
        known = split.parts if split is not None else {}
        self._lines = tuple(GalleryLine(e, known.get(e.name, "")) for e in project.photos)
        self.parts.part.setVisible(split is not None)
        self.parts.gallery.show_project(project)
        self.parts.bars.show_classes(project.palette)
        self.parts.bars.show_totals(self.counter.totals)
        self.choose_class(self._chosen if self._entry() is not None else None)
        self._arrange()

    def _arrange(self, *, to_top: bool = True) -> None:
        """Show the photos that the fields ask for; where you are stays where it can."""
        project, parts = self.session.project, self.parts
        if project is None:
            return
        wish = parts.wish(self._chosen)
        found = arrange(self._lines, parts.gallery.facts, wish, project.palette.background_id)
        if tuple(found) != parts.gallery.lines:
            bar = parts.view.verticalScrollBar()
            place = 0 if to_top else bar.value()
            parts.gallery.set_lines(found)
            parts.preview.set_order([line.name for line in found])
            self._follow_photo(scroll=False)
            bar.setValue(place)
        parts.show_count(len(self._lines))
        self.actions_changed.emit()

    def _show_look(self) -> None:
        """Lay the overlays over the photos as the fields say."""
        self.parts.show_look(self._chosen, overlay=self._overlay)

    def _resize_tiles(self) -> None:
        width = self.parts.tile_width.value()
        self.parts.view.set_tile_width(width)
        self.settings.set_text("explore_tile_width", str(width))

    def _follow_photo(self, *, scroll: bool = True) -> None:
        name = self.session.current_photo or ""
        self.parts.view.choose(name, scroll=scroll)
        facts = self.parts.gallery.facts.get(name)
        self.parts.said.setText(facts.words if facts is not None else "")
        self.actions_changed.emit()

    def _choose_photo(self, index: QModelIndex) -> None:
        if index.isValid():
            self.session.set_current_photo(self.parts.gallery.lines[index.row()].name)

    # Counting

    def _count(self) -> None:
        """Have the label images counted; those that did not change cost nothing."""
        project = self.session.project
        if project is not None and not self.session.closing:
            self.counter.count(project)
            self._tell_counts()

    def _show_totals(self) -> None:
        self.parts.bars.show_totals(self.counter.totals)
        self._tell_counts()

    def _tell_counts(self) -> None:
        outlined = sum(line.entry.annotated for line in self._lines)
        self.parts.note.setText(counted_words(self.counter, outlined, waits=self.runner.busy))

    def _arrange_counted(self) -> None:
        self._arrange(to_top=False)

    def _note_busy(self, busy: bool) -> None:
        """Go on counting when what the user waited for has ended."""
        if not busy and self.isVisible() and not self.blocked:
            self._count()

    # Wiring

    def _refresh(self) -> None:
        self._stale = True
        if self.isVisible():
            self.entered()

    def _take_project(self) -> None:
        """Forget what was chosen and counted in another project."""
        self.counter.forget()
        self._chosen, self._lines = None, ()
        self.parts.clear_filters()
        if self.large:
            self.show_gallery()
        self.parts.gallery.show_project(self.session.project)
        self.parts.gallery.set_lines(())
        self._refresh()

    def _connect(self) -> None:
        parts = self.parts
        parts.search.textChanged.connect(lambda: self._arrange())
        for choice in (parts.kind, parts.part, parts.order):
            choice.currentIndexChanged.connect(lambda: self._arrange())
        parts.only.toggled.connect(lambda: self._arrange())
        parts.opacity.valueChanged.connect(self._show_look)
        parts.tile_width.valueChanged.connect(self._resize_tiles)
        parts.back.clicked.connect(self.show_gallery)
        parts.every.clicked.connect(lambda: self.choose_class(None))
        parts.bars.chosen.connect(self.choose_class)
        parts.view.opened.connect(self.show_large)
        parts.view.selectionModel().currentChanged.connect(self._choose_photo)
        parts.preview.class_hovered.connect(self.class_hovered)
        parts.preview.zoom_changed.connect(self.zoom_changed)
        self.counter.found.connect(parts.gallery.take)
        self.counter.changed.connect(self._show_totals)
        self.counter.ended.connect(self._arrange_counted)
        # Not key events: those go to the step in the rail that brought the user here.
        for digit in range(10):
            QShortcut(QKeySequence(str(digit)), self, partial(self.press_digit, digit))
        session = self.session
        session.current_photo_changed.connect(self._follow_photo)
        session.project_changed.connect(self._take_project)
        for signal in (session.photos_changed, session.palette_changed, session.split_changed):
            signal.connect(self._refresh)
        self.runner.busy_changed.connect(self._note_busy)


def counted_words(counter: ClassCounter, outlined: int, *, waits: bool) -> str:
    """Say what the figures are made of, out of so many outlined photos."""
    totals, whole = counter.totals, counted(outlined, "outlined photo")
    if not outlined:
        return "No photo has outlines yet, so there is nothing to count."
    if not totals.counted:
        return _WAITS if waits else "Counting the label images."
    words = f"Counted on {whole}."
    if totals.counted < outlined:
        so_far = "Counted on" if counter.whole else "Counted so far:"
        words = f"{so_far} {totals.counted:,} of {whole}."
    if totals.ignored:
        words += f" {percent(totals.ignored)} of the pixels are ignored and left out."
    return words
