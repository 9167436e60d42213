"""Making, opening and closing projects from the File menu and the start page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.gui.dialogs import NewProjectDialog
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session


class ProjectFiles(QObject):
    """The File menu's work; failures are SegStudioError for the one error dialog."""

    def __init__(self, session: Session, runner: JobRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._window = parent

    def new(self) -> None:
        """Ask for a name and a place, and make a project there."""
        dialog = NewProjectDialog(self._window)
        if dialog.exec():
            self._session.create_project(dialog.folder())

    def open(self) -> None:
        """Ask for a project's folder and open it."""
        start = self._session.project.root.parent if self._session.project else None
        folder = QFileDialog.getExistingDirectory(
            self._window, "Open a project", str(start or platformdirs.user_documents_path())
        )
        if folder:
            self._session.open_project(Path(folder))

    def try_sample(self) -> None:
        """Make a new project of the sample photos in the user's documents and import them."""
        from segstudio.jobs import demo

        project = demo.create_sample()
        self._session.take_project(project)
        self._runner.start("Importing the sample photos", partial(demo.import_sample, project))
