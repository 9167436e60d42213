"""The line at the bottom: photo, class under the cursor, device, job with its bar, saved state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from segstudio.core.events import (
    EpochDone,
    Event,
    Message,
    PauseChanged,
    Progress,
    RunStarted,
    StepDone,
)
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, set_state
from segstudio.gui.widgets.words import duration
from segstudio.project.entries import PhotoEntry

_PARTS = ("photo", "zoom", "hover")


class StatusBar(QWidget):
    """Shows what the window knows; asks for nothing by itself."""

    cancel_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("StatusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(4 * GRID)
        self._words = {name: label("") for name in _PARTS}
        self._job = label("")
        self._bar = QProgressBar()
        self._bar.setMinimumWidth(6 * GRID)
        self._bar.setMaximumWidth(18 * GRID)
        self._bar.setTextVisible(False)
        self._cancel = button("Cancel")
        self._cancel.clicked.connect(self.cancel_clicked)
        self._device = label("Device: not looked up yet")
        self._saved = label("")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        layout.setSpacing(2 * GRID)
        for word in self._words.values():
            layout.addWidget(word)
        layout.addStretch(1)
        for widget in (self._job, self._bar, self._cancel, self._saved, self._device):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.end_job()

    def show_photo(self, entry: PhotoEntry | None, photos: Sequence[PhotoEntry]) -> None:
        """Show which photo of how many is in front, its name and size."""
        text = ""
        if entry is not None:
            place = f"Photo {photos.index(entry) + 1:,} of {len(photos):,}"
            text = f"{place}   {entry.name}   {entry.width} × {entry.height} px"
        self._words["photo"].setText(text)

    def show_zoom(self, zoom: float) -> None:
        """Show the zoom; 1.0 is 100 %, 0 hides it."""
        self._words["zoom"].setText(f"{zoom * 100:.0f} %" if zoom else "")

    def show_class(self, name: str) -> None:
        """Show the class under the cursor; an empty name hides it."""
        self._words["hover"].setText(name)

    def show_device(self, sentence: str) -> None:
        """Show in words what computes; why it does stands in the tool tip."""
        self._device.setText(sentence.partition(", because")[0].rstrip("."))
        self._device.setToolTip(sentence)

    def show_saved(self, text: str, state: str = "") -> None:
        """Show whether everything is on disk."""
        self._saved.setText(text)
        set_state(self._saved, state)

    def begin_job(self, title: str) -> None:
        """Show that a job runs."""
        self._job.setText(title)
        self._bar.setRange(0, 0)
        self._cancel.setEnabled(True)
        self._set_job_visible(True)

    def show_events(self, batch: list[Event]) -> None:
        """Show the newest progress of a batch of events."""
        for event in batch:
            match event:
                case Progress(stage=stage, done=done, total=total):
                    self._show_progress(_stage(stage, done, total), done, total)
                case RunStarted(epochs=epochs, steps_per_epoch=steps):
                    self._show_progress("Training", 0, epochs * steps)
                case StepDone(epoch=epoch, step=step, eta_seconds=eta):
                    left = f", {duration(eta)} left" if eta is not None else ""
                    self._show_progress(f"Training: epoch {epoch}{left}", step, self._bar.maximum())
                case PauseChanged(paused=True):
                    self._job.setText("Paused")
                case EpochDone() | Message():
                    pass

    def show_stopping(self) -> None:
        """Show that the job was asked to stop."""
        self._job.setText("Stopping…")
        self._cancel.setEnabled(False)

    def end_job(self) -> None:
        """Hide what belongs to a job."""
        self._set_job_visible(False)

    @property
    def job_text(self) -> str:
        """The words beside the bar."""
        return self._job.text()

    @property
    def job_visible(self) -> bool:
        """True while a job is shown."""
        return not self._bar.isHidden()

    @property
    def photo_text(self) -> str:
        """What is told of the photo."""
        return self._words["photo"].text()

    @property
    def device_sentence(self) -> str:
        """What computes and why; empty while nobody has looked."""
        return self._device.toolTip()

    def _show_progress(self, text: str, done: int, total: int) -> None:
        if self._cancel.isEnabled():
            self._job.setText(text)
        self._bar.setRange(0, max(total, 0))
        self._bar.setValue(done)

    def _set_job_visible(self, visible: bool) -> None:
        for widget in (self._job, self._bar, self._cancel):
            widget.setVisible(visible)


def _stage(stage: str, done: int, total: int) -> str:
    return f"{stage}: {done:,} of {total:,}" if total else stage
