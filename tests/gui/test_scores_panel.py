"""All scores of a run and the comparison of two, in the window; numbers come from files."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFileDialog

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.edges import EdgeCounts, PhotoCounts
from segstudio.core.files import write_json
from segstudio.gui.widgets.confusion_grid import ConfusionGrid
from segstudio.gui.widgets.difference_bars import SHARE_ROLE, bar_of
from segstudio.gui.widgets.scores_panel import ScoresPanel
from segstudio.project.entries import Split
from segstudio.review.ranking import load_scores
from segstudio.review.scores import Scores

pytestmark = pytest.mark.gui
NAMES = ("background", "sky", "ground")
PHOTOS = ["000.png", "002.png", "004.png"]


def add_run(project, name: str, right: int):
    """Leave a scored run behind, `right` of 100 pixels of the sky found on each photo."""
    folder = project.new_run_folder(name)
    write_json(folder / "config.json", {"model": "x", "lr": right / 1000})
    (folder / "best.safetensors").write_bytes(b"0" * 1000)
    lines = '{"epoch": 1, "val_miou": 0.5, "val_miou_low": 0.4, "val_miou_high": 0.6}\n'
    (folder / "history.jsonl").write_text(lines)
    matrices = [
        ConfusionMatrix(np.array([[50, 0, 0], [100 - right + n, right - n, 0], [0, 4, 596]]))
        for n in range(3)
    ]
    edges = EdgeCounts(np.array([5, 8, 9]), np.array([10, 10, 10]), 20, 15)
    counts = tuple(
        PhotoCounts(photo, matrix, edges) for photo, matrix in zip(PHOTOS, matrices, strict=True)
    )
    Scores(folder.name, "val", NAMES, 0, counts).write(folder)
    return folder


@pytest.fixture
def project(opened):
    made = opened.session.project
    parts = {e.name: "val" if e.name in PHOTOS else "train" for e in made.photos}
    made.set_split(Split(parts=parts, method="random"), what="Split")
    return made


@pytest.fixture
def panel(qtbot, project):
    made = ScoresPanel()
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    scores = load_scores(add_run(project, "one", 40))
    assert scores is not None
    made.show_scores(scores, project.palette)
    return made


def test_figures_ranges_and_warnings_are_those_of_the_file(panel):
    assert panel.figures["edges"].value.text() == "0.73"
    assert panel.figures["at_edges"].value.text() == "75.0 %"
    assert " to " in panel.figures["miou"].range.text()
    assert re.fullmatch(r"\d+ % to \d+ %", panel.figures["accuracy"].range.text())
    assert "sky is mostly lost: 61% of it is taken for background." in panel.warnings.text()
    assert "only 3 photos" in panel.likely.text()


def test_classes_are_sorted_by_how_frequent_they_are_and_by_a_heading(panel):
    assert panel.table.names() == ["ground", "sky", "background"]
    panel.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert panel.table.names()[0] == "sky" or panel.table.names()[0] == "background"
    row = panel.table.names().index("sky")
    assert [panel.table.sorted.index(row, c).data() for c in (1, 5, 6, 7)] == [
        "13.3 %",
        "0.39",
        "0.80",
        "3/3",
    ]


def test_a_cell_of_the_matrix_is_read_by_mouse_and_by_keyboard(panel, qtbot):
    grid, chosen = panel.grid, []
    grid.cell_chosen.connect(lambda row, column: chosen.append((row, column)))
    place = grid.view.visualRect(grid.model.index(1, 0)).center()
    qtbot.mouseClick(grid.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    said = "sky taken for background: 183 pixels, 61 % of all that is sky."
    assert grid.sentence.text() == said
    qtbot.keyClick(grid.view, Qt.Key.Key_Right)
    assert grid.sentence.text() == "sky rightly found: 117 pixels, 39 % of all that is sky."
    assert chosen == [(1, 0), (1, 1)]


def test_rows_add_up_and_a_class_on_no_photo_is_no_zero(qtbot):
    grid = ConfusionGrid()
    qtbot.addWidget(grid)
    grid.show_matrix(("a", "b"), np.array([[3, 1], [0, 0]], np.int64))
    assert [grid.model.share(0, c) for c in (0, 1)] == [0.75, 0.25]
    assert grid.model.share(1, 0) is None
    assert grid.model.sentence(1, 0) == "b is outlined on none of these photos."


def test_the_review_page_shows_all_scores_and_photos_by_their_edges(
    opened, project, make_page, qtbot
):
    add_run(project, "one", 40)
    page = make_page(opened, "review")
    page.handlers()["show_scores"]()
    assert page.parts.panel.isVisible()
    page.handlers()["show_scores"]()
    assert not page.parts.panel.isVisible()
    page.parts.order.setCurrentIndex(1)
    page.parts.order.activated.emit(1)
    assert page.parts.photos.photos.lines[0].score == pytest.approx((0.5 + 0.8 + 0.9) / 3)


def test_runs_are_compared_and_a_photo_leads_back_to_the_review(opened, project, make_page, qtbot):
    names = [add_run(project, name, right).name for name, right in (("one", 40), ("two", 70))]
    page = make_page(opened, "review")
    page.handlers()["compare_runs"]()
    dialog = page.comparison
    qtbot.waitUntil(lambda: "too few to be sure" in dialog.sentence.text())
    assert dialog.pair == tuple(sorted(names))
    assert [row.name for row in dialog.runs.rows] == sorted(names)[::-1]
    assert "Learning rate" in dialog.runs.columns
    shares = [dialog.photos.index(row, 3).data(SHARE_ROLE) for row in range(3)]
    assert max(shares) == 1
    assert all(0 < share <= 1 for share in shares)
    assert not dialog.left_out.isVisible()
    assert len(dialog.plot.series) == 2
    assert dialog.photos.rows[0].difference > 0
    asked = []
    page.page_requested.connect(asked.append)
    dialog.photo_view.activated.emit(dialog.photos.index(1, 0))
    assert asked == ["review"]
    assert opened.session.current_photo == dialog.photos.rows[1].photo
    dialog.close()


def test_a_loss_is_a_bar_to_the_left_and_the_largest_reaches_the_end():
    cell = QRect(0, 0, 264, 34)
    worst, half, same = (bar_of(cell, share) for share in (-1.0, 0.5, 0.0))
    assert (worst.left(), worst.right()) == (64, 164)
    assert (half.left(), half.right()) == (164, 214)
    assert same.width() == 0


def test_a_run_that_was_not_scored_says_so_in_the_comparison(opened, project, make_page, qtbot):
    add_run(project, "one", 40)
    (add_run(project, "two", 70) / "photo_scores.json").unlink()
    page = make_page(opened, "review")
    page.compare_runs()
    qtbot.waitUntil(lambda: "no scores per photo" in page.comparison.sentence.text())
    page.comparison.close()


def test_the_curves_of_an_earlier_run_are_saved_as_picture_or_table(
    opened, project, make_page, qtbot, monkeypatch, tmp_path
):
    run = add_run(project, "one", 40).name
    page = make_page(opened, "train")
    page.show_earlier(run)
    for name, kind in (("curves.png", "Picture (*.png)"), ("numbers", "Table (*.csv)")):
        chosen = str(tmp_path / name), kind
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, chosen=chosen: chosen)
        page.run_view.save_button.click()
        written = tmp_path / (name if "." in name else f"{name}.csv")
        qtbot.waitUntil(written.is_file)
