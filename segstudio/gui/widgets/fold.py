"""A heading that shows and hides what stands below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import icon_label, label


class Fold(QWidget):
    """A button as wide as the section, with a note at its right; folded at first."""

    def __init__(self, title: str, content: QLayout) -> None:
        super().__init__()
        self.button = QPushButton()
        self.button.setProperty("role", "row")
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(title)
        self.button.setMinimumHeight(5 * GRID)
        self._arrow = icon_label("next", 16)
        self._note = label("", "small")
        inside = QHBoxLayout(self.button)
        inside.setContentsMargins(GRID, 0, GRID, 0)
        inside.setSpacing(GRID)
        inside.addWidget(self._arrow)
        inside.addWidget(label(title))
        inside.addStretch(1)
        inside.addWidget(self._note)
        for child in self.button.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._body = QWidget()
        self._body.setLayout(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.button)
        outer.addWidget(self._body)
        self.button.clicked.connect(self._toggle)
        self.set_open(False)

    @property
    def open(self) -> bool:
        """Whether the content is shown."""
        return not self._body.isHidden()

    @property
    def note(self) -> str:
        """The words at the right."""
        return self._note.text()

    def set_open(self, shown: bool) -> None:
        """Show or hide the content."""
        self._body.setVisible(shown)
        self._arrow.set_icon("unfold" if shown else "next", "text_soft")
        self.button.setAccessibleDescription("shown" if shown else "folded")

    def set_note(self, text: str) -> None:
        """Show words at the right of the title."""
        self._note.setText(text)

    def _toggle(self) -> None:
        self.set_open(not self.open)
