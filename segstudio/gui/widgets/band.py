"""The band between two curves of a plot, such as where a score likely lies."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainterPath

_OPACITY = 0.16


class Band:
    """A filled band; points wait until `refresh`, a point without ends is a gap."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._points: list[tuple[float, float, float]] = []
        self._stale = False
        self._low, self._high = pg.PlotDataItem(), pg.PlotDataItem()
        self._fill = pg.FillBetweenItem(self._low, self._high)
        self._fill.setZValue(-10)
        plot.addItem(self._fill, ignoreBounds=True)

    @property
    def points(self) -> list[tuple[float, float, float]]:
        """The points as (x, low, high)."""
        return self._points

    def add(self, x: float, low: float | None, high: float | None) -> None:
        """Append a point."""
        if low is not None and high is not None:
            self._points.append((x, low, high))
            self._stale = True

    def forget(self) -> None:
        """Forget all points."""
        self._points, self._stale = [], True

    def refresh(self) -> None:
        """Hand new points to the plot."""
        if self._stale:
            x, low, high = np.asarray(self._points, np.float64).reshape(-1, 3).T
            self._low.setData(x, low)
            self._high.setData(x, high)
            if not self._points:
                # The item keeps the area of its last points where there are none any more.
                self._fill.setPath(QPainterPath())
            self._stale = False

    def set_color(self, color: QColor) -> None:
        """Fill with a faint tone of `color`."""
        faint = QColor(color)
        faint.setAlphaF(_OPACITY)
        self._fill.setBrush(pg.mkBrush(faint))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the band."""
        self._fill.setVisible(visible)

    @property
    def visible(self) -> bool:
        """Whether the band is shown."""
        return bool(self._fill.isVisible())
