"""The view of the palette table: colour swatches, rows dragged up and down, names edited."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from segstudio.gui.item_models.palette_table import COLOR, COLOR_ROLE, NAME, PaletteTable
from segstudio.gui.theme import colors_for

_ROW = 40


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
    """Asks for edits by signals that carry rows of the table."""

    color_asked = Signal(int)
    move_asked = Signal(int, int)

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
        self.setDropIndicatorShown(True)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
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
        """Open the colour with Enter or Space, the name with F2; the rest as in every table."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in keys and not editing and self.currentIndex().isValid():
            self.color_asked.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_F2 and not editing and self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(NAME))
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the dragged row to be moved to where it was dropped."""
        source = self.currentIndex().row()
        target = self.indexAt(event.position().toPoint())
        row = target.row() if target.isValid() else self.model().rowCount()
        if self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem:
            row += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        moved = row - 1 if row > source else row
        if moved != source:
            self.move_asked.emit(source, moved)

    def _click(self, index: QModelIndex) -> None:
        if index.column() == COLOR:
            self.color_asked.emit(index.row())
