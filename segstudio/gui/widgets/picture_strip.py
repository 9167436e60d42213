"""Pictures that ship with SegStudio, side by side with captions, as large as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstudio.core.resources import resources_folder
from segstudio.gui.theme import GRID

_CAPTION = 3 * GRID
_SMALLEST, _TALLEST = 12 * GRID, 52 * GRID


class PictureStrip(QWidget):
    """One row of (file name in resources/images, caption); all pictures have one shape."""

    def __init__(self, pictures: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        folder = resources_folder() / "images"
        self._pictures = [(QPixmap(str(folder / name)), words) for name, words in pictures]
        self.setAccessibleName(", ".join(words for _, words in pictures))
        self.setMinimumHeight(_SMALLEST)
        self.setMaximumHeight(_TALLEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Ask for little, so that a small window need not scroll; what is free is taken."""
        return QSize(80 * GRID, _SMALLEST)

    def places(self) -> list[QRect]:
        """Return where each picture is painted, in logical px."""
        count = len(self._pictures)
        across = (self.width() - (count - 1) * 2 * GRID) // count
        shape = self._pictures[0][0].size()
        size = shape.scaled(across, self.height() - _CAPTION, Qt.AspectRatioMode.KeepAspectRatio)
        step = across + 2 * GRID
        inset = (across - size.width()) // 2
        return [QRect(i * step + inset, 0, size.width(), size.height()) for i in range(count)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pictures and what they show."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for (picture, words), place in zip(self._pictures, self.places(), strict=True):
            painter.drawPixmap(place, picture)
            below = QRect(place.left(), place.bottom() + 1, place.width(), _CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
