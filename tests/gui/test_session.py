from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from segstudio.core.errors import SegStudioError
from segstudio.gui.pages.base import PageTools
from segstudio.gui.session import Session
from segstudio.project.entries import Split
from segstudio.project.project import Project


def test_opening_a_project_tells_everyone_and_looks_at_its_first_photo(
    qtbot: QtBot, tools: PageTools, tiny_project: Project
) -> None:
    root = tiny_project.root
    tiny_project.close()
    session = tools.session
    with qtbot.waitSignals(
        [session.project_changed, session.palette_changed, session.photos_changed]
    ):
        session.open_project(root)
    assert session.current_photo == "000.png"
    assert len(session.photos) == 6


def test_a_refused_project_leaves_the_open_one_open(opened: PageTools, tmp_path: Path) -> None:
    before = opened.session.project
    with pytest.raises(SegStudioError, match="not a SegStudio project"):
        opened.session.open_project(tmp_path / "nothing here")
    assert opened.session.project is before


def test_closing_frees_the_project_for_others(opened: PageTools) -> None:
    project = opened.session.project
    assert project is not None
    with pytest.raises(SegStudioError, match="in use"):
        Project.open(project.root)
    opened.session.close_project()
    Project.open(project.root).close()
    assert opened.session.current_photo is None


def test_setters_are_silent_when_nothing_changes(qtbot: QtBot, opened: PageTools) -> None:
    session = opened.session
    assert session.palette is not None
    with (
        qtbot.assertNotEmitted(session.palette_changed),
        qtbot.assertNotEmitted(session.current_photo_changed),
    ):
        session.set_palette(session.palette, "nothing")
        session.set_current_photo(session.current_photo)
    assert not session.can_undo


def test_palette_edits_can_be_undone_and_done_again(qtbot: QtBot, opened: PageTools) -> None:
    session = opened.session
    before = session.palette
    assert before is not None
    session.set_palette(before.renamed(1, "heaven"), "Name heaven")
    with qtbot.waitSignal(session.palette_changed):
        session.undo()
    assert session.palette == before
    assert session.can_redo
    session.redo()
    assert session.palette is not None
    assert session.palette.name_of(1) == "heaven"


def test_undoing_a_split_says_that_the_split_changed_and_not_the_palette(
    qtbot: QtBot, opened: PageTools
) -> None:
    session = opened.session
    session.set_split(Split(parts={"000.png": "train"}, method="random"), "Split photos")
    with qtbot.waitSignal(session.split_changed), qtbot.assertNotEmitted(session.palette_changed):
        session.undo()
    assert session.project is not None
    assert session.project.split is None


def test_stepping_through_the_photos_stops_at_both_ends(opened: PageTools) -> None:
    session = opened.session
    session.step_photo(-1)
    assert session.current_photo == "000.png"
    session.step_photo(4)
    assert session.current_photo == "004.png"
    session.step_photo(5)
    assert session.current_photo == "005.png"


def test_an_empty_session_answers_everything() -> None:
    session = Session()
    session.undo()
    session.step_photo(1)
    session.close_project()
    assert session.palette is None
    assert session.photos == ()
    assert session.current_entry is None
    assert not session.can_undo
