from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from segstudio.gui.pages import PAGES
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.start import PICTURES, StartPage
from segstudio.gui.widgets.picture_strip import PictureStrip
from segstudio.project.project import Project

MakePage = Callable[[PageTools, str], Page]


@pytest.fixture
def page(make_page: MakePage, tools: PageTools) -> StartPage:
    made = make_page(tools, "start")
    assert isinstance(made, StartPage)
    return made


def words(page: Page) -> str:
    return "\n".join(found.text() for found in page.findChildren(QLabel))


def test_it_says_what_is_needed_and_what_never_happens(page: StartPage) -> None:
    text = words(page)
    assert "folder of photos" in text
    assert "CVAT or LabelMe" in text
    assert "photos are never modified" in text
    assert "Nothing leaves this computer" in text


@pytest.mark.parametrize(
    ("button", "action"),
    [("new", "new_project"), ("open", "open_project"), ("sample", "try_sample")],
)
def test_the_large_buttons_ask_for_their_actions_by_keyboard_too(
    qtbot: QtBot, page: StartPage, button: str, action: str
) -> None:
    with qtbot.waitSignal(page.action_requested) as asked:
        qtbot.keyClick(getattr(page, button), Qt.Key.Key_Space)
    assert asked.args == [action]


def test_recent_projects_open_and_can_be_forgotten(
    qtbot: QtBot, page: StartPage, tools: PageTools, tiny_project: Project
) -> None:
    root = tiny_project.root
    tiny_project.close()
    tools.settings.add_recent(root)
    page.entered()
    (row,) = page.recent_rows()
    row.open_button.click()
    assert tools.session.project is not None
    assert tools.session.project.root == root
    (row,) = page.recent_rows()
    row.forgotten.emit(root)
    assert page.recent_rows() == []
    assert tools.settings.recent() == ()


def test_a_recent_project_that_was_deleted_is_not_offered(
    page: StartPage, tools: PageTools, tiny_project: Project
) -> None:
    tools.settings.add_recent(tiny_project.root)
    (tiny_project.root / "project.json").unlink()
    page.entered()
    assert page.recent_rows() == []
    assert "appear here" in words(page)


def test_the_pictures_keep_their_shape_and_fit(qtbot: QtBot) -> None:
    strip = PictureStrip(PICTURES)
    qtbot.addWidget(strip)
    for width, height in ((1040, 120), (1700, 416), (300, 300)):
        strip.resize(width, height)
        places = strip.places()
        assert len(places) == 3
        assert all(abs(p.width() / p.height() - 1.5) < 0.05 for p in places)
        assert all(strip.rect().contains(p) for p in places)
        assert not places[0].intersects(places[1])


def test_every_step_is_listed_in_the_order_of_the_rail(page: StartPage) -> None:
    text = words(page)
    titles = [entry.title for entry in PAGES if entry.name != "start"]
    places = [text.find(f"\n{title}\n") for title in titles]
    assert -1 not in places
    assert places == sorted(places)
