"""A plot over epochs in the window's colours, with a best mark and a reading at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.theme import colors_for
from segstudio.gui.widgets.band import Band
from segstudio.gui.widgets.series import Series
from segstudio.gui.widgets.whole_axis import WholeAxis


class CurvePlot(QWidget):
    """Axes, grid and marks; the curves themselves are `Series`."""

    pointed = Signal(float)
    unpointed = Signal()

    def __init__(
        self, y_title: str, *, mark_at: float = 0.92, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.series: dict[str, Series] = {}
        self._canvas = pg.PlotWidget(axisItems={"bottom": WholeAxis("bottom")})
        self._item = self._canvas.getPlotItem()
        self.band = Band(self._item)
        # The label turns to the other side of its line by itself near the border.
        self._best = pg.InfiniteLine(
            angle=90, movable=False, label="", labelOpts={"position": mark_at, "movable": False}
        )
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        item = self._item
        item.setLabel("left", y_title)
        item.setLabel("bottom", "epoch")
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        for mark in (self._best, self._cursor):
            item.addItem(mark, ignoreBounds=True)
            mark.hide()
        self.setMinimumSize(220, 140)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self._canvas.scene().sigMouseMoved.connect(self._point)
        self.set_log(False)
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
        self.band.forget()
        for series in self.series.values():
            series.forget()

    def set_epochs(self, epochs: int) -> None:
        """Let the x axis run from 0 to the number of epochs asked for."""
        self._item.setXRange(0, max(epochs, 1), padding=0.02)

    def mark_best(self, epoch: int, text: str) -> None:
        """Draw the vertical mark of the best epoch with its words."""
        # Shown first: the label of a hidden line does not take its words.
        self._best.show()
        self._best.setValue(epoch)
        self._best.label.setFormat(text)

    def clear_best(self) -> None:
        """Remove the mark."""
        self._best.hide()

    def set_range(self, low: float, high: float) -> None:
        """Fix the y axis."""
        self._item.setYRange(low, high, padding=0.02)

    def set_log(self, on: bool) -> None:
        """Draw the y axis in powers of ten."""
        self._item.getViewBox().setLimits(yMin=None if on else 0)
        self._item.setLogMode(y=on)

    @property
    def best_epoch(self) -> int | None:
        """The epoch that is marked as the best."""
        return int(self._best.value()) if self._best.isVisible() else None

    @property
    def best_words(self) -> str:
        """The words beside the mark."""
        return str(self._best.label.toPlainText())

    def refresh(self) -> None:
        """Draw what was added since the last time."""
        self.band.refresh()
        for series in self.series.values():
            series.refresh()

    def paint_theme(self) -> None:
        """Take the colours of the window's theme."""
        colors = colors_for(self.palette())
        text, faint = QColor(colors.text_soft), QColor(colors.border_strong)
        self._canvas.setBackground(colors.card)
        item = self._item
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(faint))
            axis.setTextPen(pg.mkPen(text))
            axis.setStyle(tickLength=4)
        item.showGrid(x=False, y=True, alpha=0.18)
        best = QColor(colors.text)
        self._best.setPen(pg.mkPen(best, width=1, style=Qt.PenStyle.DashLine))
        self._best.label.setColor(best)
        self._best.label.fill = pg.mkBrush(colors.card)
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
