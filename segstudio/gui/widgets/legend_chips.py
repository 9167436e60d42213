"""A legend of small toggles: a colour dot, a name, and whether its curve is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from segstudio.gui.widgets.flow_layout import FlowLayout

_DOT = 10


class LegendChips(QWidget):
    """Checkable chips in the order added; wraps into further lines where space is short."""

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, QToolButton] = {}
        self._flow = FlowLayout(self)

    def add(self, name: str, color: QColor, tip: str = "") -> None:
        """Add a chip, or give the one of that name another colour."""
        chip = self._chips.get(name)
        if chip is None:
            chip = QToolButton(self)
            chip.setText(name)
            chip.setCheckable(True)
            chip.setChecked(True)
            chip.setAutoRaise(True)
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setIconSize(QSize(_DOT, _DOT))
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            chip.setAccessibleName(f"Show the curve of {name}")
            chip.toggled.connect(lambda on, name=name: self._toggle(name, on))
            self._chips[name] = chip
            self._flow.addWidget(chip)
        chip.setToolTip(tip)
        chip.setIcon(_dot(color, filled=chip.isChecked()))
        chip.setProperty("color", color)

    def clear(self) -> None:
        """Remove all chips."""
        for chip in self._chips.values():
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips = {}

    def chip(self, name: str) -> QToolButton:
        """Return the chip of that name; KeyError where there is none."""
        return self._chips[name]

    def _toggle(self, name: str, on: bool) -> None:
        chip = self._chips[name]
        chip.setIcon(_dot(QColor(chip.property("color")), filled=on))
        self.toggled.emit(name, on)


def _dot(color: QColor, *, filled: bool) -> QIcon:
    picture = QPixmap(_DOT * 2, _DOT * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(color)
    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(2, 2, _DOT * 2 - 5, _DOT * 2 - 5)
    painter.end()
    return QIcon(picture)
