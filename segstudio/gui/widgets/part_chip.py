"""A part of the split in its colour, with its word."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segstudio.core.splits import Part
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.split_bars import part_color
from segstudio.gui.widgets.words import PART_WORDS

_SIDE = 12


class PartChip(QWidget):
    """One entry of the legend of the bars."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part: Part = part
        self.setAccessibleName(PART_WORDS[part])

    def sizeHint(self) -> QSize:
        """Return the size of the square and its word."""
        words = self.fontMetrics().horizontalAdvance(PART_WORDS[self._part])
        return QSize(_SIDE + GRID + words + 2, 3 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the square and the word."""
        painter = QPainter(self)
        top = (self.height() - _SIDE) // 2
        painter.fillRect(QRect(0, top, _SIDE, _SIDE), part_color(self._part, self.palette()))
        painter.setPen(QColor(colors_for(self.palette()).text_soft))
        room = QRect(_SIDE + GRID, 0, self.width(), self.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), PART_WORDS[self._part])
        painter.end()
