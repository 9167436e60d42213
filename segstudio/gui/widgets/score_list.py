"""Rows of a name with a bar and a number: the photos of a review and its classes."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from segstudio.gui.theme import Colors, colors_for
from segstudio.gui.widgets.painting import paint_bar
from segstudio.gui.widgets.words import PART_WORDS, number
from segstudio.review.ranking import grade

Index = QModelIndex | QPersistentModelIndex
SCORE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
PART_ROLE = SCORE_ROLE + 1
PICTURE_ROLE = SCORE_ROLE + 2
_ROW = 60
_THUMB = QSize(66, 44)
_BAR = 5


class PhotoRow(QStyledItemDelegate):
    """Paints a photo's row: thumbnail, file name, part badge, its overlap as bar and number."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return one row's size."""
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        colors = colors_for(option.palette)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, area, option, colors)
        inner = area.adjusted(8, 8, -8, -8)
        picture = index.data(PICTURE_ROLE)
        frame = QRect(inner.topLeft(), _THUMB)
        painter.fillRect(frame, QColor(colors.canvas))
        if isinstance(picture, QImage):
            size = picture.size().scaled(_THUMB, Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(frame.topLeft(), size)
            target.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, picture)
        words = inner.adjusted(_THUMB.width() + 10, 0, 0, 0)
        _paint_words(painter, words, index, colors)
        score = index.data(SCORE_ROLE)
        bar = QRect(words.left(), words.bottom() - _BAR - 1, words.width(), _BAR)
        paint_bar(painter, bar, score, score_color(score, colors), colors)
        painter.restore()


def score_color(score: float | None, colors: Colors) -> str:
    """Return the theme's colour for how good a score is."""
    known = {"good": colors.good, "warning": colors.warning, "error": colors.error}
    return known.get(grade(score), colors.text_soft)


def _paint_ground(
    painter: QPainter, area: QRect, option: QStyleOptionViewItem, colors: Colors
) -> None:
    state = option.state
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(area, QColor(colors.accent_soft))
        painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(colors.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(area, QColor(colors.raised))


def _paint_words(painter: QPainter, area: QRect, index: Index, colors: Colors) -> None:
    """Paint the name over the whole width, and below it the part and the score."""
    metrics: QFontMetrics = painter.fontMetrics()
    left, right = (
        int(side | Qt.AlignmentFlag.AlignVCenter)
        for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
    )
    line = QRect(area.left(), area.top(), area.width(), metrics.height())
    name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, line.width())
    painter.setPen(QColor(colors.text))
    painter.drawText(line, left, name)
    below = line.translated(0, line.height())
    painter.setPen(QColor(colors.text_faint))
    painter.drawText(below, left, PART_WORDS.get(str(index.data(PART_ROLE)), ""))
    score = index.data(SCORE_ROLE)
    painter.setPen(QColor(score_color(score, colors)))
    painter.drawText(below, right, number(score))
