"""The gallery: tiles of photos in as many columns as fit, each with its name and state."""

from __future__ import annotations

from PySide6.QtCore import QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segstudio.core.events import PhotoState
from segstudio.gui.icons import paint_icon
from segstudio.gui.item_models.gallery import TILE_ROLE, Gallery, Tile
from segstudio.gui.item_models.tables import Index
from segstudio.gui.theme import GRID, Colors, colors_for
from segstudio.gui.widgets.photo_list_view import PhotoListView

SMALLEST, LARGEST, USUAL = 128, 320, 176
_PAD = 6
_INSET = _PAD + 2
_ASPECT = 3 / 4
_BADGE = 24
_REST_MS = 60
_ICONS: dict[PhotoState, tuple[str, str]] = {
    "lost": ("error", "error"),
    "damaged": ("error", "error"),
    "odd": ("warning", "warning"),
    "thin": ("warning", "warning"),
    "bare": ("photo", "text_soft"),
}


class TileDelegate(QStyledItemDelegate):
    """Paints one tile: picture, badge where it needs a look, name, a line of words."""

    size = QSize(USUAL, USUAL)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of every tile."""
        return self.size

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index | QPersistentModelIndex,
    ) -> None:
        """Paint a tile."""
        tile = index.data(TILE_ROLE)
        if not isinstance(tile, Tile):
            return
        colors = colors_for(option.palette)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_surface(painter, area.adjusted(2, 2, -2, -2), option, colors)
        inner = area.adjusted(_INSET, _INSET, -_INSET, -_PAD)
        words = 2 * painter.fontMetrics().height() + 4
        frame = QRect(inner.topLeft(), picture_box(area.width()))
        _paint_picture(painter, frame, tile, colors)
        text = QRect(inner.left(), inner.bottom() - words + 1, inner.width(), words)
        _paint_words(painter, text, tile, colors)
        painter.restore()


class GalleryView(PhotoListView):
    """Lays the tiles out so that they fill the width; `opened` tells that one is wanted large."""

    opened = Signal()

    def __init__(self, gallery: Gallery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._tile_width = USUAL
        self._empty = ""
        self._tiles = TileDelegate(self)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST_MS)
        self._resting.timeout.connect(self._ask_for_sight)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setModel(gallery)
        self.setItemDelegate(self._tiles)
        self.setAccessibleName("Photos")
        self.verticalScrollBar().valueChanged.connect(self._note_scroll)
        self.doubleClicked.connect(self.opened)
        gallery.repaint_asked.connect(self.viewport().update)

    def set_tile_width(self, width: int) -> None:
        """Make tiles about that wide, in logical px."""
        self._tile_width = width
        self._fit_tiles()

    def set_empty_words(self, words: str) -> None:
        """Say what stands in the place of tiles where there are none."""
        self._empty = words
        self.viewport().update()

    def choose(self, name: str, *, scroll: bool = True) -> None:
        """Make a photo current, and bring it into sight where it shall `scroll`."""
        row = self._gallery.row_of(name)
        if row is None:
            self.clearSelection()
        elif row != self.currentIndex().row():
            self.setAutoScroll(scroll)
            self.setCurrentIndex(self._gallery.index(row))
            self.setAutoScroll(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter wants the current photo large."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a tile; a click beside the tiles changes nothing."""
        if self.indexAt(event.position().toPoint()).isValid():
            super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new width."""
        self._fit_tiles()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles in sight, or the words that stand for none."""
        super().paintEvent(event)
        if self._empty and self._gallery.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(colors_for(self.palette()).text_soft))
            area = self.viewport().rect().adjusted(4 * GRID, 0, -4 * GRID, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self._empty)
            painter.end()

    def _fit_tiles(self) -> None:
        """Share the width out among as many tiles as fit, whether there is a scroll bar or not."""
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.width() - 2 * self.frameWidth() - bar - 1
        across = max(room // max(room // self._tile_width, 1), SMALLEST // 2)
        words = 2 * self.fontMetrics().height() + 4
        box = picture_box(across)
        size = QSize(across, _INSET + box.height() + 4 + words + _PAD)
        if size != self._tiles.size:
            self._tiles.size = size
            self._gallery.thumbs.set_box(box * self.devicePixelRatioF())
            self.setGridSize(size)
            self.verticalScrollBar().setSingleStep(size.height() // 3)

    def _note_scroll(self) -> None:
        if not self._resting.isActive():
            self._resting.start()

    def _ask_for_sight(self) -> None:
        """Load what is in sight now before what was scrolled past."""
        self._gallery.thumbs.drop_waiting()
        self.viewport().update()


def picture_box(width: int) -> QSize:
    """Return the room for the picture in a tile of that width, in logical px."""
    across = width - 2 * _INSET
    return QSize(across, round(across * _ASPECT))


def _paint_surface(
    painter: QPainter, area: QRect, option: QStyleOptionViewItem, colors: Colors
) -> None:
    state = option.state
    painter.setPen(Qt.PenStyle.NoPen)
    if state & QStyle.StateFlag.State_Selected:
        painter.setPen(QPen(QColor(colors.accent_text), 2))
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(area, 8, 8)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(area, 8, 8)


def _paint_picture(painter: QPainter, frame: QRect, tile: Tile, colors: Colors) -> None:
    lost = tile.failed or tile.state == "lost"
    target = frame
    if tile.picture is not None:
        size = tile.picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(frame.topLeft(), size)
        target.moveCenter(frame.center())
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, size != tile.picture.size()
        )
        painter.drawPixmap(target, tile.picture)
    else:
        painter.setPen(QPen(QColor(colors.border_strong), 1, Qt.PenStyle.DashLine))
        painter.setPen(painter.pen() if lost else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.canvas))
        painter.drawRoundedRect(frame.adjusted(0, 0, -1, -1), 4, 4)
    known = _ICONS.get("lost" if lost else tile.state)
    if known is None:
        return
    icon, color = known
    badge = QRect(target.left() + 6, target.top() + 6, _BADGE, _BADGE)
    if lost and tile.picture is None:
        badge.moveCenter(frame.center())
    painter.setPen(QPen(QColor(colors.border)))
    painter.setBrush(QColor(colors.card))
    painter.drawEllipse(badge)
    ink: str = getattr(colors, color)
    paint_icon(painter, icon, badge.adjusted(4, 4, -4, -4), ink)


def _paint_words(painter: QPainter, area: QRect, tile: Tile, colors: Colors) -> None:
    metrics = painter.fontMetrics()
    line = QRect(area.left(), area.top(), area.width(), metrics.height())
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.setPen(QColor(colors.text))
    name = metrics.elidedText(tile.name, Qt.TextElideMode.ElideMiddle, line.width())
    painter.drawText(line, flags, name)
    _, color = _ICONS.get("damaged" if tile.failed else tile.state, ("", "text_soft"))
    ink: str = getattr(colors, color)
    painter.setPen(QColor(ink))
    note = metrics.elidedText(tile.note, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line.translated(0, line.height() + 2), flags, note)
