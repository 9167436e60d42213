"""The review page on a scored run of the tiny project; every prediction is written by the test."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from segstudio.core.files import write_json
from segstudio.core.label_image import read_label, write_label
from segstudio.core.overlay import ErrorKind, blend, blend_errors, error_map
from segstudio.gui.widgets.mode_bar import ErrorLegend
from segstudio.jobs.evaluate import prediction_path
from segstudio.photos.reader import read_photo
from segstudio.project.entries import Split
from segstudio.review.layers import Mode

pytestmark = pytest.mark.gui
WORST_FIRST = ["004.png", "002.png", "000.png"]


def add_run(project, *, scored: bool):
    folder = project.new_run_folder("run")
    write_json(folder / "config.json", {"model": "x"})
    (folder / "best.safetensors").write_bytes(b"")
    if not scored:
        return folder
    photos = [{"photo": n, "miou": m} for n, m in zip(WORST_FIRST, (0.3, 0.6, 0.9), strict=True)]
    classes = {
        "background": {"iou": None, "dice": None, "precision": None, "recall": None},
        "sky": {"iou": 0.95, "dice": 0.97, "precision": 0.96, "recall": 0.98},
        "ground": {"iou": 0.3, "dice": 0.4, "precision": 0.5, "recall": 0.3},
    }
    scores = {"split": "val", "miou": 0.62, "pixel_accuracy": 0.8, "photos": photos}
    write_json(folder / "scores.json", {**scores, "classes": classes, "confusion": []})
    for name in WORST_FIRST:
        truth = read_label(project.label_path(project.photo(name)))
        write_label(prediction_path(folder, "val", name), np.roll(truth, 9), project.palette)
    return folder


@pytest.fixture
def project(opened):
    made = opened.session.project
    parts = {e.name: "val" if e.name in WORST_FIRST else "train" for e in made.photos}
    made.set_split(Split(parts=parts, method="random"), what="Split")
    return made


@pytest.fixture
def page(opened, project, make_page, qtbot):
    add_run(project, scored=True)
    made = make_page(opened, "review")
    qtbot.waitUntil(lambda: shown(made) is not None)
    return made


def shown(page):
    return page.parts.compare.view.image()


def layers_of(project, name, run_folder):
    photo = read_photo(project.photo_path(project.photo(name)))
    truth = read_label(project.label_path(project.photo(name)))
    return photo, truth, read_label(prediction_path(run_folder, "val", name))


def wait_for(qtbot, page, picture):
    qtbot.waitUntil(lambda: shown(page) is not None and np.array_equal(shown(page), picture))


def names(page):
    return [line.name for line in page.parts.photos.photos.lines]


def test_the_worst_photo_is_first_and_in_front(page, opened):
    assert names(page)[:3] == WORST_FIRST
    assert set(names(page)[3:]) == {"001.png", "003.png", "005.png"}
    assert opened.session.current_photo == "004.png"
    assert "overlap 0.30" in page.parts.caption.text()


def test_the_header_says_in_words_how_good_it_is(page):
    assert page.parts.headline.text().startswith("Average overlap 0.62 (0 none, 1 perfect) on 3")


def test_classes_are_listed_with_their_scores_and_a_dash_where_there_is_none(page):
    assert [line.number for line in page.parts.legend.lines] == ["\N{EN DASH}", "0.95", "0.30"]


def test_modes_show_exactly_the_overlays(page, project, qtbot):
    folder = project.runs()[-1].path
    photo, truth, prediction = layers_of(project, "004.png", folder)
    palette = project.palette
    wait_for(qtbot, page, blend(photo, prediction, palette, opacity=0.5))
    page.handlers()["show_truth"]()
    wait_for(qtbot, page, blend(photo, truth, palette, opacity=0.5))
    page.handlers()["show_errors"]()
    wait_for(qtbot, page, blend_errors(photo, error_map(truth, prediction, 0), opacity=0.5))
    page.handlers()["show_photo"]()
    wait_for(qtbot, page, photo)
    page.handlers()["show_side_by_side"]()
    wait_for(qtbot, page, blend(photo, truth, palette, opacity=0.5))
    right = page.parts.compare.views[1]
    np.testing.assert_array_equal(right.image(), blend(photo, prediction, palette, opacity=0.5))
    assert right.isVisible()


def test_side_by_side_zooms_and_pans_as_one(page, qtbot):
    page.set_mode(Mode.SIDE_BY_SIDE)
    left, right = page.parts.compare.views
    qtbot.waitUntil(right.isVisible)
    left.zoom_by(3.0)
    assert right.viewport == left.viewport
    right.pan_by(10, 5)
    assert left.viewport == right.viewport


def test_opacity_and_hidden_classes_change_the_picture(page, project, qtbot):
    photo, _, prediction = layers_of(project, "004.png", project.runs()[-1].path)
    page.parts.opacity.setValue(80)
    wait_for(qtbot, page, blend(photo, prediction, project.palette, opacity=0.8))
    line = page.parts.legend.lines[1]
    qtbot.keyClick(line, Qt.Key.Key_Space)
    hidden = {line.entry.id}
    wait_for(qtbot, page, blend(photo, prediction, project.palette, opacity=0.8, hidden=hidden))


def test_holding_h_shows_the_bare_photo(page, project, qtbot):
    photo, _, prediction = layers_of(project, "004.png", project.runs()[-1].path)
    qtbot.keyPress(page.parts.photos, Qt.Key.Key_H)
    wait_for(qtbot, page, photo)
    qtbot.keyRelease(page.parts.photos, Qt.Key.Key_H)
    wait_for(qtbot, page, blend(photo, prediction, project.palette, opacity=0.5))


def test_space_and_the_go_menu_walk_down_the_list(page, opened, qtbot):
    qtbot.keyClick(page.parts.photos, Qt.Key.Key_Space)
    assert opened.session.current_photo == WORST_FIRST[1]
    page.handlers()["next_photo"]()
    assert opened.session.current_photo == WORST_FIRST[2]
    page.handlers()["previous_photo"]()
    assert opened.session.current_photo == WORST_FIRST[1]
    assert page.parts.photos.currentIndex().row() == 1


def test_the_next_photo_is_there_at_once_when_preloaded(page, qtbot):
    loaded = page.pictures._source
    qtbot.waitUntil(lambda: len(loaded._ready) >= 6)
    began = time.perf_counter()
    before = shown(page)
    page.step(1)
    assert shown(page) is not before
    assert time.perf_counter() - began < 0.05


def test_a_photo_that_was_not_scored_says_why(page, opened, qtbot):
    opened.session.set_current_photo("001.png")
    qtbot.waitUntil(lambda: "was not scored" in page.parts.hint.text())


def test_a_photo_that_is_gone_is_told_in_its_place(page, project, opened, qtbot):
    (project.root / "photos" / "005.png").unlink()
    opened.session.set_current_photo("005.png")
    qtbot.waitUntil(lambda: "005.png" in page.parts.compare.view.text)


def test_the_classes_under_the_cursor_are_named(page, qtbot):
    said = []
    page.class_hovered.connect(said.append)
    page.parts.compare.hovered.emit(50, 3)
    assert said == ["yours: sky   model: sky"]


def test_a_run_without_scores_offers_to_score_it(opened, project, make_page, monkeypatch, qtbot):
    folder = add_run(project, scored=False)
    asked = []
    monkeypatch.setattr(
        "segstudio.jobs.evaluate.run", lambda request, report: asked.append(request)
    )
    page = make_page(opened, "review")
    assert page.parts.headline.text() == "This run has not been scored yet."
    qtbot.waitUntil(lambda: "no prediction" in page.parts.hint.text())
    page.parts.score_button.click()
    qtbot.waitUntil(lambda: bool(asked))
    assert (asked[0].run, asked[0].part) == (folder.name, "val")


def test_new_scores_are_taken_up(opened, project, make_page):
    page = make_page(opened, "review")
    assert names(page) == []
    add_run(project, scored=True)
    opened.session.note_runs()
    assert names(page)[:3] == WORST_FIRST


def test_the_error_legend_leaves_out_what_cannot_happen(qtbot, palette):
    legend = ErrorLegend()
    qtbot.addWidget(legend)
    legend.show_palette(palette)
    assert legend.kinds == {ErrorKind.MISSED, ErrorKind.EXTRA, ErrorKind.MIXED}
    zero = palette.by_id(0)
    legend.show_palette(palette.with_class(zero.model_copy(update={"map_to": 255})))
    assert legend.kinds == {ErrorKind.MIXED}


def test_the_way_from_a_bad_photo_back_to_the_import_is_told(page):
    asked = []
    page.page_requested.connect(asked.append)
    page.parts.import_button.click()
    assert asked == ["import"]
