"""Finding a learning rate from the train page: the job, its dialog, and the setting it fills."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.pages.train_setup import TrainSetup
from segstudio.gui.session import Session
from segstudio.gui.widgets.rate_plot import RateDialog
from segstudio.jobs import find_lr
from segstudio.jobs.find_lr import FindRateRequest, FoundRate

TITLE = "Finding a learning rate"


class RateFinding(QObject):
    """Runs the job while its dialog is open; `dialog` is None before and after."""

    def __init__(
        self, setup: TrainSetup, session: Session, runner: JobRunner, window: QWidget
    ) -> None:
        super().__init__(window)
        self.dialog: RateDialog | None = None
        self._setup, self._session, self._runner, self._window = setup, session, runner, window
        setup.settings.find_rate_clicked.connect(self.start)
        runner.events.connect(self._take_events)
        runner.succeeded.connect(self._take_result)
        runner.failed.connect(self._take_failure)

    def start(self) -> None:
        """Try rates with the settings as chosen."""
        project, config = self._session.project, self._setup.config()
        if project is None or config is None or self._runner.busy:
            return
        dialog = RateDialog(self._window)
        dialog.taken.connect(self._setup.settings.take_rate)
        dialog.stop_clicked.connect(self._runner.stop)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        self._runner.start(TITLE, partial(find_lr.run, FindRateRequest(project, config)))
        dialog.open()

    def _take_events(self, batch: list[Event]) -> None:
        if self.dialog is not None and self._runner.title == TITLE:
            self.dialog.show_events(batch)

    def _take_result(self, result: object) -> None:
        if self.dialog is not None and isinstance(result, FoundRate):
            self.dialog.show_found(result)

    def _take_failure(self, error: SegStudioError) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(error)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
