"""A legend of small toggles: a colour dot, a name, and whether its curve is shown."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.flow_layout import FlowLayout
from segstudio.gui.widgets.painting import paint_ground

_DOT = 10


class Chip(QAbstractButton):
    """A name beside a dot; the dot is hollow and the name faint when switched off."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.color = QColor()
        self.setText(name)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Show the curve of {name}")

    def sizeHint(self) -> QSize:
        """Return the size of dot and name."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + _DOT + 6 + 2 * GRID
        return QSize(width, metrics.height() + GRID)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint; names are never cut off."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint dot and name."""
        colors = colors_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, self, colors)
        shown = self.isChecked()
        painter.setPen(QPen(self.color, 1.5))
        painter.setBrush(self.color if shown else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(GRID, (self.height() - _DOT) / 2, _DOT, _DOT))
        painter.setPen(QColor(colors.text if shown else colors.text_faint))
        words = self.rect().adjusted(GRID + _DOT + 6, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()


class LegendChips(QWidget):
    """Checkable chips in the order added; wraps into further lines where space is short."""

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self._flow = FlowLayout(self, spacing=0)

    def add(self, name: str, color: QColor, tip: str = "") -> None:
        """Add a chip, or give the one of that name another colour."""
        chip = self._chips.get(name)
        if chip is None:
            chip = self._chips[name] = Chip(name)
            chip.toggled.connect(lambda on: self.toggled.emit(name, on))
            self._flow.addWidget(chip)
        chip.color = color
        chip.setToolTip(tip)
        chip.update()

    def clear(self) -> None:
        """Remove all chips."""
        for chip in self._chips.values():
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips = {}

    def chip(self, name: str) -> Chip:
        """Return the chip of that name; KeyError where there is none."""
        return self._chips[name]
