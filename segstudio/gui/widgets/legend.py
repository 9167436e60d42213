"""The classes with their colours, as a line of small swatches under a photo."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segstudio.core.palette import Palette
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.basics import label, row
from segstudio.gui.widgets.flow_layout import FlowLayout
from segstudio.gui.widgets.painting import paint_swatch


class Swatch(QWidget):
    """A small square of one colour with a border that keeps it visible on any surface."""

    def __init__(self, color: str, size: int = 12) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_swatch(painter, self.rect(), self._color, colors_for(self.palette()))
        painter.end()


class Legend(QWidget):
    """Names the classes that a label image can show."""

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, spacing=2 * GRID)

    def show_palette(self, palette: Palette | None) -> None:
        """Show the classes of a palette, by id; none for None."""
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for entry in palette.trained if palette is not None else ():
            chip = QWidget()
            inside = row(Swatch(entry.color), label(entry.name, "small"), spacing=6)
            chip.setLayout(inside)
            self._flow.addWidget(chip)
            chip.show()
        self.updateGeometry()
