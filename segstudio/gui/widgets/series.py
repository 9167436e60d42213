"""One curve of a plot: grows point by point and is drawn anew only when asked."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor


class Series:
    """A named curve; points wait until `refresh`, so that a batch of events costs one repaint."""

    def __init__(
        self, plot: pg.PlotItem, name: str, *, width: float = 1.0, dots: float = 0.0
    ) -> None:
        self.name = name
        self._width = width
        self._dots = dots
        self._x: list[float] = []
        self._y: list[float] = []
        self._stale = False
        self._curve = pg.PlotDataItem(connect="finite", antialias=width > 1.0)
        plot.addItem(self._curve)

    def add(self, x: float, y: float | None) -> None:
        """Append a point; None leaves a gap, it is never drawn as 0."""
        self._x.append(x)
        self._y.append(float("nan") if y is None else y)
        self._stale = True

    def forget(self) -> None:
        """Forget all points."""
        self._x, self._y, self._stale = [], [], True

    def remove(self, plot: pg.PlotItem) -> None:
        """Take the curve off the plot."""
        plot.removeItem(self._curve)

    def refresh(self) -> None:
        """Hand new points to the plot."""
        if self._stale:
            x, y = self.points()
            # A curve of gaps alone is no curve; pyqtgraph would warn about its bounds.
            self._curve.setData(*((x, y) if np.isfinite(y).any() else ([], [])))
            self._stale = False

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y, float64 (N,); gaps are NaN."""
        return np.asarray(self._x, np.float64), np.asarray(self._y, np.float64)

    def value_near(self, x: float) -> float | None:
        """Return the value of the point nearest to `x`, None at a gap or without points."""
        if not self._x:
            return None
        nearest = int(np.argmin(np.abs(np.asarray(self._x) - x)))
        value = self._y[nearest]
        return None if np.isnan(value) else value

    def set_color(self, color: QColor) -> None:
        """Draw in `color`."""
        self._curve.setPen(pg.mkPen(color, width=self._width))
        if self._dots:
            self._curve.setSymbol("o")
            self._curve.setSymbolSize(self._dots)
            self._curve.setSymbolBrush(color)
            self._curve.setSymbolPen(None)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the curve."""
        self._curve.setVisible(visible)

    def set_opacity(self, opacity: float) -> None:
        """Draw the curve faintly (below 1) or fully (1)."""
        self._curve.setOpacity(opacity)

    @property
    def visible(self) -> bool:
        """Whether the curve is shown."""
        return bool(self._curve.isVisible())
