"""The score by the number of training photos, with its interval, carried on to twice as many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.theme import colors_for
from segstudio.gui.widgets.plot_colors import check_color
from segstudio.gui.widgets.whole_axis import WholeAxis


class GrowthPlot(QWidget):
    """Points with whiskers; the dashed line is a guess."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = pg.PlotWidget(axisItems={"bottom": WholeAxis("bottom")})
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._item = self._canvas.getPlotItem()
        self._item.setLabel("left", "average overlap")
        self._item.setLabel("bottom", "training photos")
        self._item.getAxis("left").enableAutoSIPrefix(False)
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.setMouseEnabled(x=False, y=False)
        self._whiskers = pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), beam=0)
        self._curve = pg.PlotDataItem(antialias=True)
        self._guess = pg.PlotDataItem(antialias=True)
        for part in (self._whiskers, self._guess, self._curve):
            self._item.addItem(part)
        self.setMinimumSize(220, 160)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self.paint_theme()

    def show_points(self, points: Sequence[dict[str, Any]], doubled: float | None) -> None:
        """Show (photos, miou, miou_interval) rows; `doubled` is the guess for twice the photos."""
        known = [point for point in points if point["miou"] is not None]
        x = np.array([point["photos"] for point in known], np.float64)
        y = np.array([point["miou"] for point in known], np.float64)
        ends = [point["miou_interval"] or (point["miou"],) * 2 for point in known]
        low, high = np.array(ends, np.float64).reshape(-1, 2).T
        self._curve.setData(x, y)
        self._whiskers.setData(x=x, y=y, bottom=y - low, top=high - y)
        guess = doubled is not None and len(x) > 0
        self._guess.setData(*(([x[-1], 2 * x[-1]], [y[-1], doubled]) if guess else ([], [])))
        self._item.setXRange(0, (2 if guess else 1) * (x.max() if len(x) else 1), padding=0.03)
        top = max([*high, doubled if doubled is not None else 0.0, 0.1]) if len(x) else 1.0
        bottom = min(low) if len(x) else 0.0
        self._item.setYRange(max(0.0, bottom - 0.05), min(1.0, top + 0.05), padding=0)

    def points(self) -> tuple[list[float], list[float]]:
        """Return what is drawn: photos and scores."""
        x, y = self._curve.getData()
        return ([], []) if x is None else (list(x), list(y))

    def paint_theme(self) -> None:
        """Take the colours of the window's theme."""
        colors = colors_for(self.palette())
        self._canvas.setBackground(colors.card)
        for side in ("left", "bottom"):
            axis = self._item.getAxis(side)
            axis.setPen(pg.mkPen(QColor(colors.border_strong)))
            axis.setTextPen(pg.mkPen(QColor(colors.text_soft)))
        self._item.showGrid(x=False, y=True, alpha=0.18)
        ink = check_color(self.palette())
        self._curve.setPen(pg.mkPen(ink, width=2))
        self._curve.setSymbol("o")
        self._curve.setSymbolBrush(pg.mkBrush(ink))
        self._curve.setSymbolPen(pg.mkPen(None))
        self._whiskers.setOpts(pen=pg.mkPen(QColor(colors.border_strong), width=2))
        self._guess.setPen(pg.mkPen(ink, width=2, style=Qt.PenStyle.DashLine))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_guess"):
            self.paint_theme()
