"""The window in which learning rates are tried: the loss over the rate, and what to take."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor
from PySide6.QtWidgets import QDialog, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.core.events import HIGHEST_RATE, LOWEST_RATE, Event, RateTried
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.basics import button, column, label, row
from segstudio.gui.widgets.plot_colors import train_color
from segstudio.gui.widgets.series import Series
from segstudio.jobs.find_lr import FoundRate

_WAIT = "Learning with ever larger steps, until it goes wrong. Your project stays as it is."

# Rates this many times apart learn about equally well.
_CLOSE = 3


class RateDialog(QDialog):
    """Shows the loss as it comes; `taken` carries the rate that the user takes over."""

    taken = Signal(float)
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a learning rate")
        self.setMinimumSize(75 * GRID, 55 * GRID)
        self._canvas = pg.PlotWidget()
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self._canvas.getPlotItem()
        item.setLabel("bottom", "learning rate")
        item.setLabel("left", "loss on training photos")
        item.setLogMode(x=True)
        # All that will be tried, so that the axis rests while points come.
        item.setXRange(math.log10(LOWEST_RATE), math.log10(HIGHEST_RATE), padding=0.02)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        self._raw = Series(item, "each step")
        self._smooth = Series(item, "smoothed", width=2.0)
        self._mark = pg.InfiniteLine(angle=90, movable=False)
        item.addItem(self._mark, ignoreBounds=True)
        self._mark.hide()
        self._words = label(_WAIT, "soft", wrap=True)
        self._rate: float | None = None
        self.use_button = button("Use this rate", role="primary")
        self.use_button.setEnabled(False)
        self.use_button.clicked.connect(self._take)
        self.close_button = button("Stop")
        self.close_button.clicked.connect(self.close)
        self._running = True
        outer = column(
            label("How large may the steps be?", "heading"),
            label("Thin: the loss of every step. Thick: smoothed.", "small"),
            self._canvas,
            self._words,
            row(1, self.close_button, self.use_button),
            spacing=GRID + 4,
        )
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        self.setLayout(outer)
        self._paint_theme()

    @property
    def words(self) -> str:
        """What is told below the plot."""
        return self._words.text()

    @property
    def points(self) -> int:
        """How many rates are drawn."""
        return len(self._raw.points()[0])

    def show_events(self, batch: list[Event]) -> None:
        """Draw the steps that were done."""
        for event in batch:
            if isinstance(event, RateTried):
                self._raw.add(event.rate, event.loss)
                self._smooth.add(event.rate, event.smooth)
        for series in (self._raw, self._smooth):
            series.refresh()

    def show_found(self, found: FoundRate) -> None:
        """Mark the suggestion and offer it."""
        self._end()
        self._rate = found.suggestion
        if found.suggestion is None:
            self._words.setText(found.as_text())
            return
        self._mark.setValue(math.log10(found.suggestion))
        self._mark.show()
        self._words.setText(_advice(found.suggestion, found.configured))
        self.use_button.setEnabled(True)
        self.use_button.setFocus()

    def show_failure(self, error: SegStudioError) -> None:
        """Say why no rate was found."""
        self._end()
        self._words.setText(str(error))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the job with the window."""
        super().closeEvent(event)
        if self._running:
            self._running = False
            self.stop_clicked.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_smooth"):
            self._paint_theme()

    def _end(self) -> None:
        self._running = False
        self.close_button.setText("Close")

    def _take(self) -> None:
        if self._rate is not None:
            self.taken.emit(float(f"{self._rate:.1e}"))
        self.close()

    def _paint_theme(self) -> None:
        colors = colors_for(self.palette())
        self._canvas.setBackground(colors.card)
        item = self._canvas.getPlotItem()
        for side in ("left", "bottom"):
            item.getAxis(side).setPen(pg.mkPen(QColor(colors.border_strong)))
            item.getAxis(side).setTextPen(pg.mkPen(QColor(colors.text_soft)))
        item.showGrid(x=True, y=True, alpha=0.18)
        self._mark.setPen(pg.mkPen(QColor(colors.text), style=Qt.PenStyle.DashLine))
        self._raw.set_color(QColor(colors.text_faint))
        self._smooth.set_color(train_color(self.palette()))


def _advice(suggestion: float, configured: float) -> str:
    """Return in words what a suggested rate means for the one that is set."""
    fastest = f"The loss falls fastest at {suggestion:.2g}; your settings have {configured:g}"
    times = max(suggestion / configured, configured / suggestion)
    if times <= _CLOSE:
        return f"{fastest}. That is close enough: leave it as it is."
    size = "as large" if configured > suggestion else "as small"
    return f"{fastest}, {times:.0f} times {size}. Try the one that was found."
