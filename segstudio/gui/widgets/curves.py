"""The two live plots of a training: how wrong it is, and how well it overlaps your outlines."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from segstudio.core.events import EpochDone, RunStarted, StepDone
from segstudio.gui.theme import colors_for
from segstudio.gui.widgets.basics import label
from segstudio.gui.widgets.curve_plot import CurvePlot
from segstudio.gui.widgets.legend_chips import LegendChips
from segstudio.gui.widgets.plot_colors import check_color, readable, train_color
from segstudio.gui.widgets.words import IOU, LIKELY, LOSS, MEAN_IOU, VALIDATION, number

TRAINING, CHECKING, STEPS, MEAN = "training", "checking", "every step", "average"
_TIPS = {
    TRAINING: "Measured on the photos that it learns from.",
    CHECKING: VALIDATION,
    STEPS: "The loss of every single step, as it was measured; not smoothed.",
    MEAN: f"{MEAN_IOU}\n{LIKELY}",
}


class _Panel(QWidget):
    """A plot under its title, its legend and the reading at the cursor."""

    def __init__(self, title: str, tip: str, y_title: str, *, mark_at: float) -> None:
        super().__init__()
        self.plot = CurvePlot(y_title, mark_at=mark_at)
        self.legend = LegendChips()
        self.reading = label("", "small")
        heading = label(title, "heading")
        heading.setToolTip(tip)
        self.head = QHBoxLayout()
        self.head.addWidget(heading)
        self.head.addStretch(1)
        self.head.addWidget(self.reading)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self.head)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        self.legend.toggled.connect(self._show_series)
        self.plot.pointed.connect(self._read)
        self.plot.unpointed.connect(self.reading.clear)

    def restart(self, kept: str) -> None:
        """Forget all curves but `kept`, which is shown again, as its new chip will be on."""
        self.plot.remove_series([name for name in self.plot.series if name != kept])
        self.legend.clear()
        self._show_series(kept, shown=True)

    def _show_series(self, name: str, shown: bool) -> None:
        self.plot.series[name].set_visible(shown)
        if name == MEAN:
            self.plot.band.set_visible(shown)

    def _read(self, x: float) -> None:
        epoch = max(round(x), 0)
        parts = [
            f"{name} {number(series.value_near(epoch))}"
            for name, series in self.plot.series.items()
            if series.visible and name != STEPS
        ]
        self.reading.setText(f"epoch {epoch}:  " + "   ".join(parts[:4]))


class TrainingCurves(QSplitter):
    """Shows the numbers of events as curves; draws once per `refresh`, computes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._steps_per_epoch = 1
        self._class_names: tuple[str, ...] = ()
        self._class_colors: Mapping[str, QColor] = {}
        self._loss = _Panel("How wrong it still is", LOSS, "loss", mark_at=0.92)
        self._iou = _Panel("How well it overlaps your outlines", IOU, "overlap", mark_at=0.08)
        self._iou.plot.set_range(0, 1)
        self._log = QCheckBox("Log scale")
        self._log.setToolTip("Shows small losses larger; the numbers stay the same.")
        self._log.toggled.connect(self._loss.plot.set_log)
        self._loss.head.addWidget(self._log)
        for panel in (self._loss, self._iou):
            panel.head.addStrut(self._log.sizeHint().height())
        self.addWidget(self._loss)
        self.addWidget(self._iou)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(16)
        self._loss.plot.add_series(STEPS)
        self._loss.plot.add_series(TRAINING, width=2.0, dots=6)
        self._loss.plot.add_series(CHECKING, width=2.0, dots=6)
        self._iou.plot.add_series(MEAN, width=3.0, dots=7)
        self._paint_theme()

    @property
    def loss_plot(self) -> CurvePlot:
        """The plot of the losses."""
        return self._loss.plot

    @property
    def iou_plot(self) -> CurvePlot:
        """The plot of the overlaps."""
        return self._iou.plot

    @property
    def iou_legend(self) -> LegendChips:
        """The toggles of the average and the classes."""
        return self._iou.legend

    def start(self, event: RunStarted, colors: Mapping[str, QColor]) -> None:
        """Empty the plots for a new run; `colors` are the palette's, by class name."""
        self._steps_per_epoch = max(event.steps_per_epoch, 1)
        self._class_names, self._class_colors = event.class_names, colors
        for plot in (self._loss.plot, self._iou.plot):
            plot.forget_points()
            plot.clear_best()
            plot.set_epochs(event.epochs)
        self._iou.restart(MEAN)
        for name in event.class_names:
            self._iou.plot.add_series(name, width=1.0, dots=4)
        self._paint_theme()
        self.refresh()

    def add_step(self, event: StepDone) -> None:
        """Append the loss of one step."""
        self._loss.plot.series[STEPS].add(event.step / self._steps_per_epoch, event.loss)

    def add_epoch(self, event: EpochDone) -> None:
        """Append the numbers of one epoch; None leaves a gap."""
        self._loss.plot.series[TRAINING].add(event.epoch, event.train_loss)
        self._loss.plot.series[CHECKING].add(event.epoch, event.val_loss)
        self._iou.plot.series[MEAN].add(event.epoch, event.val_miou)
        self._iou.plot.band.add(event.epoch, event.val_miou_low, event.val_miou_high)
        for name, iou in zip(self._class_names, event.class_iou, strict=False):
            self._iou.plot.series[name].add(event.epoch, iou)
        if event.best_epoch is not None and event.best_miou is not None:
            words = f"best {number(event.best_miou)}, epoch {event.best_epoch}"
            self._iou.plot.mark_best(event.best_epoch, words)
            self._loss.plot.mark_best(event.best_epoch, f"best epoch {event.best_epoch}")

    def refresh(self) -> None:
        """Draw what was added since the last time."""
        self._loss.plot.refresh()
        self._iou.plot.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_log"):
            self._paint_theme()

    def _paint_theme(self) -> None:
        palette = self.palette()
        ground = QColor(colors_for(palette).card)
        train, check = train_color(palette), check_color(palette)
        faint = QColor(train)
        faint.setAlphaF(0.40)
        self._color(self._loss, TRAINING, train)
        self._color(self._loss, CHECKING, check)
        self._color(self._loss, STEPS, faint)
        self._color(self._iou, MEAN, QColor(colors_for(palette).text))
        self._iou.plot.band.set_color(QColor(colors_for(palette).text))
        for name in self._class_names:
            color = self._class_colors.get(name, QColor("#888888"))
            self._color(self._iou, name, readable(color, ground))

    def _color(self, panel: _Panel, name: str, color: QColor) -> None:
        panel.plot.series[name].set_color(color)
        panel.legend.add(name, color, _TIPS.get(name, f"Overlap of {name}. {IOU}"))
