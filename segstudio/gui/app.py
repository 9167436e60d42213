"""Starts the window: application, log, theme, session, one main window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import PySide6
from PySide6.QtWidgets import QApplication

from segstudio import __version__
from segstudio.core.errors import SegStudioError
from segstudio.gui.errors import ErrorReporter, start_log
from segstudio.gui.icons import icon
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.label_burner import LabelBurner
from segstudio.gui.main_window import MainWindow
from segstudio.gui.pages.base import PageTools
from segstudio.gui.session import Session
from segstudio.gui.settings import Settings
from segstudio.gui.theme import Theme

# The worker and the window share the interpreter: shorter turns keep the window fluid.
TURN_SECONDS = 0.001


def check_qt(qt: str, python: tuple[int, int]) -> None:
    """Refuse a pair of versions that aborts after a while; raises SegStudioError."""
    if qt.startswith("6.12.0") and python < (3, 12):
        raise SegStudioError(
            f"PySide6 {qt} does not work with Python {python[0]}.{python[1]}.",
            meaning="This pair loses track of memory and ends the program after a few minutes.",
            remedy='Run: pip install "PySide6-Essentials<6.12"',
        )


def run(argv: Sequence[str]) -> int:
    """Open the window, on a project where the arguments name one; return the exit code."""
    parser = argparse.ArgumentParser(prog="segstudio")
    parser.add_argument("project", nargs="?", type=Path)
    wanted: Path | None = parser.parse_args(list(argv)).project
    check_qt(PySide6.__version__, sys.version_info[:2])
    sys.setswitchinterval(TURN_SECONDS)
    start_log()
    app = QApplication.instance() or QApplication(["segstudio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("SegStudio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("segstudio")
    window = build_window(app, Settings())
    app.setWindowIcon(icon("logo"))
    window.show()
    if wanted is not None:
        window.open_project(wanted)
    return app.exec()


def build_window(app: QApplication, settings: Settings) -> MainWindow:
    """Make the window and what it stands on."""
    errors = ErrorReporter(app)
    errors.install()
    theme = Theme(app, settings)
    session, runner = Session(app), JobRunner(app)
    LabelBurner(session, runner, app)
    return MainWindow(PageTools(session, runner, settings), theme, errors)
