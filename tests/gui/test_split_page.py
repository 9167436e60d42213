"""The split page on the tiny project: it proposes, compares, locks, and says what that means."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from segstudio.core.errors import SegStudioError
from segstudio.gui.theme import LIGHT, style_sheet
from segstudio.gui.widgets.split_bars import numbers, spelled
from segstudio.jobs.split import Stopped
from segstudio.project.entries import Split

pytestmark = pytest.mark.gui


def proposed(page, qtbot, tools):
    qtbot.waitUntil(lambda: page.result is not None and not tools.runner.active)
    return page.result


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "split")
    proposed(made, qtbot, opened)
    return made


def again(page, qtbot, tools):
    """Wait for the proposal that follows a change."""
    before = page.result
    qtbot.waitUntil(lambda: page.result is not before and not tools.runner.active)
    return proposed(page, qtbot, tools)


def test_a_proposal_is_shown_and_nothing_is_locked(page, opened):
    assert opened.session.project.split is None
    assert page.result.photos == {"train": 5, "val": 1, "test": 0}
    names = [line.row.name for line in page.parts.bars.lines]
    assert names == ["All photos", "background", "sky", "ground"]
    assert page.parts.bars.lines[0].row.after == {"train": 5, "val": 1, "test": 0}
    assert page.parts.bars.lines[0].row.before == page.result.chance.photos
    assert "Not locked yet" in page.parts.state.text()


def test_locking_is_one_edit_that_can_be_undone(page, opened, qtbot):
    qtbot.mouseClick(page.parts.lock, Qt.MouseButton.LeftButton)
    project = opened.session.project
    assert project.split.counts() == {"train": 5, "val": 1, "test": 0}
    proposed(page, qtbot, opened)
    assert page.parts.lock.text() == "This split is locked"
    assert not page.parts.lock.isEnabled()
    assert "Locked: 5 train, 1 check" in page.parts.state.text()
    opened.session.undo()
    assert project.split is None
    proposed(page, qtbot, opened)
    assert page.parts.lock.isEnabled()


def test_every_choice_changes_the_proposal(page, opened, qtbot):
    page.parts.shares["train"].setValue(50)
    page.parts.shares["val"].setValue(30)
    page.parts.shares["test"].setValue(20)
    assert again(page, qtbot, opened).photos == {"train": 3, "val": 2, "test": 1}
    assert not opened.session.project.split
    page.parts.method.setCurrentIndex(page.parts.method.findData("random"))
    first = again(page, qtbot, opened)
    assert first.split.method == "random"
    page.parts.seed.setValue(3)
    second = again(page, qtbot, opened)
    assert second.split.seed == 3
    assert second.split.parts != first.split.parts


def test_photos_or_pixels_are_counted(page):
    sky = next(line for line in page.parts.bars.lines if line.row.name == "sky")
    assert sky.row.after == {"train": 5, "val": 1, "test": 0}
    page.parts.what.setCurrentIndex(1)
    sky = next(line for line in page.parts.bars.lines if line.row.name == "sky")
    assert sky.row.after == page.result.after.pixels["sky"]
    assert page.parts.bars.lines[0].row.after == {"train": 5, "val": 1, "test": 0}


def test_what_cannot_be_done_is_told_on_the_page(page, opened, qtbot):
    page.parts.method.setCurrentIndex(page.parts.method.findData("given"))
    qtbot.waitUntil(lambda: "do not lie in folders" in page.parts.notes.text())
    assert not page.parts.lock.isEnabled()
    page.parts.method.setCurrentIndex(page.parts.method.findData("pixels"))
    qtbot.waitUntil(lambda: page.result is not None)
    assert page.parts.lock.isEnabled()
    assert "folders" not in page.parts.notes.text()


def test_leaving_while_it_looks_is_no_failure(page, opened, qtbot, monkeypatch):
    """The worker is free at once, nothing is told, and coming back begins anew."""
    failures = []
    opened.runner.failed.connect(failures.append)
    began = []

    def run(request, report):
        began.append(request)
        while not report.stop_requested:
            time.sleep(0.01)
        raise Stopped("Stopped.")

    monkeypatch.setattr("segstudio.jobs.split.run", run)
    page.parts.seed.setValue(5)
    qtbot.waitUntil(lambda: len(began) == 1)
    page.hide()
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert failures == []
    monkeypatch.undo()
    page.show()
    qtbot.waitUntil(lambda: page.result.split.seed == 5)


def test_the_failure_of_another_job_is_not_told_here(page, opened, qtbot):
    def fail(report):
        raise SegStudioError("The disk is full.")

    opened.runner.start("Something else", fail)
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert "disk" not in page.parts.notes.text()
    assert page.result is not None


def test_groups_and_leaks_are_listed(opened, make_page, qtbot):
    project = opened.session.project
    one, other = project.photos[:2]
    project.photo_path(other).write_bytes(project.photo_path(one).read_bytes())
    parts = {e.name: "train" for e in project.photos} | {other.name: "val"}
    project.set_split(Split(parts=parts, method="given"), "Given")
    page = make_page(opened, "split")
    proposed(page, qtbot, opened)
    assert page.parts.together.count() == 1
    assert page.parts.together.item(0).text().startswith("000.png and 1 more")
    assert page.parts.leaks.isHidden()
    assert page.parts.leaks_title.text() == "Too easy to check: 0 (before: 1)"
    page.parts.keep.setChecked(False)
    again(page, qtbot, opened)
    assert page.parts.together_title.text().startswith("Alike, but dealt one by one")


def test_another_split_than_that_of_earlier_runs_is_warned_of(opened, make_page, qtbot):
    project = opened.session.project
    folder = project.root / "runs" / "20250101-000000-a"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model": "m"}))
    parts = {e.name: "train" for e in project.photos} | {"000.png": "val", "001.png": "val"}
    project.set_split(Split(parts=parts, method="given"), "Given")
    page = make_page(opened, "split")
    proposed(page, qtbot, opened)
    assert "cannot be compared" in page.parts.warning.text()
    page.lock()
    proposed(page, qtbot, opened)
    assert page.parts.warning.text() == ""


def test_numbers_are_counts_or_shares():
    counts = {"train": 8, "val": 2, "test": 0}
    assert numbers(counts, as_share=False) == "8 / 2"
    assert numbers(counts, as_share=True) == "80 / 20 %"
    assert numbers({"train": 7, "val": 2, "test": 1}, as_share=False) == "7 / 2 / 1"
    assert numbers(dict.fromkeys(counts, 0), as_share=True) == "\N{EN DASH}"
    assert spelled(counts) == "80 % train, 20 % check"


def test_what_is_not_there_gets_no_list_and_no_zeros(opened, make_page, qtbot):
    page = make_page(opened, "split")
    qtbot.waitUntil(lambda: page.result is not None)
    page.parts.show_result(replace(page.result, bursts=()), opened.session.palette)
    assert page.parts.together_title.text() == "No photos show nearly the same"
    assert page.parts.together.isHidden()


def test_every_way_to_deal_photos_out_can_be_read(opened, make_page, qtbot):
    page = make_page(opened, "split")
    page.setStyleSheet(style_sheet(LIGHT, 13))
    QApplication.processEvents()
    method = page.parts.method
    words = [method.itemText(place) for place in range(method.count())]
    assert max(map(method.fontMetrics().horizontalAdvance, words)) <= method.width() - 44


def test_the_seed_is_explained_where_it_is_shown(page):
    shown = [made.text() for made in page.findChildren(QLabel) if made.isVisible()]
    assert any("Another number deals the photos out otherwise" in text for text in shown)
