"""The page that trains several times: how sure is the score, and would more labelling help?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, Message, Progress, Reporter
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import label, row
from segstudio.gui.widgets.study_card import FoldsCard, GrowthCard, StudyCard
from segstudio.jobs import estimate
from segstudio.learning.config import TrainConfig
from segstudio.learning.presets import preset_named
from segstudio.project.entries import TrainingChoice
from segstudio.project.project import Project
from segstudio.project.runs import read_object

CROSSING, CURVE = "Training for every part of the photos", "Training on more and more photos"
_FILES = {CROSSING: "cross_validation.json", CURVE: "learning_curve.json"}
_USUAL = TrainingChoice(preset="quick", weights="pretrained")


class StudiesPage(Page):
    """Starts the two jobs that train several runs, and shows what the last ones found."""

    heading = "How sure is the score?"
    subtitle = "Several trainings tell what one cannot. Split and best run stay as they are."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.settings_line = label("", "soft", wrap=True)
        self.cards: dict[str, StudyCard] = {CROSSING: FoldsCard(), CURVE: GrowthCard()}
        self._running = ""
        outer = QVBoxLayout(self.body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2 * GRID)
        outer.addWidget(self.settings_line)
        cards = row(*self.cards.values(), spacing=2 * GRID)
        for place in range(len(self.cards)):
            cards.setStretch(place, 1)
        outer.addLayout(cards, 1)
        for title, one in self.cards.items():
            one.start_clicked.connect(partial(self.start, title))
            one.stop_clicked.connect(self.runner.stop)
        self.runner.events.connect(self._take_events)
        self.runner.succeeded.connect(self._end)
        self.runner.failed.connect(self._end)
        self.runner.busy_changed.connect(self._show_busy)
        self.session.project_changed.connect(self._show_if_seen)
        self.session.runs_changed.connect(self._show_if_seen)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what the Train menu does here."""
        return {"train_stop": self.runner.stop} if self._running else {}

    def tells(self, error: SegStudioError) -> bool:
        """What kept a study from its end is told on its card."""
        return bool(self._running)

    def entered(self) -> None:
        """Show what the last studies found, and how the next would be trained."""
        project = self.session.project
        if self.blocked or project is None:
            return
        choice = project.training_choice or _USUAL
        preset = preset_named(choice.preset)
        self.settings_line.setText(
            f"Each run is trained as last chosen on the page Train: {preset.title}, "
            f"{_start_words(choice.weights)}. Advanced settings changed by hand do not count here."
        )
        seconds = estimate.seconds(project, preset.config_for(choice.weights))
        for title, one in self.cards.items():
            one.show_time(seconds)
            one.show_found(read_object(project.root / _FILES[title]))
        self._show_busy(self.runner.busy)

    def start(self, title: str) -> None:
        """Begin one of the two."""
        project = self.session.project
        if project is None:
            return
        choice = project.training_choice or _USUAL
        config = preset_named(choice.preset).config_for(choice.weights)
        job = _cross_validate if title == CROSSING else _learning_curve
        self.runner.start(title, partial(job, project, config))
        self._running = title
        self.cards[title].show_running()
        self._show_busy(True)
        self.actions_changed.emit()

    def _take_events(self, batch: list[Event]) -> None:
        if not self._running:
            return
        one = self.cards[self._running]
        for event in batch:
            if isinstance(event, Progress):
                one.show_progress(event)
            elif isinstance(event, Message):
                one.say(event.text)

    def _end(self, outcome: object) -> None:
        """Show what was found, or what went wrong."""
        if not self._running:
            return
        one = self.cards[self._running]
        self._running = ""
        one.show_ended(str(outcome) if isinstance(outcome, SegStudioError) else "")
        self.session.note_runs()
        self.entered()
        self.actions_changed.emit()

    def _show_busy(self, busy: bool) -> None:
        for title, one in self.cards.items():
            one.allow(not busy or title == self._running)

    def _show_if_seen(self) -> None:
        if self.isVisible():
            self.entered()


def _start_words(weights: str) -> str:
    known = {"pretrained": "from published weights", "none": "from scratch"}
    return known.get(weights, "from a weights file")


def _cross_validate(project: Project, config: TrainConfig, report: Reporter) -> object:
    """Run the job in the worker."""
    from segstudio.jobs import cross_validate

    return cross_validate.run(cross_validate.CrossValidateRequest(project, config), report)


def _learning_curve(project: Project, config: TrainConfig, report: Reporter) -> object:
    """Run the job in the worker."""
    from segstudio.jobs import learning_curve

    return learning_curve.run(learning_curve.LearningCurveRequest(project, config), report)
