"""The session's current photo with its overlay, kept up to date while palette and photo change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.gui.previews import Preview, PreviewMaker, PreviewWish
from segstudio.gui.session import Session
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.gui.widgets.image_view import ImageView

_KEPT = 8
_STEP = 1.25


class PhotoPreview(QWidget):
    """Shows the newest wish; older ones that are not ready yet are dropped.

    `counts_changed` carries the pixels per palette id of what is shown, int64 (256,).
    """

    class_hovered = Signal(str)
    zoom_changed = Signal(float)
    counts_changed = Signal(object)
    order_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._maker = PreviewMaker()
        self._source = ImageSource(_KEPT, self)
        self._source.loaded.connect(self._show)
        self._source.failed.connect(self._show_failure)
        self._wish: PreviewWish | None = None
        self._shown: Preview | None = None
        self._shown_photo = ""
        self._trial: Palette | None = None
        self._order: tuple[str, ...] | None = None
        self._hidden: frozenset[int] = frozenset()
        self._opacity = 0.55
        self._visible = True
        self._active = False
        self.view = ImageView()
        self.view.hovered.connect(self._hover)
        self.view.left.connect(self._leave)
        self.view.zoom_changed.connect(self._tell_zoom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        session.current_photo_changed.connect(self.refresh)
        session.palette_changed.connect(self.refresh)
        session.photos_changed.connect(self.forget)

    def set_active(self, active: bool) -> None:
        """Work only while the page is in front."""
        self._active = active
        self.refresh()

    def set_opacity(self, opacity: float) -> None:
        """Set how strong the overlay is, 0..1."""
        self._opacity = opacity
        self.refresh()

    def set_hidden(self, hidden: frozenset[int]) -> None:
        """Show the photo where the overlay has one of these palette ids."""
        self._hidden = hidden
        self.refresh()

    @property
    def order(self) -> tuple[str, ...]:
        """The names of the photos that are stepped through."""
        if self._order is None:
            return tuple(entry.name for entry in self._session.photos)
        return self._order

    def set_order(self, names: Sequence[str]) -> None:
        """Step through these photos instead of all photos of the project."""
        self._order = tuple(names)
        self.order_changed.emit()

    def step(self, by: int) -> None:
        """Look at the photo `by` places further in the order, stopping at the ends."""
        names = self.order
        if names:
            current = self._session.current_photo
            place = names.index(current) + by if current in names else 0
            self._session.set_current_photo(names[min(max(place, 0), len(names) - 1)])

    def toggle_overlay(self) -> None:
        """Hide the overlay, or show it again."""
        self._visible = not self._visible
        self.refresh()

    def try_palette(self, palette: Palette | None) -> None:
        """Show another palette than the stored one, such as a colour being chosen."""
        self._trial = palette
        self.refresh()

    def forget(self) -> None:
        """Drop what was made; photos or annotations changed."""
        self._source.forget()
        self._wish = None
        self.refresh()

    def refresh(self) -> None:
        """Ask for the picture that fits the session now."""
        if not self._active:
            return
        entry, project = self._session.current_entry, self._session.project
        if entry is None or project is None:
            self._shown, self._wish = None, None
            self.view.clear("No photo yet")
            return
        opacity = self._opacity if self._visible else 0.0
        palette = self._trial or project.palette
        wish = PreviewWish(project, entry, palette, opacity, self._hidden)
        if self._wish is not None and wish.key == self._wish.key:
            return
        self._wish = wish
        self._source.drop_waiting()
        ready = self._source.get(wish.key)
        if isinstance(ready, Preview):
            self._show(wish.key, ready)
        else:
            self._source.request(wish.key, partial(self._maker.make, wish))

    def close_preview(self) -> None:
        """End the loading thread."""
        self._source.close()

    def fit(self) -> None:
        """Show the whole photo."""
        self.view.fit()

    def actual_size(self) -> None:
        """Show one photo pixel per pixel of the display."""
        if self._shown is not None:
            self.view.zoom_by(self._shown.factor / self.view.zoom)

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.view.zoom_by(_STEP)

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.view.zoom_by(1 / _STEP)

    def _show(self, key: object, made: object) -> None:
        if self._wish is None or key != self._wish.key or not isinstance(made, Preview):
            return
        same = self._wish.entry.name == self._shown_photo
        self._shown, self._shown_photo = made, self._wish.entry.name
        self.view.set_image(made.rgb, keep_view=same)
        self._tell_zoom()
        counts = np.bincount(made.label.ravel(), minlength=256)
        self.counts_changed.emit(counts if made.outlined else None)
        self._warm_next()

    def _warm_next(self) -> None:
        project, names = self._session.project, self.order
        if project is None or self._shown_photo not in names:
            return
        following = names.index(self._shown_photo) + 1
        if following < len(names):
            entry = project.photo(names[following])
            load = partial(self._maker.warm, project, entry)
            self._source.request(("warm", entry), load, urgent=False)

    def _show_failure(self, key: object, error: SegStudioError) -> None:
        if self._wish is not None and key == self._wish.key:
            self._shown, self._shown_photo = None, ""
            self.view.clear(str(error))
            self.counts_changed.emit(None)

    def _hover(self, x: int, y: int) -> None:
        if self._shown is None or self._wish is None:
            return
        name = "no outlines"
        if self._shown.outlined:
            name = self._wish.palette.name_of(int(self._shown.label[y, x]))
        self.class_hovered.emit(name)

    def _leave(self) -> None:
        self.class_hovered.emit("")

    def _tell_zoom(self) -> None:
        if self._shown is not None and self._active:
            self.zoom_changed.emit(self.view.zoom / self._shown.factor)
