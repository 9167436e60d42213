"""A page that steps through photos: Space goes to the next, holding H shows one bare."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools


class PeekPage(Page):
    """Knows whether H is held; subclasses step and show."""

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.held = False

    def step(self, by: int) -> None:
        """Override to go to a photo further down (or up) the list."""

    def show_photo(self) -> None:
        """Override to show the current photo, bare while `held`."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space: next photo; hold H: the photo without colours."""
        if event.key() == Qt.Key.Key_Space:
            self.step(1)
        elif event.key() == Qt.Key.Key_H:
            self._hold(True, event)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let H go: the colours come back."""
        if event.key() == Qt.Key.Key_H:
            self._hold(False, event)
        else:
            super().keyReleaseEvent(event)

    def _hold(self, held: bool, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and held != self.held:
            self.held = held
            self.show_photo()
