"""One picture of a photo, or two side by side that zoom and pan as one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segstudio.gui.widgets.basics import label
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.image_view import ImageView
from segstudio.gui.widgets.viewport import Viewport


class CompareView(QWidget):
    """One or two photo views that zoom and pan as one; `show_panes` says what they show."""

    hovered = Signal(int, int)
    left = Signal()
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = (ImageView(), ImageView())
        self._captions = (label("", "caption"), label("", "caption"))
        self._panes = (QWidget(), QWidget())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for pane, caption, view in zip(self._panes, self._captions, self._views, strict=True):
            inside = QVBoxLayout(pane)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(4)
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inside.addWidget(caption)
            inside.addWidget(view, 1)
            layout.addWidget(pane, 1)
            view.hovered.connect(self.hovered)
            view.left.connect(self.left)
        first, second = self._views
        first.zoom_changed.connect(self.zoom_changed)
        second.zoom_changed.connect(self.zoom_changed)
        first.viewport_changed.connect(lambda look: self._follow(second, look))
        second.viewport_changed.connect(lambda look: self._follow(first, look))
        self._panes[1].hide()
        self._captions[0].hide()

    @property
    def view(self) -> ImageView:
        """The (left) view, on which fit, zoom and keys act."""
        return self._views[0]

    @property
    def views(self) -> tuple[ImageView, ImageView]:
        """The left and the right view; the right one is shown side by side only."""
        return self._views

    def show_panes(
        self, pictures: Sequence[Pixels], captions: Sequence[str] = (), *, keep_view: bool = True
    ) -> None:
        """Show one or two pictures, uint8 (H, W, 3), of equal size."""
        two = len(pictures) == 2
        self._panes[1].setVisible(two)
        for place, picture in enumerate(pictures):
            self._captions[place].setVisible(two)
            self._captions[place].setText(captions[place] if place < len(captions) else "")
            self._views[place].set_image(picture, keep_view=keep_view)
        if two:
            self._views[1].set_viewport(self._views[0].viewport)

    def clear(self, text: str) -> None:
        """Show a sentence and no photo."""
        self._panes[1].hide()
        self._captions[0].hide()
        for view in self._views:
            view.clear(text)

    def _follow(self, view: ImageView, look: Viewport) -> None:
        if view.isVisible():
            view.set_viewport(look)
