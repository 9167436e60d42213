"""How a run stands, in four numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from segstudio.core.events import EpochDone
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import row
from segstudio.gui.widgets.run_figure import RunFigure
from segstudio.gui.widgets.words import EPOCH, MEAN_IOU, NOT_MEASURED, PATIENCE, duration, number

_BEST = "best average overlap"
_LEFT, _TAKEN = "time left", "time taken"
_TIME = "Measured on this computer; pauses do not count."


class RunFigures(QWidget):
    """The best score, the epoch, the time, and the epochs since the best one."""

    def __init__(self) -> None:
        super().__init__()
        self.best = RunFigure(_BEST, MEAN_IOU, ("0.00", f"{_BEST} (epoch 100)"))
        self.epoch = RunFigure("epoch", EPOCH, ("100 of 100", ""))
        self.time = RunFigure(_LEFT, _TIME, ("about 59 min", _TAKEN))
        self.patience = RunFigure("epochs since the best", PATIENCE, ("10 of 10", ""))
        self._epochs = self._patience = 0
        self.setLayout(row(self.best, self.epoch, self.time, self.patience, spacing=3 * GRID))

    def reset(self, patience: int) -> None:
        """Show nothing yet; a `patience` above 0 is the limit of epochs since the best."""
        self._patience = patience
        for figure in (self.best, self.epoch, self.time, self.patience):
            figure.set_value(NOT_MEASURED)
            figure.show()
        self.best.set_caption(_BEST)
        self.time.set_caption(_LEFT)

    def set_epochs(self, epochs: int) -> None:
        """Take how many epochs were asked for."""
        self._epochs = epochs

    def show_step(self, epoch: int, seconds_left: float | None) -> None:
        """Show where the run is within an epoch."""
        self.time.set_value(duration(seconds_left))
        self.epoch.set_value(f"{epoch} of {self._epochs}")

    def show_epoch(self, event: EpochDone) -> None:
        """Show how good the run is after an epoch."""
        self.epoch.set_value(f"{event.epoch} of {self._epochs}")
        self.best.set_value(number(event.best_miou))
        if event.best_miou is not None:
            self.best.set_caption(f"{_BEST} (epoch {event.best_epoch})")
        if event.val_miou is None:
            self.patience.set_value(NOT_MEASURED)
            return
        limit = f" of {self._patience}" if self._patience else ""
        self.patience.set_value(f"{event.epochs_without_gain}{limit}")

    def show_ended(self, seconds: float | None) -> None:
        """Show how long the run took, None for unknown, and nothing that is over."""
        self.patience.hide()
        self.time.setVisible(seconds is not None)
        self.time.set_value(duration(seconds))
        self.time.set_caption(_TAKEN)
