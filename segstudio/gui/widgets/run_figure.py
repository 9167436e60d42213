"""A number of a run in large print, over its caption."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import column, label
from segstudio.gui.widgets.words import NOT_MEASURED


class RunFigure(QWidget):
    """A number in large print over its caption.

    `widest` are the longest number and caption; they have room from the start, so that nothing
    beside this moves while it changes.
    """

    def __init__(self, caption: str, tip: str, widest: tuple[str, str]) -> None:
        super().__init__()
        self._value = label(NOT_MEASURED, "number")
        self._caption = label(caption, "small")
        for made, text in zip((self._value, self._caption), widest, strict=True):
            made.ensurePolished()
            made.setMinimumWidth(made.fontMetrics().horizontalAdvance(text) + GRID)
        self.setToolTip(tip)
        self.setLayout(column(self._value, self._caption, spacing=0))

    @property
    def value(self) -> str:
        """The number as shown."""
        return self._value.text()

    @property
    def caption(self) -> str:
        """What the number is, as shown."""
        return self._caption.text()

    def set_value(self, text: str) -> None:
        """Show a number."""
        if text != self._value.text():
            self._value.setText(text)

    def set_caption(self, text: str) -> None:
        """Show what the number is."""
        self._caption.setText(text)
