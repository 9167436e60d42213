"""The explore page on the tiny project: what its tiles and bars show, and how it is worked."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from segstudio.core.events import PhotoExplored
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette, PaletteClass
from segstudio.gui.item_models.gallery import TILE_ROLE, GalleryLine, Wish, arrange
from segstudio.gui.pages.explore import ExplorePage
from segstudio.gui.widgets.class_bars import columns
from segstudio.project.entries import PhotoEntry, Split

pytestmark = pytest.mark.gui
SKY, GROUND = 1, 2


@pytest.fixture
def project(opened):
    """Photo 0 has no outlines, photo 1 is lost, the label image of photo 2 is nearly empty."""
    made = opened.session.project
    photos = made.photos
    bare = photos[0].model_copy(update={"name": "bare.png", "annotated": False})
    made.store([(bare, None)])
    made.photo_path(photos[1]).unlink()
    parts = {e.name: "val" if e.name in ("002.png", "004.png") else "train" for e in photos}
    made.set_split(Split(parts=parts, method="random"), what="Split")
    return made


@pytest.fixture
def page(opened, project, make_page, qtbot) -> ExplorePage:
    made = make_page(opened, "explore")
    qtbot.waitUntil(lambda: made.counter.whole and not opened.runner.active)
    return made


def tile(page, name):
    index = page.parts.gallery.index(page.parts.gallery.row_of(name))
    return index.data(TILE_ROLE)


def seen(page, name, qtbot):
    """The picture of a tile as RGB bytes (H, W, 3) once it is there."""
    qtbot.waitUntil(lambda: tile(page, name).picture is not None)
    image = (
        tile(page, name)
        .picture.toImage()
        .convertToFormat(tile(page, name).picture.toImage().Format.Format_RGB888)
    )
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def names(page):
    return [line.name for line in page.parts.gallery.lines]


def press(qtbot, page, key):
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.parts.view, key)


def test_bars_tell_the_pixels_and_the_photos_of_every_class(page, project):
    truth = [read_label(project.label_path(e)) for e in project.photos if e.annotated]
    for line in page.parts.bars.lines:
        share = np.mean([(label == line.class_id).mean() for label in truth])
        photos = sum((label == line.class_id).any() for label in truth)
        assert line.words == (f"{share * 100:.1f} %", str(photos))
    assert [line.text() for line in page.parts.bars.lines] == ["background", "sky", "ground"]
    assert page.parts.note.text() == "Counted on 6 outlined photos."


def test_what_needs_a_look_is_told_on_its_tile(page, qtbot):
    assert (tile(page, "bare.png").state, tile(page, "bare.png").note) == ("bare", "no outlines")
    lost = tile(page, "001.png")
    assert (lost.state, lost.note) == ("lost", "photo not found  ·  train")
    qtbot.waitUntil(lambda: tile(page, "001.png").failed)
    assert tile(page, "001.png").picture is None
    assert tile(page, "002.png").note == "check  ·  2 classes"


def test_a_key_shows_one_class_alone_and_again_all(page, qtbot, project):
    photo = seen(page, "bare.png", qtbot)
    whole = seen(page, "000.png", qtbot)
    press(qtbot, page, Qt.Key.Key_3)
    assert page.chosen == GROUND
    assert [line.isChecked() for line in page.parts.bars.lines] == [False, False, True]
    alone = seen(page, "000.png", qtbot)
    label = read_label(project.label_path(project.photo("000.png")))
    changed = np.abs(alone - photo).max(axis=2) > 25
    assert changed[label == GROUND].mean() > 0.95
    assert changed[label != GROUND].mean() < 0.05
    share = (label == GROUND).mean() * 100
    assert tile(page, "000.png").note == f"train  ·  ground {share:.1f} %"
    press(qtbot, page, Qt.Key.Key_0)
    assert page.chosen is None
    assert np.array_equal(seen(page, "000.png", qtbot), whole)


def test_a_click_in_the_chart_chooses_and_lets_go(page, qtbot):
    line = page.parts.bars.lines[SKY]
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert page.chosen == SKY
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert page.chosen is None
    assert not page.parts.every.isEnabled()


def test_the_gallery_can_be_limited_and_sorted_by_the_chosen_class(page, qtbot, project):
    page.choose_class(SKY)
    page.parts.order.setCurrentIndex(1)
    assert page.parts.order.currentText() == "Most of it first"
    page.parts.only.setChecked(True)
    outlined = [e for e in project.photos if e.annotated]
    share = {e.name: (read_label(project.label_path(e)) == SKY).mean() for e in outlined}
    assert names(page) == sorted(share, key=lambda name: -share[name])
    page.parts.order.setCurrentIndex(2)
    assert names(page) == sorted(share, key=lambda name: share[name])
    assert page.parts.count.text() == "6 of 7 photos"


def test_photos_are_found_by_text_by_part_and_by_what_they_need(page):
    page.parts.search.setText("00")
    page.parts.part.setCurrentIndex(page.parts.part.findData("val"))
    assert names(page) == ["002.png", "004.png"]
    page.parts.clear_filters()
    page.parts.kind.setCurrentIndex(page.parts.kind.findData("look"))
    assert names(page) == ["001.png"]
    page.parts.kind.setCurrentIndex(page.parts.kind.findData("bare"))
    assert names(page) == ["bare.png"]
    page.parts.kind.setCurrentIndex(0)
    page.parts.order.setCurrentIndex(page.parts.order.findData("look"))
    assert names(page)[:2] == ["001.png", "bare.png"]


def test_a_photo_is_opened_large_stepped_in_the_order_shown_and_closed(page, qtbot, opened):
    page.parts.order.setCurrentIndex(page.parts.order.findData("look"))
    opened.session.set_current_photo("bare.png")
    press(qtbot, page, Qt.Key.Key_Return)
    assert page.large
    assert page.parts.said.text() == "Nothing is outlined on this photo yet."
    qtbot.waitUntil(lambda: page.parts.preview.view.image() is not None)
    assert "fit" in page.handlers()
    page.handlers()["next_photo"]()
    assert opened.session.current_photo == "000.png"
    page.handlers()["show_gallery"]()
    assert not page.large
    assert page.parts.view.currentIndex().row() == names(page).index("000.png")
    assert "show_gallery" not in page.handlers()


def test_the_large_photo_shows_the_chosen_class_alone(page, qtbot, opened, project):
    opened.session.set_current_photo("000.png")
    page.choose_class(SKY)
    page.show_large()
    view = page.parts.preview.view
    qtbot.waitUntil(lambda: view.image() is not None)
    label = read_label(project.label_path(project.photo("000.png")))
    alone = view.image().astype(int)
    page.toggle_overlay()
    qtbot.waitUntil(lambda: not np.array_equal(view.image(), alone))
    changed = np.abs(view.image().astype(int) - alone).max(axis=2) > 0
    assert not changed[label != SKY].any()
    assert changed[label == SKY].any()


def test_arrows_walk_the_tiles_and_letters_are_left_to_the_window(page, qtbot, opened):
    page.parts.view.setFocus()
    opened.session.set_current_photo("000.png")
    press(qtbot, page, Qt.Key.Key_Right)
    assert opened.session.current_photo == "001.png"
    press(qtbot, page, Qt.Key.Key_B)
    assert opened.session.current_photo == "001.png"


def test_colours_follow_the_palette_and_counts_an_edit(page, qtbot, opened):
    before = seen(page, "000.png", qtbot)
    opened.session.set_palette(opened.session.palette.recolored(SKY, "#ff0000"), "Colour")
    qtbot.waitUntil(lambda: not np.array_equal(seen(page, "000.png", qtbot), before))
    opened.session.set_palette(opened.session.palette.merged(SKY, GROUND), "Merge")
    assert [line.text() for line in page.parts.bars.lines] == ["background", "ground"]
    qtbot.waitUntil(lambda: page.parts.bars.lines[1].words == ("91.7 %", "6"))


def test_counting_makes_room_for_what_the_user_starts_and_goes_on_after(
    page, qtbot, opened, project, monkeypatch
):
    slow = threading.Event()

    def read(path):
        slow.wait(0.2)
        return read_label(path)

    monkeypatch.setattr("segstudio.jobs.label_counts.read_label", read)
    for store in project.cache.glob("label_pixels.json"):
        store.unlink()
    page.counter.forget()
    page.entered()
    qtbot.waitUntil(lambda: opened.runner.title == "Counting the classes")
    began, release = threading.Event(), threading.Event()

    def train(report):
        began.set()
        release.wait(10)

    opened.runner.start("Training", train)
    qtbot.waitUntil(began.is_set)
    assert not page.counter.whole
    slow.set()
    release.set()
    qtbot.waitUntil(lambda: page.counter.whole, timeout=10_000)
    assert page.counter.totals.counted == 6


def test_nothing_is_counted_for_a_window_that_is_to_close(page, qtbot, opened):
    qtbot.waitUntil(lambda: not opened.runner.active)
    opened.session.closing = True
    page.entered()
    assert not opened.runner.active


def test_another_project_starts_anew(page, qtbot, opened, tmp_path):
    page.choose_class(SKY)
    page.show_large()
    opened.session.create_project(tmp_path / "other", Palette.from_labels([("boat", None)]))
    assert page.chosen is None
    assert not page.large
    assert page.parts.gallery.rowCount() == 0
    assert page.blocked


def test_tiles_fill_the_width_and_thousands_cost_no_widget(page, qtbot):
    entries = [
        PhotoEntry(name=f"{i}", path=f"{i}.jpg", width=9, height=9, annotated=True, digest="")
        for i in range(5000)
    ]
    began = time.perf_counter()
    page.parts.gallery.set_lines([GalleryLine(entry, "") for entry in entries])
    QApplication.sendPostedEvents()
    page.parts.view.grab()
    assert time.perf_counter() - began < 2
    for width in (500, 777, 1301):
        page.parts.view.resize(width, 600)
        grid = page.parts.view.gridSize().width()
        bar = page.parts.view.verticalScrollBar().sizeHint().width()
        assert 0 <= (width - bar) % grid < grid / 4


def explored(name, pixels, state="sound"):
    return PhotoExplored(name, pixels, state)


def test_photos_that_nothing_is_known_of_come_last_and_hold_no_class():
    lines = [
        GalleryLine(
            PhotoEntry(name=n, path=n, width=2, height=2, annotated=True, digest=""), "train"
        )
        for n in "abcd"
    ]
    facts = {"b": explored("b", {0: 3, 1: 1}), "c": explored("c", {0: 1, 1: 2, 255: 1})}

    def order(**wish):
        return "".join(line.name for line in arrange(lines, facts, Wish(**wish), 0))

    assert order(order="most") == "cbad"
    assert order(order="least") == "bcad"
    assert order(order="most", class_id=0) == "bcad"
    assert order(class_id=1, only=True) == "bc"
    assert order(class_id=7, only=True) == ""
    assert order(words=" B ") == "b"


@pytest.mark.parametrize("width", [300, 360, 600])
@pytest.mark.parametrize("name", ["sky", "a class with a name of more than forty letters"])
def test_bars_and_numbers_never_overlap(qapp, width, name):
    metrics = QFontMetrics(qapp.font())
    at = columns(width, metrics, [name], 12_345)
    assert at.share >= at.name
    assert at.share_bar > 0
    assert at.photos_bar > 0
    assert at.share + at.share_bar + metrics.horizontalAdvance("28.9 %") < at.photos
    assert at.photos + at.photos_bar + metrics.horizontalAdvance("12,345") < at.end


def test_forty_classes_are_all_listed_and_only_nine_have_keys(page, opened, qtbot):
    classes = tuple(PaletteClass(id=i, name=f"class {i}", color="#808080") for i in range(40))
    page.parts.bars.show_classes(Palette(classes=classes))
    lines = page.parts.bars.lines
    assert len(lines) == 40
    assert "(9)" in lines[8].toolTip()
    assert "(" not in lines[9].toolTip()
