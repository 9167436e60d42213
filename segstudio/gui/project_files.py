"""Making, opening and closing projects from the File menu and the start page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.core.events import Reporter
from segstudio.gui.dialogs import NewProjectDialog
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session
from segstudio.project.project import Project


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
        documents = platformdirs.user_documents_path()
        names = ["SegStudio sample", *(f"SegStudio sample {n}" for n in range(2, 1000))]
        folder = next(documents / name for name in names if not (documents / name).exists())
        self._session.create_project(folder)
        project = self._session.project
        if project is not None:
            self._runner.start("Importing the sample photos", partial(_import_sample, project))


def _import_sample(project: Project, report: Reporter) -> object:
    """Copy the sample into the project's folder and import it; runs in the worker."""
    from segstudio.jobs import demo, import_annotations

    sample = demo.copy_sample(project.root)
    return import_annotations.run(demo.sample_import(project, sample), report)
