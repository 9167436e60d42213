"""The axis of a plot over things that are counted, such as epochs or photos."""

from __future__ import annotations

import pyqtgraph as pg


class WholeAxis(pg.AxisItem):  # type: ignore[misc]
    """Marks whole numbers only, however few of them there are."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Return distance and offset of the marks, the largest distance first."""
        levels = super().tickSpacing(low, high, size)
        return [level for level in levels if level[0] >= 1] or [(1.0, 0.0)]
