"""What the window's tests share: a session, a runner, settings in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segstudio.gui.errors import ErrorReporter
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.main_window import MainWindow
from segstudio.gui.pages import PAGES
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.session import Session
from segstudio.gui.settings import Settings
from segstudio.gui.theme import Theme
from segstudio.project.project import Project


def delete(widget: QWidget) -> None:
    """Delete a widget now; styling many that linger would make every later test slower."""
    widget.hide()
    widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "window.ini")


@pytest.fixture
def tools(qapp: QApplication, settings: Settings) -> Iterator[PageTools]:
    made = PageTools(Session(), JobRunner(), settings)
    yield made
    made.runner.stop()
    made.runner.wait()
    made.session.close_project()


@pytest.fixture
def opened(tools: PageTools, tiny_project: Project) -> PageTools:
    """The tools with the tiny project open."""
    root = tiny_project.root
    tiny_project.close()
    tools.session.open_project(root)
    return tools


@pytest.fixture
def make_page(qtbot: QtBot) -> Iterator[Callable[[PageTools, str], Page]]:
    """Builds and shows a page of the registry; its threads end with the test."""
    built: list[Page] = []

    def build(tools: PageTools, name: str) -> Page:
        entry = next(entry for entry in PAGES if entry.name == name)
        page = entry.build(tools)
        page.resize(1100, 700)
        page.show()
        built.append(page)
        return page

    yield build
    for page in built:
        page.close_page()
        delete(page)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tools: PageTools) -> Iterator[MainWindow]:
    """The whole window, without the look at the device."""
    made = MainWindow(tools, Theme(qapp, tools.settings), ErrorReporter())
    made.stop_device_lookup()
    made.show()
    yield made
    tools.runner.stop()
    tools.runner.wait()
    made.close()
    delete(made)
