"""One place to drop files onto, with what was chosen and the buttons to choose it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import icon_label, label, row, tool_button
from segstudio.gui.widgets.elided_label import ElidedLabel


class SourceSlot(QFrame):
    """Shows a question, then the answer: files or a folder; both replaceable."""

    cleared = Signal()

    def __init__(self, icon_name: str, title: str, hint: str, buttons: list[QPushButton]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._hint = hint
        self._icon = icon_label(icon_name, 28, "accent_text")
        self._icon_name = icon_name
        self._chosen = ElidedLabel(hint)
        self._chosen.setProperty("role", "soft")
        self._clear = tool_button("remove", f"Choose other {title.lower()}")
        self._clear.clicked.connect(self.cleared)
        self._clear.setVisible(False)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, "heading"))
        words.addWidget(self._chosen)
        top = row(self._icon, words, self._clear, spacing=2 * GRID)
        top.setStretch(1, 1)
        top.setAlignment(self._clear, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID + 4)
        layout.addLayout(top)
        layout.addLayout(row(*buttons, 1))

    def show_paths(self, paths: tuple[Path, ...]) -> None:
        """Show what was chosen; nothing shows the hint again."""
        names = str(paths[0]) if len(paths) == 1 else ", ".join(path.name for path in paths)
        self._chosen.setText(names or self._hint)
        self._chosen.setToolTip("\n".join(str(path) for path in paths))
        self._clear.setVisible(bool(paths))
        name, color = ("check", "good") if paths else (self._icon_name, "accent_text")
        self._icon.set_icon(name, color)

    @property
    def text(self) -> str:
        """What the slot says now."""
        return self._chosen.text()
