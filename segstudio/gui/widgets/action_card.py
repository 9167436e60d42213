"""A large button with an icon, a title and one line that says what it leads to."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import icon_label, label


class ActionCard(QPushButton):
    """One way to begin; looks like a card, acts like a button."""

    def __init__(self, icon_name: str, title: str, text: str, *, primary: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "choice")
        self.setProperty("primary", primary)
        self.setAccessibleName(f"{title}. {text}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 3 * GRID, 2 * GRID, 3 * GRID)
        layout.setSpacing(GRID // 2)
        layout.addWidget(icon_label(icon_name, 28, "accent_text"))
        layout.addSpacing(GRID)
        layout.addWidget(label(title, "heading"))
        layout.addWidget(label(text, "soft", wrap=True))
        layout.addStretch(1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Return room for two lines of text."""
        return QSize(32 * GRID, 19 * GRID)

    def minimumSizeHint(self) -> QSize:
        """Give way where three of them share the smallest window."""
        return QSize(28 * GRID, 19 * GRID)
