"""Has the label images counted in the background, and makes room for what the user waits for."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from segstudio.core.events import Event, PhotoExplored, Reporter
from segstudio.gui.job_runner import JobRunner
from segstudio.jobs.exploring import Explored, Totals
from segstudio.project.project import Project

_TITLE = "Counting the classes"


class ClassCounter(QObject):
    """Counts one project at a time; `found` carries photos as they are counted.

    `changed` tells that `totals` changed, `ended` that a count is over. Totals that are whole stay
    until newer ones are.
    """

    found = Signal(list)
    changed = Signal()
    ended = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.totals = Totals()
        self._runner = runner
        self._project: Project | None = None
        self._fresh = Totals()
        self._whole = False
        self._counting = False
        runner.started.connect(self._note_start)
        runner.events.connect(self._take_events)
        runner.succeeded.connect(self._take_result)
        runner.failed.connect(self._take_failure)
        runner.busy_changed.connect(self._make_room)

    @property
    def whole(self) -> bool:
        """Whether every photo of the project was looked at."""
        return self._whole

    def count(self, project: Project) -> None:
        """Count a project's label images, unless the user waits for another job."""
        if project is not self._project:
            self.forget()
            self._project = project
        if not self._runner.busy:
            self._runner.start(_TITLE, partial(_explore, project), background=True)

    def forget(self) -> None:
        """Forget what was counted, as another project is open."""
        self.stop()
        self._project = None
        self._counting, self._whole = False, False
        self.totals = self._fresh = Totals()

    def stop(self) -> None:
        """Let the worker go; what was counted so far is remembered on disk."""
        if self._counting:
            self._runner.stop()

    def _note_start(self, title: str) -> None:
        self._counting = title == _TITLE
        if self._counting:
            self._fresh = Totals()

    def _take_events(self, batch: list[Event]) -> None:
        photos = [event for event in batch if isinstance(event, PhotoExplored)]
        if not photos or not self._counting:
            return
        for photo in photos:
            self._fresh.add(photo)
        self.found.emit(photos)
        if not self._whole:
            self.totals = self._fresh
            self.changed.emit()

    def _take_result(self, result: object) -> None:
        if not isinstance(result, Explored) or not self._counting:
            return
        self._counting = False
        if result.complete:
            self.totals, self._whole = self._fresh, True
        self.changed.emit()
        self.ended.emit()

    def _take_failure(self) -> None:
        self._counting = False

    def _make_room(self, busy: bool) -> None:
        if busy:
            self.stop()


def _explore(project: Project, report: Reporter) -> object:
    """Run the job in the worker."""
    from segstudio.jobs import exploring

    return exploring.run(project, report)
