"""A plot over epochs in the window's colours, with a best mark and a reading at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.widgets.plot_colors import check_color
from segstudio.gui.widgets.series import Series


class CurvePlot(QWidget):
    """Axes, grid and marks; the curves themselves are `Series`."""

    pointed = Signal(float)
    unpointed = Signal()

    def __init__(self, y_title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series: dict[str, Series] = {}
        self._canvas = pg.PlotWidget()
        self._item = self._canvas.getPlotItem()
        self._best = pg.InfiniteLine(angle=90, movable=False)
        self._best_text = pg.TextItem(anchor=(0, 1))
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        item = self._item
        item.setLabel("left", y_title)
        item.setLabel("bottom", "epoch (one pass over all training photos)")
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        for mark in (self._best, self._best_text, self._cursor):
            item.addItem(mark, ignoreBounds=True)
            mark.hide()
        self.setMinimumSize(220, 140)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self._canvas.scene().sigMouseMoved.connect(self._point)
        self.set_epochs(1)
        self.paint_theme()

    def add_series(self, name: str, *, width: float = 1.0, dots: float = 0.0) -> Series:
        """Add an empty curve."""
        series = Series(self._item, name, width=width, dots=dots)
        self.series[name] = series
        return series

    def remove_series(self, names: Iterable[str]) -> None:
        """Remove curves."""
        for name in list(names):
            self.series.pop(name).remove(self._item)

    def forget_points(self) -> None:
        """Empty every curve."""
        for series in self.series.values():
            series.forget()

    def set_epochs(self, epochs: int) -> None:
        """Let the x axis run from 0 to the number of epochs asked for."""
        self._item.setXRange(0, max(epochs, 1), padding=0.02)

    def mark_best(self, epoch: int, text: str) -> None:
        """Draw the vertical mark of the best epoch with its words."""
        self._best.setValue(epoch)
        self._best_text.setText(text)
        (left, right), (_, top) = self._item.viewRange()
        self._best_text.setAnchor((1.05, 0) if epoch > (left + right) / 2 else (-0.05, 0))
        self._best_text.setPos(epoch, top)
        self._best.show()
        self._best_text.show()

    def clear_best(self) -> None:
        """Remove the mark."""
        self._best.hide()
        self._best_text.hide()

    def set_range(self, low: float, high: float) -> None:
        """Fix the y axis."""
        self._item.setYRange(low, high, padding=0.02)

    def set_log(self, on: bool) -> None:
        """Draw the y axis in powers of ten."""
        self._item.setLogMode(y=on)

    @property
    def best_epoch(self) -> int | None:
        """The epoch that is marked as the best."""
        return int(self._best.value()) if self._best.isVisible() else None

    def refresh(self) -> None:
        """Draw what was added since the last time."""
        for series in self.series.values():
            series.refresh()

    def paint_theme(self) -> None:
        """Take the colours of the window's theme."""
        palette = self.palette()
        text = QColor(palette.color(QPalette.ColorRole.Text))
        self._canvas.setBackground(palette.color(QPalette.ColorRole.Base))
        faint = QColor(text)
        faint.setAlphaF(0.45)
        item = self._item
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(faint))
            axis.setTextPen(pg.mkPen(text))
            axis.setStyle(tickLength=4)
        item.showGrid(x=False, y=True, alpha=0.18)
        best = check_color(palette)
        self._best.setPen(pg.mkPen(best, width=1, style=Qt.PenStyle.DashLine))
        self._best_text.setColor(best)
        self._cursor.setPen(pg.mkPen(faint, width=1))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursor"):
            self.paint_theme()

    def leaveEvent(self, event: QEvent) -> None:
        """Remove the reading."""
        super().leaveEvent(event)
        self._cursor.hide()
        self.unpointed.emit()

    def _point(self, place: QPointF) -> None:
        x = self._item.vb.mapSceneToView(place).x()
        self._cursor.setValue(round(x))
        self._cursor.show()
        self.pointed.emit(x)
