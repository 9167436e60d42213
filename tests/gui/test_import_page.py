from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jobs.exports import cvat, photo
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.gui.dropped import Dropped, sort_dropped
from segstudio.gui.item_models.photo_table import PAIRED, PhotoRow, PhotoTable
from segstudio.gui.item_models.problem_table import ProblemTable
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.import_page import ImportPage
from segstudio.gui.widgets.filtered_table import FilteredTable
from segstudio.jobs.import_report import (
    ClassCount,
    Detection,
    ImportItem,
    ImportReport,
    keep_report,
)
from segstudio.project.project import Project

MakePage = Callable[[PageTools, str], Page]
LOST = Problem("error", "lost.xml", "No photo of that name was found.", 3)
ODD = Problem("warning", "001.xml", "A shape has two points only.", 12)
NOTE = Problem("info", "000.xml", "A shape is fully covered by others.", 7)
REPORT = ImportReport(
    "labelme-xml",
    (
        ImportItem("000.png", "labels/000.png", "converted", "exact name", (NOTE,)),
        ImportItem("001.png", "labels/001.png", "converted", "same stem", (ODD,)),
        ImportItem("lost.jpg", None, "skipped", "", (LOST,)),
    ),
    (ODD, LOST, NOTE),
    detection=(Detection("labelme-xml", True, "<annotation> with <polygon>", 3),),
)


@pytest.fixture
def page(make_page: MakePage, opened: PageTools) -> ImportPage:
    made = make_page(opened, "import")
    assert isinstance(made, ImportPage)
    return made


def test_without_a_project_it_says_why_and_where_to_go(
    qtbot: QtBot, make_page: MakePage, tools: PageTools
) -> None:
    page = make_page(tools, "import")
    assert page.blocked
    assert "No project is open" in page.reason
    with qtbot.waitSignal(page.page_requested) as asked:
        page.cure_button.click()
    assert asked.args == ["start"]


def test_a_project_with_photos_lists_them_and_previews_the_current_one(
    qtbot: QtBot, page: ImportPage
) -> None:
    assert [row.name for row in page.results.photo_table.rows] == [f"00{i}.png" for i in range(6)]
    assert page.summary.text == "6 photos, 6 with outlines."
    qtbot.waitUntil(lambda: page.preview.view.image() is not None)
    assert page.results.photo_list.view.isColumnHidden(PAIRED)


def test_an_import_goes_through_the_runner_and_its_report_is_shown(
    qtbot: QtBot, page: ImportPage, opened: PageTools, tmp_path: Path
) -> None:
    source = tmp_path / "export.xml"
    source.write_text("<annotation/>")
    page.chooser.choose((source,))
    assert page.chooser.start_button.isEnabled()
    opened.runner.start("Importing", lambda report: REPORT)
    assert not page.chooser.start_button.isEnabled()
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert "1 left out" in page.summary.text
    assert "Read as LabelMe XML" in page.summary.text
    assert "2 problems and 1 note" in page.summary.text
    assert page.chooser.sources == (source,), "what was left out is worth another try"
    opened.runner.start("Importing", lambda report: replace(REPORT, problems=(ODD, NOTE)))
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert page.chooser.sources == ()
    opened.runner.start("Importing", lambda report: REPORT)
    qtbot.waitUntil(lambda: not opened.runner.active)
    rows = {row.name: row for row in page.results.photo_table.rows}
    assert rows["001.png"].match == "same stem"
    assert (rows["001.png"].problems, rows["001.png"].notes) == ((str(ODD),), ())
    assert (rows["000.png"].problems, rows["000.png"].notes) == ((), (str(NOTE),))
    assert rows["lost.jpg"].status == "left out"
    assert page.results.problem_table.rows == (LOST, ODD, NOTE)


def test_the_real_import_of_nonsense_ends_in_words(
    qtbot: QtBot, page: ImportPage, opened: PageTools, tmp_path: Path
) -> None:
    source = tmp_path / "export.xml"
    source.write_text("this is no XML")
    page.chooser.choose((source,))
    ended: list[object] = []
    opened.runner.failed.connect(ended.append)
    opened.runner.succeeded.connect(ended.append)
    page.start_import()
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
    (outcome,) = ended
    assert isinstance(outcome, SegStudioError) or outcome.problems


def test_problems_that_are_shown_can_be_copied(
    page: ImportPage, opened: PageTools, qtbot: QtBot
) -> None:
    assert "copy_problems" not in page.handlers()
    opened.runner.start("Importing", lambda report: REPORT)
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.results.problem_list.kind.setCurrentIndex(page.results.problem_list.kind.findData("error"))
    page.handlers()["copy_problems"]()
    copied = QGuiApplication.clipboard().text()
    assert copied == "error: lost.xml:3: No photo of that name was found."


def test_choosing_a_row_and_the_sessions_photo_follow_each_other(
    page: ImportPage, opened: PageTools
) -> None:
    page.results.photo_list.view.selectRow(3)
    assert opened.session.current_photo == "003.png"
    opened.session.step_photo(1)
    assert page.results.photo_list.view.currentIndex().row() == 4


def test_what_is_dropped_is_sorted_by_what_is_in_it(tmp_path: Path) -> None:
    both, bare = tmp_path / "both", tmp_path / "bare"
    for folder in (both, bare):
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "a.JPG").touch()
    (both / "annotations.xml").touch()
    archive, text = tmp_path / "export.zip", tmp_path / "notes.txt"
    archive.touch()
    text.touch()
    dropped = sort_dropped((both, archive, text))
    assert dropped.sources == (both, archive)
    assert dropped.photos is None
    assert dropped.other == (text,)
    assert sort_dropped((bare,)).photos == bare
    assert sort_dropped((bare,)).sources == ()
    masks = tmp_path / "labelled"
    for folder in ("images", "masks"):
        (masks / folder).mkdir(parents=True)
        (masks / folder / "a.png").touch()
    assert sort_dropped((masks,)) == Dropped(sources=(masks,))
    assert sort_dropped((masks / "masks", masks / "images")) == Dropped(
        sources=(masks / "masks",), photos=masks / "images"
    )


def test_dropping_something_else_says_what_is_wanted(page: ImportPage, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.touch()
    with pytest.raises(SegStudioError, match=r"notes\.txt"):
        page.chooser.choose((text,))
    assert not page.chooser.start_button.isEnabled()


def test_filters_search_words_and_kinds(qtbot: QtBot) -> None:
    table = PhotoTable()
    shown = FilteredTable(table, {"": "All", "problems": "With problems", "bare": "Bare"}, 0)
    qtbot.addWidget(shown)
    table.set_rows(
        [
            PhotoRow("Beach/a.jpg", "outlined", outlined=True),
            PhotoRow("Beach/b.jpg", "outlined", problems=("x",), outlined=True),
            PhotoRow("Hill/c.jpg", "no outlines"),
        ]
    )
    shown.search.setText(" beach ")
    assert shown.shown_rows() == [0, 1]
    shown.kind.setCurrentIndex(1)
    assert shown.shown_rows() == [1]
    shown.search.clear()
    shown.kind.setCurrentIndex(2)
    assert shown.shown_rows() == [2]


def test_two_thousand_rows_are_listed_and_filtered_without_a_stutter(qtbot: QtBot) -> None:
    photos, problems = PhotoTable(), ProblemTable()
    shown = FilteredTable(photos, {"": "All"}, 0)
    qtbot.addWidget(shown)
    shown.show()
    start = time.perf_counter()
    photos.set_rows([PhotoRow(f"photo {i}.jpg", "outlined", outlined=True) for i in range(2000)])
    problems.set_rows([ODD] * 2000)
    shown.search.setText("photo 19")
    shown.grab()
    assert time.perf_counter() - start < 0.5
    assert len(shown.shown_rows()) == 111


def test_the_report_is_there_again_when_the_project_is_opened(
    make_page: MakePage, tools: PageTools, tiny_project: Project
) -> None:
    root = tiny_project.root
    keep_report(root, REPORT)
    tiny_project.close()
    tools.session.open_project(root)
    page = make_page(tools, "import")
    assert isinstance(page, ImportPage)
    rows = {row.name: row for row in page.results.photo_table.rows}
    assert rows["001.png"].match == "same stem"
    assert (rows["001.png"].problems, rows["001.png"].notes) == ((str(ODD),), ())
    assert (rows["000.png"].problems, rows["000.png"].notes) == ((), (str(NOTE),))
    assert rows["lost.jpg"].status == "left out"
    assert page.results.problem_table.rows == (LOST, ODD, NOTE)
    tools.session.close_project()
    assert page.results.problem_table.rows == ()


def test_a_damaged_report_is_told_among_the_problems(
    make_page: MakePage, tools: PageTools, tiny_project: Project
) -> None:
    root = tiny_project.root
    (root / "annotations").mkdir(exist_ok=True)
    (root / "annotations" / "import-report.json").write_text("{")
    tiny_project.close()
    tools.session.open_project(root)
    page = make_page(tools, "import")
    assert isinstance(page, ImportPage)
    assert len(page.results.photo_table.rows) == 6
    (problem,) = page.results.problem_table.rows
    assert "import again" in problem.message


def test_a_problem_leads_to_its_photo(page: ImportPage, opened: PageTools, qtbot: QtBot) -> None:
    opened.runner.start("Importing", lambda report: REPORT)
    qtbot.waitUntil(lambda: not opened.runner.active)
    opened.session.set_current_photo("004.png")
    page.results.problem_list.view.selectRow(page.results.problem_table.rows.index(ODD))
    assert opened.session.current_photo == "001.png"


def test_what_several_photos_fit_is_asked_and_imported_as_chosen(
    make_page: MakePage, tools: PageTools, qtbot: QtBot, tmp_path: Path
) -> None:
    home = tmp_path / "in"
    for folder in ("x", "y"):
        photo(home / folder / "a.jpg")
    cvat(home / "annotations.xml", "a.jpg")
    tools.session.create_project(tmp_path / "project")
    page = make_page(tools, "import")
    assert isinstance(page, ImportPage)
    results = page.results
    assert not results.isTabVisible(2)
    page.chooser.choose((home,))
    page.start_import()
    qtbot.waitUntil(lambda: not tools.runner.active and results.isTabVisible(2), timeout=20_000)
    assert not results.choices.take_button.isEnabled()
    (box,) = results.choices.findChildren(QComboBox)
    assert results.currentWidget() is results.choices
    for candidate in ("x/a.jpg", "y/a.jpg"):
        box.setCurrentIndex(box.findData(candidate))
        assert tools.session.current_photo == candidate
    results.choices.take_button.click()
    qtbot.waitUntil(lambda: not tools.runner.active, timeout=20_000)
    annotated = {entry.name: entry.annotated for entry in tools.session.photos}
    assert annotated == {"x/a.jpg": False, "y/a.jpg": True}
    assert not results.isTabVisible(2)


def test_the_report_is_saved_as_a_table_or_as_json(
    page: ImportPage, opened: PageTools, qtbot: QtBot, tmp_path: Path
) -> None:
    opened.runner.start("Importing", lambda report: REPORT)
    qtbot.waitUntil(lambda: not opened.runner.active)
    for name in ("report.csv", "report.json"):
        page.results.save_report(tmp_path / name)
    assert "lost.jpg" in (tmp_path / "report.csv").read_text("utf-8-sig")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["skipped"] == 1


def test_classes_and_formats_of_the_last_import_are_listed(
    page: ImportPage, opened: PageTools, qtbot: QtBot
) -> None:
    report = replace(REPORT, classes={"sky": ClassCount(2, 300), "cat": ClassCount(0, 0)})
    opened.runner.start("Importing", lambda _report: report)
    qtbot.waitUntil(lambda: not opened.runner.active)
    table = page.results.class_table
    shown = [[table.index(r, c).data() for c in range(4)] for r in range(table.rowCount())]
    assert shown == [["sky", "2", "300", "100.0%"], ["cat", "0", "0", "0.0%"]]
    assert page.results.format_table.index(0, 2).data() == "<annotation> with <polygon>"


def test_format_and_turned_photos_can_be_told(
    page: ImportPage, opened: PageTools, qtbot: QtBot, tmp_path: Path
) -> None:
    options = page.chooser.options
    assert options.text() == "&Options"
    options.choose("labelme-json", "stored")
    assert options.text() == "&Options (changed)"
    source = cvat(tmp_path / "annotations.xml", "000.png")
    page.chooser.choose((source,))
    ended: list[object] = []
    opened.runner.failed.connect(ended.append)
    page.start_import()
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
    assert "It looks like cvat-images" in str(ended[0])
    options.choose(None, "auto")
    assert (options.format, options.drawn, options.text()) == (None, "auto", "&Options")


def test_a_problem_that_is_chosen_can_be_read_as_a_whole(
    page: ImportPage, opened: PageTools, qtbot: QtBot
) -> None:
    opened.runner.start("Importing", lambda report: REPORT)
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.results.setCurrentWidget(page.results.problem_list)
    page.results.problem_list.view.selectRow(page.results.problem_table.rows.index(NOTE))
    texts = [shown.text() for shown in page.results.problem_list.findChildren(QLabel)]
    assert str(NOTE) in texts
