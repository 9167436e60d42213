"""What an import finds out by itself, and can be told: the format, and turned photos."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from segstudio.formats import FORMATS
from segstudio.formats.sizing import DRAWN, Drawn

_BY_ITSELF = "Find out by itself"
_DRAWN_WORDS: dict[Drawn, str] = {
    "auto": "Decide by the size that the export states",
    "upright": "Outlines were drawn on the photo as it is seen",
    "stored": "Outlines were drawn on the picture as stored, before the camera's turn",
}


class ImportOptions(QPushButton):
    """A button with a menu; it says so when something is not left to SegStudio."""

    def __init__(self) -> None:
        super().__init__()
        self.format: str | None = None
        self.drawn: Drawn = "auto"
        self.setAutoDefault(False)
        self.setToolTip("Name the format, or say how photos were turned when you outlined them")
        menu = QMenu(self)
        self._formats = QActionGroup(self)
        formats = menu.addMenu("&Format of the export")
        for name, words in ((None, _BY_ITSELF), *((f.name, f.title) for f in FORMATS)):
            self._add(formats, self._formats, name, words, chosen=name is None)
        self._drawn = QActionGroup(self)
        turned = menu.addMenu("&Photos that the camera turned")
        for drawn in DRAWN:
            self._add(turned, self._drawn, drawn, _DRAWN_WORDS[drawn], chosen=drawn == "auto")
        self.setMenu(menu)
        self._show()

    def choose(self, format_name: str | None, drawn: Drawn) -> None:
        """Set both, as clicking would."""
        for group, value in ((self._formats, format_name), (self._drawn, drawn)):
            for action in group.actions():
                action.setChecked(action.data() == value)
        self._take()

    def _add(
        self, menu: QMenu, group: QActionGroup, value: str | None, words: str, *, chosen: bool
    ) -> None:
        action = menu.addAction(words)
        action.setData(value)
        action.setCheckable(True)
        action.setChecked(chosen)
        group.addAction(action)
        action.triggered.connect(self._take)

    def _take(self) -> None:
        self.format = self._formats.checkedAction().data()
        self.drawn = self._drawn.checkedAction().data()
        self._show()

    def _show(self) -> None:
        changed = self.format is not None or self.drawn != "auto"
        self.setText("&Options (changed)" if changed else "&Options")
