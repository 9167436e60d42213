"""The second half of the train page: a run as it goes, or as it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QProgressBar, QSplitter, QWidget

from segstudio.core.events import (
    BestSaved,
    EpochDone,
    Event,
    Message,
    PauseChanged,
    PreviewReady,
    ProblemFound,
    Progress,
    RunStarted,
    StepDone,
)
from segstudio.gui.icons import icon
from segstudio.gui.pages.train_history import EarlierRun
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.curves import TrainingCurves
from segstudio.gui.widgets.flow_layout import FlowLayout
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.overlay_strip import OverlayStrip
from segstudio.gui.widgets.run_figures import RunFigures
from segstudio.gui.widgets.scrolled import Scrolled
from segstudio.jobs.train import ENDED, TrainResult

# What a small window does not show at once is scrolled to.
_LEAST_PLOTS, _LEAST_STRIP = 28 * GRID, 20 * GRID
_READY = "The first time after the program's start takes a little longer."
_STOP, _SKIP = "Stop and keep best", "Skip the scoring"
_PAUSE, _RESUME = "Pause", "Resume"
_PAUSING = "Pausing after this step…"
_PAUSED = "Paused, nothing is lost"


class TrainRun(QWidget):
    """Shows events as they come; every number on it was in one of them.

    `buttons` are those of a run that goes; they stand where the page puts them.
    """

    stop_clicked = Signal()
    pause_clicked = Signal()
    discard_clicked = Signal()
    review_clicked = Signal()
    save_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = TrainingCurves()
        self.strip = OverlayStrip()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.headline = label("", "heading")
        self.note = label("", "soft", wrap=True)
        self.figures = RunFigures()
        self.stop_button = button(_STOP, icon_name="stop")
        self.stop_button.setToolTip("Ends the training; the best state so far is kept (Shift+F5)")
        self.pause_button = button(_PAUSE, icon_name="pause")
        self.pause_button.setToolTip("Lets the computer rest; goes on where it was (Ctrl+F5)")
        self.discard_button = button("Discard run", icon_name="remove")
        self.discard_button.setToolTip("Stops, and moves the run into the trash; asks first")
        self.review_button = button("Review worst photos", role="primary")
        self.save_button = button("Save curves…", tip="As a picture or as a table")
        self._steps = 0
        self._ended = self._training_words = ""
        self._running_buttons = (self.discard_button, self.pause_button, self.stop_button)
        self.buttons = QWidget()
        self._earlier = EarlierRun()
        self._lay_out()
        self.stop_button.clicked.connect(self.stop_clicked)
        self.pause_button.clicked.connect(self.pause_clicked)
        self.discard_button.clicked.connect(self.discard_clicked)
        self.review_button.clicked.connect(self.review_clicked)
        self.save_button.clicked.connect(self.save_clicked)

    # A run that goes

    def prepare(
        self,
        patience: int,
        pictures: Sequence[tuple[str, Pixels]] = (),
        earlier: EarlierRun | None = None,
    ) -> None:
        """Clear everything for a run that has not begun yet; `pictures` show meanwhile.

        A run that is continued begins with its `earlier` epochs and previews.
        """
        self._earlier = earlier or EarlierRun()
        self.strip.expect(pictures)
        self.curves.start(RunStarted("", 1, 1, "", (), 0, 0), {})
        self.headline.setText("Getting ready…")
        self.note.setText(_READY)
        self.figures.reset(patience)
        self.bar.setRange(0, 0)
        self._show_running(True)

    def show_events(self, batch: list[Event], colors: Mapping[str, QColor]) -> None:
        """Show a batch of events; the plots are drawn once."""
        for event in batch:
            self._show_event(event, colors)
        self.curves.refresh()

    def show_stopping(self) -> None:
        """Show that the stop was heard."""
        scoring = self.stop_button.text() == _SKIP
        words = "Stopping the scoring…" if scoring else "Stopping; the best state is kept…"
        self.headline.setText(words)
        for made in self._running_buttons:
            made.setEnabled(False)

    def show_pausing(self, wanted: bool) -> None:
        """Show that the wish to pause or to resume was heard."""
        self.pause_button.setText(_RESUME if wanted else _PAUSE)
        self.pause_button.setIcon(icon("play" if wanted else "pause"))
        self.headline.setText(_PAUSING if wanted else self._training_words)

    def show_result(self, result: TrainResult) -> None:
        """Show how the run ended."""
        kept = "" if result.status == "completed" else "; the best state is kept"
        self._ended = ENDED[result.status] + kept
        self.note.setText(result.reason)
        self.figures.show_ended(result.seconds)
        self.show_scored("")

    def show_scoring(self) -> None:
        """Show that the best model of a stopped run is being scored; `stop_clicked` ends that."""
        self.headline.setText(f"{self._ended}. Scoring it on the photos kept aside…")
        self.bar.setRange(0, 0)
        self._show_running(True)
        self.stop_button.setText(_SKIP)
        self.pause_button.hide()
        self.discard_button.hide()

    def show_scored(self, note: str) -> None:
        """Show how the run ended, with a word on its scoring."""
        self.headline.setText(self._ended)
        if note:
            self.note.setText(note)
        self._show_running(False)

    def show_failure(self, what: str) -> None:
        """Show that the run ended badly."""
        self.headline.setText("The training ended early")
        self.note.setText(what)
        self.figures.show_ended(None)
        self._show_running(False)

    # A run that went

    def show_earlier(self, title: str, run: EarlierRun, colors: Mapping[str, QColor]) -> None:
        """Show the curves and the previews of an earlier run."""
        last = run.epochs[-1].epoch if run.epochs else 0
        self.prepare(0)
        self._start(RunStarted(title, last, 1, "", run.names, 0, 0), colors)
        self.figures.set_epochs(max(run.asked, last))
        self.show_events([*run.epochs, *run.previews], colors)
        if not run.previews:
            self.strip.reset("This run kept no previews.")
        self.headline.setText(title)
        self.note.setText("")
        self.figures.show_ended(sum(event.seconds for event in run.epochs) or None)
        self._show_running(False)

    def place_verbs(self, widget: QWidget) -> None:
        """Put what can be done with a run that ended beside the way to its photos."""
        self._afterwards.addWidget(widget)

    def close_sources(self) -> None:
        """End the loading thread."""
        self.strip.close_source()

    # Inside

    def _show_event(self, event: Event, colors: Mapping[str, QColor]) -> None:
        match event:
            case RunStarted():
                self._start(event, colors)
            case StepDone():
                self.curves.add_step(event)
                self.bar.setRange(0, self._steps)
                self.bar.setValue(event.step)
                self.figures.show_step(event.epoch, event.eta_seconds)
            case EpochDone():
                self.curves.add_epoch(event)
                self.figures.show_epoch(event)
            case PreviewReady():
                self.strip.add(event)
            case Progress():
                self.headline.setText(f"{event.stage}… {event.detail}".strip())
                self.bar.setRange(0, event.total)
                self.bar.setValue(event.done)
            case Message(text=text):
                self.note.setText(text)
            case ProblemFound(problem=problem):
                self.note.setText(problem.message)
            case PauseChanged(paused=paused):
                self.headline.setText(_PAUSED if paused else self._training_words)
            case BestSaved():
                pass

    def _start(self, event: RunStarted, colors: Mapping[str, QColor]) -> None:
        self.figures.set_epochs(event.epochs)
        self.curves.start(event, colors)
        self._steps = max(event.epochs * event.steps_per_epoch, 1)
        self.bar.setRange(0, self._steps)
        self.bar.setValue(len(self._earlier.epochs) * event.steps_per_epoch)
        check = f"{event.val_photos} to check" if event.val_photos else "none to check"
        self._training_words = f"Training on {event.train_photos} photos, {check}"
        self.headline.setText(self._training_words)
        if self.note.text() == _READY:
            self.note.setText("")
        for epoch in self._earlier.epochs:
            self.curves.add_epoch(epoch)
            self.figures.show_epoch(epoch)
        for preview in self._earlier.previews:
            self.strip.add(preview)

    def _show_running(self, running: bool) -> None:
        self.stop_button.setText(_STOP)
        self.pause_button.setText(_PAUSE)
        self.pause_button.setIcon(icon("pause"))
        for made in self._running_buttons:
            made.setVisible(running)
            made.setEnabled(running)
        for made in (self.review_button, self.save_button):
            made.setVisible(not running)
        self.bar.setVisible(running)

    def _lay_out(self) -> None:
        top, inside = card()
        self.buttons.setLayout(row(*self._running_buttons))
        words = row(self.headline, self.note, spacing=2 * GRID)
        words.setStretch(1, 1)
        self._afterwards = FlowLayout(spacing=GRID)
        for made in (self.review_button, self.save_button):
            self._afterwards.addWidget(made)
        inside.addLayout(words)
        inside.addLayout(row(self.figures, 1))
        inside.addWidget(self.bar)
        inside.addLayout(self._afterwards)
        plots, plots_inside = card()
        plots_inside.addWidget(self.curves)
        strip, strip_inside = card()
        strip_inside.addWidget(self.strip)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(GRID)
        for part, least in ((plots, _LEAST_PLOTS), (strip, _LEAST_STRIP)):
            part.setMinimumHeight(least)
            parts.addWidget(part)
        parts.setSizes([320, 230])
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 1)
        outer = column(top, spacing=GRID)
        outer.addWidget(Scrolled(parts), 1)
        self.setLayout(outer)
