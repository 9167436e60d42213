"""The two cards of the studies page: what each answers, its button, progress and last answer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QProgressBar, QVBoxLayout

from segstudio.core.events import Progress
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, row
from segstudio.gui.widgets.growth_plot import GrowthPlot
from segstudio.gui.widgets.words import duration, number
from segstudio.jobs.cross_validate import FOLDS, words
from segstudio.jobs.learning_curve import STEPS


class StudyCard(QFrame):
    """One question that takes several trainings; subclasses show its answer in `answer`.

    `trainings` is how many times as long as one training it takes.
    """

    trainings = 1

    start_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, title: str, note: str, action: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._action, self._running = action, False
        self.button = button(action, role="primary", icon_name="play")
        self.button.clicked.connect(self._press)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.stage = label("", "small", wrap=True)
        self.stage.hide()
        self.said = label("", wrap=True)
        self._about = note
        self.note = label("", "soft", wrap=True)
        self.when = label("", "small")
        self.answer = QVBoxLayout()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        inside.setSpacing(GRID)
        inside.addWidget(label(title, "heading"))
        inside.addWidget(self.note)
        inside.addLayout(row(self.button, 1))
        inside.addWidget(self.bar)
        inside.addWidget(self.stage)
        inside.addWidget(self.said)
        inside.addWidget(self.when)
        inside.addLayout(self.answer, 1000)
        # Takes the height while there is no answer, so that the words stay together.
        inside.addStretch(1)
        self.show_time(None)

    def show_running(self) -> None:
        """Turn the button into one that stops, and wait for progress."""
        self._running = True
        self.button.setText("Stop and keep what is finished")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stage.setText("")
        self.stage.show()
        self.said.setText("")

    def show_progress(self, event: Progress) -> None:
        """Show how far the run is that trains now."""
        self.bar.setRange(0, event.total)
        self.bar.setValue(event.done)
        self.stage.setText(f"{event.stage}  {event.detail}".strip())

    def say(self, text: str) -> None:
        """Add a sentence of the job."""
        self.said.setText("\n".join([*self.said.text().splitlines()[-3:], text]))

    def show_ended(self, text: str) -> None:
        """Let it be started again; `text` says what went wrong, if anything."""
        self._running = False
        self.button.setText(self._action)
        self.bar.hide()
        self.stage.setText(text)
        self.stage.setVisible(bool(text))

    def show_time(self, seconds: float | None) -> None:
        """Say how long it takes where one training takes so long, None for not known."""
        here = "" if seconds is None else f", {duration(self.trainings * seconds)} here"
        self.note.setText(f"{self._about} Takes as long as {self.trainings} trainings{here}.")

    def allow(self, allowed: bool) -> None:
        """Allow to press the button."""
        self.button.setEnabled(allowed)

    def show_found(self, found: dict[str, Any]) -> None:
        """Show what the last one found, {} before the first; one that runs is not disturbed."""
        if self._running:
            return
        self.when.setText(f"Done on {found['when']}." if found else "")
        self.when.setVisible(bool(found))
        self.said.setText(self.sentences(found) if found else "Not done yet.")

    def sentences(self, found: dict[str, Any]) -> str:
        """Override to show the answer and return it in words."""
        raise NotImplementedError

    def _press(self) -> None:
        if self._running:
            self.button.setEnabled(False)
            self.stop_clicked.emit()
        else:
            self.start_clicked.emit()


class FoldsCard(StudyCard):
    """k-fold: every photo is judged by a model that never saw it."""

    trainings = FOLDS

    def __init__(self) -> None:
        super().__init__(
            "How good is it on all my photos?",
            f"Trains {FOLDS} times, each time with another fifth kept aside: every photo is judged "
            "by a model that never saw it.",
            "Judge every photo",
        )
        self.folds = QListWidget()
        self.folds.setAccessibleName("The trainings and their scores")
        self.folds.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.answer.addWidget(self.folds)

    def show_found(self, found: dict[str, Any]) -> None:
        """Show the folds as well."""
        super().show_found(found)
        self.folds.setVisible(bool(found))

    def sentences(self, found: dict[str, Any]) -> str:
        """List the folds and the classes; return what they say together."""
        self.folds.clear()
        for fold in found["folds"]:
            photos = len(fold["photos"])
            name = run_words(fold["run"])
            self.folds.addItem(f"{number(fold['miou'])}   {name}, {photos} photos")
        for name, scores in found["pooled"]["classes"].items():
            self.folds.addItem(f"{number(scores['iou'])}   {name}, on all photos")
        # No more room than the lines take, so that no empty box stands below them.
        self.folds.setMaximumHeight(self.folds.count() * self.folds.sizeHintForRow(0) + GRID)
        return "\n".join(words(found))


class GrowthCard(StudyCard):
    """The learning curve: would more labelling help?"""

    trainings = STEPS

    def __init__(self) -> None:
        super().__init__(
            "Would more labelling help?",
            "Trains on a quarter, half, three quarters and all of your training photos, always "
            "checked on the same ones.",
            "Draw the learning curve",
        )
        self.plot = GrowthPlot()
        self.answer.addWidget(self.plot)

    def show_found(self, found: dict[str, Any]) -> None:
        """Show the plot once there is something on it."""
        super().show_found(found)
        self.plot.setVisible(bool(found))

    def sentences(self, found: dict[str, Any]) -> str:
        """Draw the points; return the sentence."""
        self.plot.show_points(found["points"], found["doubled"])
        checked = f"Checked on {found['val_photos']} photos."
        return f"{found['words']} {checked}"
