"""A number of a run in large print, over its caption."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from segstudio.gui.widgets.basics import column, label
from segstudio.gui.widgets.words import NOT_MEASURED


class RunFigure(QWidget):
    """A number in large print over its caption."""

    def __init__(self, caption: str, tip: str) -> None:
        super().__init__()
        self._value = label(NOT_MEASURED, "number")
        self._caption = label(caption, "small")
        self.setToolTip(tip)
        self.setLayout(column(self._value, self._caption, spacing=0))

    @property
    def value(self) -> str:
        """The number as shown."""
        return self._value.text()

    def set_value(self, text: str) -> None:
        """Show a number."""
        if text != self._value.text():
            self._value.setText(text)

    def set_caption(self, text: str) -> None:
        """Show what the number is."""
        self._caption.setText(text)
