"""A column of differences: each a number, and a bar from the middle that shows it at a glance."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from segstudio.gui.item_models.tables import Index
from segstudio.gui.theme import GRID, colors_for

SHARE_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""What a cell has of the largest difference, from -1 to 1."""
_NUMBER, _BAR = 8 * GRID, 8


class DifferenceBars(QStyledItemDelegate):
    """Bars to the right are better, to the left worse."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        colors = colors_for(option.palette)
        share = float(index.data(SHARE_ROLE))
        area: QRect = option.rect.adjusted(GRID + 3, -1, -GRID, 0)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colors.accent_soft))
        painter.setPen(QColor(colors.text))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), str(index.data()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.good if share > 0 else colors.error))
        painter.drawRect(bar_of(area, share))
        painter.fillRect(bar_of(area, 0.0).adjusted(0, -4, 1, 4), QColor(colors.border_strong))
        painter.restore()


def bar_of(area: QRect, share: float) -> QRectF:
    """Return where the bar of a share of the largest difference lies in a cell."""
    room = QRectF(area.adjusted(_NUMBER, 0, 0, 0))
    middle, length = room.center().x(), share * room.width() / 2
    top = room.center().y() - _BAR / 2
    return QRectF(min(middle, middle + length), top, abs(length), _BAR)
