"""What several self-painted rows share: their ground, a class's swatch, a bar."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from segstudio.gui.theme import Colors

SWATCH = 16
_SLIVER = 3.0


def paint_ground(painter: QPainter, widget: QWidget, colors: Colors) -> None:
    """Paint the surface of a clickable row: raised under the mouse, framed with the focus."""
    if widget.hasFocus() or widget.underMouse():
        painter.setPen(QPen(QColor(colors.accent_text if widget.hasFocus() else colors.border)))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def paint_swatch(painter: QPainter, area: QRect, color: str | None, colors: Colors) -> None:
    """Paint a class's colour with a border that keeps it visible; None paints it hollow."""
    painter.setPen(QPen(QColor(colors.border_strong)))
    painter.setBrush(QColor(color) if color else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def paint_bar(
    painter: QPainter, area: QRect, share: float | None, fill: str, colors: Colors
) -> None:
    """Paint a share from 0 to 1 as a bar of colour `fill`; without a share only its track."""
    radius = area.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.border))
    painter.drawRoundedRect(area, radius, radius)
    if share is not None:
        # A little is a sliver, not a dot: lengths stay true down to what can be seen.
        width = max(area.width() * min(share, 1.0), _SLIVER)
        painter.save()
        painter.setClipRect(QRectF(area.left(), area.top(), width, area.height()))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(area, radius, radius)
        painter.restore()
