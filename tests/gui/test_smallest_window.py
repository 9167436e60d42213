"""The window as small as it gets, which is what a small laptop leaves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QSplitter

from gui.cut_off import cut_off
from gui.test_review_page import WORST_FIRST, add_run
from segstudio.gui.pages import PAGES
from segstudio.gui.pages.start import StartPage
from segstudio.gui.theme import GRID, Theme
from segstudio.gui.widgets.class_legend import ClassLine
from segstudio.project.entries import Split
from segstudio.review.ranking import ClassScore

pytestmark = pytest.mark.gui


@pytest.fixture
def smallest(window, tools, tiny_project, qtbot, qapp):
    """The whole window, styled, on a project with one scored run."""
    parts = {e.name: "val" if e.name in WORST_FIRST else "train" for e in tiny_project.photos}
    tiny_project.set_split(Split(parts=parts, method="random"), what="Split")
    add_run(tiny_project, scored=True)
    tiny_project.close()
    Theme(qapp, tools.settings).choose("light")
    window.open_project(tiny_project.root)
    window.resize(window.minimumSize())
    yield window
    qapp.setStyleSheet("")


@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_no_word_is_cut_off(smallest, tools, qtbot, name):
    smallest.show_page(name)
    qtbot.waitUntil(lambda: not tools.runner.active)
    QApplication.processEvents()
    assert smallest.size() == smallest.minimumSize()
    assert cut_off(smallest.current_page) == []
    for splitter in smallest.current_page.findChildren(QSplitter):
        halves = [splitter.widget(i) for i in range(splitter.count())]
        widths = sum(half.width() for half in halves if half.isVisible())
        assert splitter.orientation() is Qt.Orientation.Vertical or widths <= splitter.width()


@pytest.mark.parametrize("running", [True, False])
def test_a_training_can_be_followed(smallest, tools, qtbot, running):
    smallest.show_page("train")
    page = smallest.current_page
    qtbot.waitUntil(lambda: not tools.runner.active)
    page.show_earlier(tools.session.project.runs()[0].name)
    page.run_view._show_running(running)
    QApplication.processEvents()
    assert smallest.size() == smallest.minimumSize()
    assert cut_off(page) == []
    for view in (*page.run_view.strip.views, page.run_view.curves):
        assert view.height() >= 9 * GRID, view


def test_the_start_page_is_not_scrolled_sideways(smallest):
    smallest.show_page("start")
    page = smallest.current_page
    QApplication.processEvents()
    assert isinstance(page, StartPage)
    right = page.sample.mapTo(page.body, page.sample.rect().topRight()).x()
    assert right < page.body.width()


def test_all_of_a_review_is_inside_of_the_page(smallest, tools, qtbot):
    smallest.show_page("review")
    page = smallest.current_page
    QApplication.processEvents()
    body = QRect(page.body.mapToGlobal(page.body.rect().topLeft()), page.body.size())
    for part in (page.parts.photos, page.parts.modes, page.parts.compare, page.parts.legend):
        place = QRect(part.mapToGlobal(part.rect().topLeft()), part.size())
        assert body.left() <= place.left(), part
        assert place.right() <= body.right(), part
    assert page.parts.compare.width() > page.parts.photos.width()


def test_a_class_name_comes_before_the_word_for_its_overlap(smallest):
    entry = smallest._session.palette.trained[0]
    line = ClassLine(entry, ClassScore(iou=0.97))
    assert line._right(400) == "excellent  0.97"
    assert line._right(100) == "0.97"
