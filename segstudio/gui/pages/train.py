"""The train page: choose how thorough, look before the start, watch it learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStackedLayout

from segstudio.core.errors import SegStudioError, WeightsError
from segstudio.core.events import Event, RunStarted
from segstudio.gui.curve_files import CurveFiles
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.train_history import read_earlier
from segstudio.gui.pages.train_project import ProjectOnSetup
from segstudio.gui.pages.train_rates import RateFinding
from segstudio.gui.pages.train_run import TrainRun
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.pages.train_setup import TrainSetup
from segstudio.gui.pages.train_verbs import RunActions, RunVerbs, ask_discard
from segstudio.gui.session import Session
from segstudio.gui.widgets.basics import button
from segstudio.jobs import evaluate, measure_models, preflight, train_and_score
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.jobs.measure_models import MeasureRequest, ModelFigures
from segstudio.jobs.model_costs import read_costs
from segstudio.jobs.preflight import Preflight
from segstudio.jobs.train import TrainRequest, TrainResult
from segstudio.learning.config import TrainConfig
from segstudio.review.scores import Scores

TITLE = "Training"
SCORING = "Scoring the photos"
MEASURING = "Measuring the models"
_LOOKING = "Looking at the photos"
_NOT_SCORED = "The scoring was stopped; it can be done at any time on the page Review."


class TrainPage(Page):
    """Starts a training and shows its events; the work itself is the job's."""

    heading = "Train"
    subtitle = "The model learns from your outlines. Nothing leaves this computer."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.setup = TrainSetup()
        self.run_view = TrainRun()
        self.rates = RateFinding(self.setup, self.session, self.runner, self)
        self.files = CurveFiles(self.runner, self)
        self._run = ""
        self._began = self._scoring = self._discarding = False
        self._again = button("New training", icon_name="add")
        self._again.setToolTip("Back to the choices; the run stays in the list")
        self._verbs = RunVerbs()
        self._on_setup = ProjectOnSetup(self.session, self.setup)
        self._actions = RunActions(self.session, self.setup, self._verbs)
        self.run_view.place_verbs(self._verbs)
        self.header.addWidget(self.run_view.buttons)
        self.header.addWidget(self._again)
        self._parts = QStackedLayout(self.body)
        self._parts.addWidget(self.setup)
        self._parts.addWidget(self.run_view)
        self._connect()
        self.setup.settings.cost.show_costs(read_costs())
        self.show_setup()

    @property
    def training(self) -> bool:
        """True while a training runs."""
        return self.session.training

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what the Train menu does here."""
        if self.training or self._scoring:
            pause = {"train_pause": self.pause_or_resume} if self.training else {}
            return {"train_stop": self.stop, **pause}
        return {} if self.runner.busy else {"train_start": self.start}

    def entered(self) -> None:
        """Look at the project anew."""
        if not self.blocked and not self.training:
            self._on_setup.show_choice()
            self._look()

    def close_page(self) -> None:
        """End the threads that load pictures."""
        self.run_view.close_sources()
        self.setup.outlook.close_source()
        self._on_setup.crops.close_source()

    def tells(self, error: SegStudioError) -> bool:
        """Weights that could not be had are told on the page, beside the ways on."""
        return self.rates.dialog is not None or (self.training and isinstance(error, WeightsError))

    def start(self) -> None:
        """Train with what is chosen, and remember that; not where a finding forbids it."""
        project, config = self.session.project, self.setup.config()
        if project is not None and config is not None and not self.setup.findings.forbid:
            self._on_setup.keep_choice(project)
            self.train(config)

    def train(self, config: TrainConfig) -> None:
        """Train with these settings."""
        if self.session.project is not None:
            self.launch(TrainRequest(self.session.project, config))

    def launch(self, request: TrainRequest) -> None:
        """Start a training and show it."""
        self.runner.start(TITLE, partial(train_and_score.run, request))
        self._began = self._discarding = False
        self.session.set_training(True)
        self.setup.show_trouble(None)
        project, self._run = self.session.project, request.resume or ""
        before = read_earlier(project.run(self._run).path) if project and self._run else None
        # A run that is continued keeps its own settings.
        limit = (before or request.config).patience
        self.run_view.prepare(limit, self.setup.outlook.pictures, before)
        self._show_run()
        self.actions_changed.emit()

    def stop(self) -> None:
        """Stop the training, whose best state is kept, or the scoring after it."""
        self.runner.stop()
        self.run_view.show_stopping()

    def measure_models(self) -> None:
        """Measure what every model costs here."""
        self.runner.start(MEASURING, partial(measure_models.run, MeasureRequest()))

    def pause_or_resume(self) -> None:
        """Let the training rest, or go on."""
        wanted = not self.runner.pausing
        self.runner.pause(wanted)
        self.run_view.show_pausing(wanted)

    def discard_running(self) -> None:
        """Stop the training and throw its run away, where the user means it."""
        if ask_discard(self, running=True) and self.training:
            self._discarding = True
            self.stop()

    def _score(self, run: str) -> None:
        """Score a run that was stopped, so that there is something to review."""
        project = self.session.project
        if project is None or project.split is None or self.session.closing:
            return
        if project.run(run).has_checkpoint and project.split.names("val"):
            request = EvaluateRequest(project, run)
            self.runner.start(SCORING, partial(evaluate.run, request))
            self._scoring = True
            self.run_view.show_scoring()
            self._show_run()

    def show_setup(self) -> None:
        """Show the choices."""
        self._parts.setCurrentWidget(self.setup)
        self._again.hide()
        self.run_view.buttons.hide()
        self._verbs.show_run(None)

    def show_earlier(self, name: str) -> None:
        """Show the curves of an earlier run."""
        project = self.session.project
        if project is None:
            return
        self._run = name
        earlier = read_earlier(project.run(name).path)
        self.run_view.show_earlier(run_words(name), earlier, _class_colors(self.session))
        self._show_run()

    def compare_runs(self) -> None:
        """Open the comparison of runs, which stands on the page Review."""
        self.page_requested.emit("review")
        self.action_requested.emit("compare_runs")

    def save_curves(self) -> None:
        """Ask where the history of the run that is shown goes."""
        if self.session.project is not None and self._run:
            self.files.ask(self.session.project, self._run)

    def _show_run(self) -> None:
        project = self.session.project
        runs = project.runs() if project is not None and not self.runner.busy else ()
        self._verbs.show_run(next((run for run in runs if run.name == self._run), None))
        self._parts.setCurrentWidget(self.run_view)
        self.run_view.buttons.show()
        self._again.setVisible(not self.training and not self._scoring)

    def _connect(self) -> None:
        self.setup.start_clicked.connect(self.start)
        self.setup.settings.cost.measure_clicked.connect(self.measure_models)
        self.setup.runs.chosen.connect(self.show_earlier)
        self.setup.runs.compare_clicked.connect(self.compare_runs)
        self.run_view.stop_clicked.connect(self.stop)
        self.run_view.save_clicked.connect(self.save_curves)
        self.run_view.pause_clicked.connect(self.pause_or_resume)
        self.run_view.discard_clicked.connect(self.discard_running)
        for left in (self._again.clicked, self._actions.discarded):
            left.connect(self.show_setup)
            left.connect(self.entered)
        self._actions.wanted.connect(self.launch)
        self.run_view.review_clicked.connect(lambda: self.page_requested.emit("review"))
        self.runner.events.connect(self._take_events)
        self.runner.succeeded.connect(self._take_result)
        self.runner.failed.connect(self._take_failure)
        self.runner.busy_changed.connect(self.setup.set_busy)
        self.session.project_changed.connect(self._take_project)
        session = self.session
        for signal in (session.photos_changed, session.palette_changed, session.split_changed):
            signal.connect(self._look_if_seen)

    # The project

    def _take_project(self) -> None:
        self.show_setup()
        self.setup.show_trouble(None)
        self._on_setup.show_runs()
        self._look_if_seen()

    def _look_if_seen(self) -> None:
        if self.isVisible():
            self.entered()

    def _look(self) -> None:
        """Have the pre-flight list made; its result comes back through `succeeded`."""
        project = self.session.project
        if project is not None and not self.session.closing:
            self.runner.start(_LOOKING, partial(preflight.run, project), background=True)
            self._on_setup.show_runs()
            self._on_setup.show_outlook()

    # The job

    def _take_events(self, batch: list[Event]) -> None:
        if self._scoring:
            self.run_view.show_events(batch, {})
        elif self.training:
            for event in batch:
                if isinstance(event, RunStarted):
                    self._began, self._run = True, event.run
                    self.session.note_split()
            self.run_view.show_events(batch, _class_colors(self.session))

    def _take_result(self, result: object) -> None:
        project = self.session.project
        if isinstance(result, Preflight):
            self.setup.show_preflight(result)
            if project is not None:
                self.setup.outlook.show_photos(project)
        elif isinstance(result, ModelFigures):
            self.setup.settings.cost.show_costs(read_costs())
        elif isinstance(result, TrainResult) and self.training:
            self._end()
            if not result.run:
                self.show_setup()
            elif self._discarding:
                self._actions.discard(result.run)
            else:
                self.run_view.show_result(result)
                if result.interrupted:
                    self._score(result.run)
            self.session.note_runs()
        elif isinstance(result, Scores) and self._scoring:
            self._end()
            self.run_view.show_scored(_NOT_SCORED if result.interrupted else "")
            self.session.note_runs()

    def _take_failure(self, error: SegStudioError) -> None:
        if self._scoring:
            self._end()
            self.run_view.show_scored(f"The run is kept, but it is not scored: {error.what}")
        elif self.training:
            self._end()
            weights = error if isinstance(error, WeightsError) else None
            if self._began and not weights:
                self.run_view.show_failure(error.what)
            else:
                self.setup.show_trouble(weights)
                self.show_setup()
            self.session.note_runs()

    def _end(self) -> None:
        self._scoring = False
        self.session.set_training(False)
        self._show_run()
        self.actions_changed.emit()


def _class_colors(session: Session) -> dict[str, QColor]:
    palette = session.palette
    entries = palette.classes if palette is not None else ()
    return {entry.name: QColor(entry.color) for entry in entries}
