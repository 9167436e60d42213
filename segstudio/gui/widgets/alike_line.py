"""The check that no two classes look alike, to any eyes, with the cure beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from segstudio.core.color_vision import Sight, alike
from segstudio.core.colors import parse_color
from segstudio.core.palette import Palette
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, icon_label, label

# Looking for pairs among more would make every edit wait.
_MOST = 64
_TO_WHOM: dict[Sight, str] = {
    "normal": "look alike",
    "protan": "look alike to red-blind eyes",
    "deutan": "look alike to green-blind eyes",
    "tritan": "look alike to blue-blind eyes",
}


class AlikeLine(QWidget):
    """Hidden while all classes can be told apart."""

    cure_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "small", wrap=True)
        self.cure = button(
            "Use &distinct colours",
            icon_name="palette",
            tip="Gives another colour to each class that looks like one before it",
        )
        self.cure.clicked.connect(self.cure_clicked)
        self._colors: tuple[tuple[str, str], ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(icon_label("warning", 18, "warning"))
        layout.addWidget(self._words, 1)
        layout.addWidget(self.cure)
        self.hide()

    @property
    def text(self) -> str:
        """The words that are shown, empty where nothing looks alike."""
        return "" if self.isHidden() else self._words.text()

    def check(self, palette: Palette) -> None:
        """Look at the colours of the classes that are trained."""
        colors = tuple((entry.name, entry.color) for entry in palette.trained)
        if colors == self._colors:
            return
        self._colors = colors
        if len(colors) > _MOST:
            self._tell(f"{len(colors)} classes are too many to be told apart by colour.")
            return
        pairs = alike([parse_color(color) for _, color in colors])
        if not pairs:
            self.hide()
            return
        first = pairs[0]
        one, other = colors[first.first][0], colors[first.second][0]
        words = f"{one} and {other} {_TO_WHOM[first.sight]}"
        if len(pairs) > 1:
            words += f", and so do {len(pairs) - 1:,} other pairs"
        better = palette.with_distinct_colors() != palette
        self._tell(f"{words}.", cure=better)

    def _tell(self, words: str, *, cure: bool = False) -> None:
        self._words.setText(words)
        self.setToolTip("" if cure else "So many colours cannot all be distinct to all eyes.")
        self.cure.setVisible(cure)
        self.show()
