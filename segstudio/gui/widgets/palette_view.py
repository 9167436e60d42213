"""The view of the palette table: colour swatches, rows dragged up and down, names edited."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from segstudio.gui.item_models.palette_table import COLOR, COLOR_ROLE, NAME, SHARE, PaletteTable
from segstudio.gui.theme import GRID, colors_for

# Many classes shall be seen at once; few may have air.
_ROW, _LOW_ROW, _MANY = 40, 30, 8
_NARROW = 420


class SwatchDelegate(QStyledItemDelegate):
    """Paints the colour of a class as a rounded square."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell's surface and the swatch on it."""
        super().paint(painter, option, index)
        side = 20.0
        rect = QRectF(0, 0, side, side)
        rect.moveCenter(QRectF(option.rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colors_for(option.palette).border_strong))
        painter.setBrush(QColor(str(index.data(COLOR_ROLE))))
        painter.drawRoundedRect(rect, 5, 5)
        painter.restore()


class PaletteView(QTableView):
    """Asks for edits by signals that carry rows of the table; a drag is tried before."""

    color_asked = Signal(int)
    remove_asked = Signal(int)
    move_asked = Signal(int, int)
    move_tried = Signal(int, int)
    move_left = Signal()

    def __init__(self, model: PaletteTable) -> None:
        super().__init__()
        self.setModel(model)
        self._delegate = SwatchDelegate(self)
        self.setItemDelegateForColumn(COLOR, self._delegate)
        self.setAccessibleName("Classes, the one painted last on top")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(False)
        self._gap: int | None = None
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        model.modelReset.connect(self._fit_rows)
        self._fit_rows()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(44)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(model.columnCount()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COLOR, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(COLOR, 44)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(self._click)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the colour with Enter or Space, the name with F2, remove with Delete."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in keys and not editing and self.currentIndex().isValid():
            self.color_asked.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Delete and not editing and self.currentIndex().isValid():
            self.remove_asked.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_F2 and not editing and self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(NAME))
        else:
            super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the chosen row; wherever that ends, nothing is tried any more."""
        index = self.currentIndex()
        if not index.flags() & Qt.ItemFlag.ItemIsDragEnabled:
            return
        row = self.visualRect(index.siblingAtColumn(NAME))
        row.setLeft(0)
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(_seen_through(self.viewport().grab(row)))
        # Beside the cursor, so that it never covers the line where the row would land.
        drag.setHotSpot(QPoint(-2 * GRID, -GRID))
        drag.exec(actions)
        self._mark_gap(None)
        self.move_left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the names where there is little."""
        super().resizeEvent(event)
        self.setColumnHidden(SHARE, self.width() < _NARROW)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take rows of this table only; files are for the page."""
        if event.source() is self:
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Try the place that the row is held over."""
        if event.source() is not self:
            event.ignore()
            return
        super().dragMoveEvent(event)
        event.acceptProposedAction()
        gap = self._gap_at(event.position().y())
        if gap != self._gap:
            self._mark_gap(gap)
            source = self.currentIndex().row()
            self.move_tried.emit(source, _landing(source, gap))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Try nothing while the row is held elsewhere."""
        super().dragLeaveEvent(event)
        self._mark_gap(None)
        self.move_left.emit()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the dragged row to be moved to where it was dropped."""
        source = self.currentIndex().row()
        target = _landing(source, self._gap_at(event.position().y()))
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self._mark_gap(None)
        if target != source:
            self.move_asked.emit(source, target)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the table, and a line where the dragged row would land."""
        super().paintEvent(event)
        if self._gap is None:
            return
        last = self.model().rowCount() - 1
        below = self._gap > last
        rect = self.visualRect(self.model().index(min(self._gap, last), NAME))
        y = min(max(rect.bottom() if below else rect.top(), 1), self.viewport().height() - 2)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(colors_for(self.palette()).accent_text), 2))
        painter.drawLine(4, y, self.viewport().width() - 4, y)
        painter.end()

    def _gap_at(self, y: float) -> int:
        """Return the gap between rows that is nearest to a height: 0 is above the first row."""
        row = self.rowAt(int(y))
        if row < 0:
            return self.model().rowCount()
        middle = self.visualRect(self.model().index(row, NAME)).center().y()
        return row + (y > middle)

    def _mark_gap(self, gap: int | None) -> None:
        self._gap = gap
        self.viewport().update()

    def _fit_rows(self) -> None:
        many = self.model().rowCount() > _MANY
        self.verticalHeader().setDefaultSectionSize(_LOW_ROW if many else _ROW)

    def _click(self, index: QModelIndex) -> None:
        if index.column() == COLOR:
            self.color_asked.emit(index.row())


def _seen_through(picture: QPixmap) -> QPixmap:
    """Return a picture that shows what it is dragged over."""
    faint = QPixmap(picture.size())
    faint.setDevicePixelRatio(picture.devicePixelRatio())
    faint.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faint)
    painter.setOpacity(0.6)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return faint


def _landing(source: int, gap: int) -> int:
    """Return the row that a row lands at when it is dropped into a gap."""
    return gap - 1 if gap > source else gap
