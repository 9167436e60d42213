"""One recent project: its name, its folder, what is in it; opens on click or Enter."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import icon_label, label, set_state, tool_button
from segstudio.gui.widgets.elided_label import ElidedLabel


class RecentRow(QWidget):
    """A button as wide as its list, and a small one beside it that forgets the project."""

    opened = Signal(Path)
    forgotten = Signal(Path)

    def __init__(self, root: Path, *, current: bool) -> None:
        super().__init__()
        self.root = root
        self.open_button = QPushButton()
        self.open_button.setProperty("role", "row")
        self.open_button.setAutoDefault(False)
        self.open_button.setAccessibleName(f"Open {root.name}")
        self.open_button.setToolTip(str(root))
        self.open_button.setMinimumHeight(6 * GRID)
        self.open_button.clicked.connect(self._open)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(root.name))
        place = ElidedLabel(_short(root.parent))
        place.setProperty("role", "small")
        words.addWidget(place)
        inside = QHBoxLayout(self.open_button)
        inside.setContentsMargins(GRID, 4, GRID, 4)
        inside.setSpacing(12)
        inside.addWidget(icon_label("folder", 20))
        inside.addLayout(words, 1)
        if current:
            mark = label("open", "small")
            set_state(mark, "good")
            inside.addWidget(mark)
        for child in self.open_button.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        forget = tool_button("remove", f"Take {root.name} off this list")
        forget.clicked.connect(self._forget)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(self.open_button, 1)
        outer.addWidget(forget)

    def _open(self) -> None:
        self.opened.emit(self.root)

    def _forget(self) -> None:
        self.forgotten.emit(self.root)


def _short(folder: Path) -> str:
    """Return a folder with the home folder as ~."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
