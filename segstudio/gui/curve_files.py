"""The curves of a run to a file, as the train page offers it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.gui.job_runner import JobRunner
from segstudio.jobs import history
from segstudio.jobs.history import HistoryRequest
from segstudio.project.project import Project

_KINDS = {"Picture (*.png)": ".png", "Table (*.csv)": ".csv"}


class CurveFiles:
    """Asks where to, and has the job write it."""

    def __init__(self, runner: JobRunner, parent: QWidget) -> None:
        self._runner = runner
        self._parent = parent

    def ask(self, project: Project, run: str) -> None:
        """Let the user choose a file, a picture or a table, and write a run's history there."""
        name, kind = QFileDialog.getSaveFileName(
            self._parent, "Save curves", f"{run}.png", ";;".join(_KINDS)
        )
        if name:
            path = Path(name)
            self.save(project, run, path if path.suffix else path.with_suffix(_KINDS[kind]))

    def save(self, project: Project, run: str, path: Path) -> None:
        """Have the history written; what goes wrong is told as of every job."""
        job = partial(history.run, HistoryRequest(project, path, run))
        self._runner.start("Saving the curves", job, background=True)
