"""Keeps the label images in step with the palette, in the background and not at every keystroke."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from segstudio.core.events import Reporter
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session
from segstudio.project.project import Project

# Long enough for the next edit of somebody who tries things out.
QUIET_MS = 4000
_TITLE = "Updating label images"


class LabelBurner(QObject):
    """Burns stale label images once the palette has been left alone for a moment."""

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        parent: QObject | None = None,
        *,
        quiet_ms: int = QUIET_MS,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(quiet_ms)
        self._timer.timeout.connect(self._burn)
        session.palette_changed.connect(self._wait)
        session.project_changed.connect(self._wait)

    def _wait(self) -> None:
        if self._runner.title == _TITLE:
            # What it writes belongs to the palette before.
            self._runner.stop()
        self._timer.start()

    def _burn(self) -> None:
        project = self._session.project
        if project is None or not project.photos or project.labels_current():
            return
        self._runner.start(_TITLE, partial(_burn, project), background=True)


def _burn(project: Project, report: Reporter) -> object:
    """Run the burn job in the worker, and count the new label images before somebody asks."""
    from segstudio.jobs.burn import burn
    from segstudio.jobs.label_counts import count_labels

    done = burn(project, report)
    if done:
        annotated = [entry for entry in project.photos if entry.annotated]
        for _ in count_labels(project, annotated, report):
            pass
    return done
