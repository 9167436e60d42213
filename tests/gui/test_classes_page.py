from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from segstudio.core.annotation import Annotation, Box, Mask, Polygon, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ChangeCounted, Reporter
from segstudio.core.label_image import read_label
from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.change_watch import ChangeWatch
from segstudio.gui.item_models.palette_table import NAME, PHOTOS, SHARE, TREATED, layers
from segstudio.gui.label_burner import LabelBurner
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.classes import ClassesPage
from segstudio.gui.previews import PreviewMaker, PreviewWish, scaled_annotation
from segstudio.gui.widgets.change_line import change_sentence
from segstudio.gui.widgets.import_classes import ImportClassesDialog
from segstudio.jobs.burn import burn

MakePage = Callable[[PageTools, str], Page]


@pytest.fixture
def page(make_page: MakePage, opened: PageTools, qtbot: QtBot) -> ClassesPage:
    made = make_page(opened, "classes")
    assert isinstance(made, ClassesPage)
    qtbot.waitUntil(lambda: made.preview.view.image() is not None)
    return made


def names(page: ClassesPage) -> list[str]:
    return [entry.name for entry in page.table.rows]


def cell(page: ClassesPage, class_id: int, column: int) -> str:
    return str(page.table.index(page.table.row_of(class_id), column).data())


def picture(page: ClassesPage) -> np.ndarray:
    shown = page.preview.view.image()
    assert shown is not None
    return shown.copy()


def told(page: ClassesPage, words: str) -> Callable[[], bool]:
    return lambda: words in page.change.text


def test_layers_lie_as_in_photo_applications() -> None:
    def made(**orders: int) -> Palette:
        return Palette(
            classes=tuple(
                PaletteClass(id=i, name=name, color="#000000", paint_order=order)
                for i, (name, order) in enumerate(orders.items())
            )
        )

    assert [e.name for e in layers(made(back=0, low=1, high=2))] == ["high", "low", "back"]
    # Where the export's own order decides, by number, with the background at the bottom.
    assert [e.name for e in layers(made(back=0, one=0, two=0))] == ["one", "two", "back"]


def test_moving_a_class_up_paints_it_later_and_changes_the_picture(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    assert names(page) == ["ground", "background", "sky"]
    page.choose(1)
    handlers = page.handlers()
    handlers["class_up"]()
    handlers["class_up"]()
    assert names(page) == ["sky", "ground", "background"]
    palette = opened.session.palette
    assert palette is not None
    assert palette.by_id(1).paint_order > palette.by_id(2).paint_order
    assert page.view.currentIndex().row() == 0
    page.move_chosen(-1)
    assert names(page)[0] == "sky"


def test_a_row_moved_by_drag_lands_where_it_was_dropped(page: ClassesPage) -> None:
    page.view.move_asked.emit(0, 2)
    assert names(page) == ["background", "sky", "ground"]


def test_a_new_colour_reaches_the_picture_and_can_be_undone(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    before = picture(page)
    page.edits.recolor(1, "#ff0000")
    qtbot.waitUntil(lambda: not np.array_equal(picture(page), before))
    opened.session.undo()
    qtbot.waitUntil(lambda: np.array_equal(picture(page), before))


def test_a_colour_being_tried_is_shown_but_not_stored(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    before, palette = picture(page), opened.session.palette
    assert palette is not None
    page.preview.try_palette(palette.recolored(1, QColor("red").name()))
    qtbot.waitUntil(lambda: not np.array_equal(picture(page), before))
    assert opened.session.palette == palette
    page.preview.try_palette(None)
    qtbot.waitUntil(lambda: np.array_equal(picture(page), before))


def test_names_are_edited_in_the_table_and_a_taken_one_is_refused(
    page: ClassesPage, opened: PageTools
) -> None:
    index = page.table.index(page.table.row_of(1), NAME)
    assert page.table.setData(index, "heaven")
    assert "heaven" in names(page)
    assert cell(page, 1, TREATED) == "own class"
    with pytest.raises(SegStudioError, match="used twice"):
        page.edits.rename(1, "ground")
    assert "heaven" in names(page)


def test_merging_and_ignoring_change_what_is_painted(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    page.choose(1)
    page.treat_as(2)
    assert cell(page, 1, TREATED) == "part of ground"
    qtbot.waitUntil(lambda: float(cell(page, 2, SHARE).rstrip(" %")) > 85)
    page.treat_as(IGNORE)
    assert cell(page, 1, TREATED) == "ignored"
    page.treat_as(None)
    assert cell(page, 1, TREATED) == "own class"


def test_what_no_outline_covers_can_be_ignored(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    qtbot.waitUntil(lambda: cell(page, 0, SHARE) == "8.3 %")
    page.edits.set_background(IGNORE)
    assert opened.session.palette is not None
    assert opened.session.palette.background_id == IGNORE
    qtbot.waitUntil(lambda: cell(page, 0, SHARE) == "–")


def test_photos_of_each_class_are_counted(qtbot: QtBot, page: ClassesPage) -> None:
    qtbot.waitUntil(lambda: cell(page, 1, PHOTOS) == "6")
    assert cell(page, 0, PHOTOS) == "0"


def test_hiding_the_overlay_shows_the_photo(qtbot: QtBot, page: ClassesPage) -> None:
    before = picture(page)
    page.handlers()["toggle_overlay"]()
    qtbot.waitUntil(lambda: not np.array_equal(picture(page), before))
    page.handlers()["toggle_overlay"]()
    qtbot.waitUntil(lambda: np.array_equal(picture(page), before))


def test_classes_rest_while_a_job_runs(qtbot: QtBot, page: ClassesPage, opened: PageTools) -> None:
    release = threading.Event()
    page.edits.recolor(1, "#ff0000")
    qtbot.waitUntil(told(page, "changes no pixel"))
    opened.runner.start("Training", lambda report: release.wait(5))
    assert "when the running job has ended" in page.change.text
    assert "class_up" not in page.handlers()
    assert not page.editor.isEnabled()
    assert not page.table.index(0, NAME).flags() & Qt.ItemFlag.ItemIsEditable
    release.set()
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert page.editor.isEnabled()


def test_an_edit_says_what_it_changes_with_undo_beside_it(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    project = opened.session.project
    assert project is not None
    before = [read_label(project.label_path(entry)) for entry in project.photos]
    page.choose(1)
    page.treat_as(2)
    sky = sum(int((label == 1).sum()) for label in before)
    ground = sum(int((label == 2).sum()) for label in before)
    every = sum(label.size for label in before)
    share = f"ground {100 * ground / every:,.0f} % to {100 * (sky + ground) / every:,.0f} %"
    words = f"This changes {sky:,} pixels in 6 of 6 photos: sky loses all it had, {share}."
    qtbot.waitUntil(lambda: page.change.text == words)
    assert not page.change.undo.isHidden()
    # Nothing was rewritten for that.
    assert all(
        np.array_equal(read_label(project.label_path(entry)), label)
        for entry, label in zip(project.photos, before, strict=True)
    )
    page.change.undo.click()
    assert cell(page, 1, TREATED) == "own class"
    assert page.change.undo.isHidden()
    assert "drag a row" in page.change.text


def test_colours_are_told_to_change_nothing(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    page.edits.recolor(1, "#ff0000")
    qtbot.waitUntil(told(page, "This changes no pixel in your 6 photos"))
    assert not page.change.undo.isHidden()


def test_what_is_held_over_another_place_is_shown_and_counted_but_not_stored(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    palette, before = opened.session.palette, picture(page)
    page.edits.set_background(IGNORE)
    stored = opened.session.palette
    qtbot.waitUntil(told(page, "background loses all it had"))
    page.view.move_tried.emit(0, 2)
    qtbot.waitUntil(told(page, "This changes no pixel"))
    assert page.change.undo.isHidden()
    page.choose(2)
    page.editor.treat_tried.emit(1)
    qtbot.waitUntil(told(page, "ground loses all it had"))
    qtbot.waitUntil(lambda: not np.array_equal(picture(page), before))
    assert opened.session.palette == stored != palette
    page.editor.trying_left.emit()
    qtbot.waitUntil(told(page, "background loses all it had"))
    assert not page.change.undo.isHidden()


def test_an_open_list_tries_what_is_under_the_cursor(qtbot: QtBot, page: ClassesPage) -> None:
    page.choose(1)
    tried: list[object] = []
    page.editor.treat_tried.connect(tried.append)
    page.editor.treat.showPopup()
    for _ in range(2):
        qtbot.keyClick(page.editor.treat.view(), Qt.Key.Key_Down)
    assert tried[-2:] == [0, 2]
    with qtbot.waitSignal(page.editor.trying_left):
        qtbot.keyClick(page.editor.treat.view(), Qt.Key.Key_Escape)
    assert cell(page, 1, TREATED) == "own class"


def test_the_newest_question_alone_is_answered(qtbot: QtBot, opened: PageTools) -> None:
    watch = ChangeWatch(opened.session)
    answers: list[ChangeCounted] = []
    watch.told.connect(answers.append)
    palette = opened.session.palette
    assert palette is not None
    for target in (2, IGNORE, 0):
        watch.ask(palette, palette.merged(1, target))
    qtbot.waitUntil(lambda: bool(answers))
    watch.ask(palette, palette.merged(2, 1))
    watch.rest()
    watch.close()
    qtbot.wait(80)
    assert [set(answer.gained) for answer in answers] == [{0}]


def test_small_shapes_are_put_on_top_where_a_class_cannot_be_seen(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    button = page.change.small_on_top
    qtbot.waitUntil(button.isEnabled)
    assert "drag a row" in page.change.text
    project = opened.session.project
    assert project is not None
    spot, whole = Shape("sky", Box(5, 5, 25, 25)), Shape("ground", Box(0, 0, 96, 64))
    project.store([(e, Annotation(e.name, 96, 64, (spot, whole), "a.xml")) for e in project.photos])
    flat = [e.model_copy(update={"paint_order": 0}) for e in project.palette.classes]
    opened.session.note_import()
    opened.session.set_palette(Palette(classes=tuple(flat)), "Flat")
    burn(project, Recorder())
    page.entered()
    qtbot.waitUntil(told(page, "sky is outlined, but other classes are painted over it"))
    button.click()
    assert names(page) == ["sky", "ground", "background"]
    qtbot.waitUntil(told(page, "This changes 2,400 pixels in 6 of 6 photos"))
    assert "sky 0 % to 6.5 %, ground 100 % to 93 %." in page.change.text
    assert "From now on the order is by class" in page.change.text
    assert button.isHidden()
    opened.session.undo()
    assert {entry.paint_order for entry in project.palette.classes} == {0}
    qtbot.waitUntil(told(page, "sky is outlined, but other classes are painted over it"))


def test_a_change_is_told_as_shares_and_a_small_one_in_pixels(palette: Palette) -> None:
    change = ChangeCounted(
        pixels=5_002,
        photos=1,
        counted=1,
        total=1,
        before={0: 90_000, 1: 5_000, 2: 5_000},
        lost={0: 2, 1: 5_000},
        gained={2: 5_002},
    )
    assert change_sentence(change, palette, palette) == (
        "This changes 5,002 pixels in 1 of 1 photo: ground 5.0 % to 10 %, sky loses all it had, "
        "background 2 fewer pixels."
    )


def test_nothing_is_said_of_order_where_all_comes_from_label_images(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    project = opened.session.project
    assert project is not None
    mask = Shape("sky", Mask(0, 0, 10, 10, "0 100"))
    project.store([(e, Annotation(e.name, 96, 64, (mask,), "a.png")) for e in project.photos])
    flat = [e.model_copy(update={"paint_order": 0}) for e in project.palette.classes]
    opened.session.set_palette(Palette(classes=tuple(flat)), "Flat")
    opened.session.note_import()
    qtbot.waitUntil(told(page, "What an edit changes"))
    qtbot.waitUntil(lambda: "order" not in page.change.text)


def test_a_row_dropped_between_two_lands_there(page: ClassesPage) -> None:
    def drop(row: int, part: float) -> None:
        rect = page.view.visualRect(page.table.index(row, NAME))
        at = QPointF(rect.left() + 5, rect.top() + part * rect.height())
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        page.view.dropEvent(QDropEvent(at, Qt.DropAction.MoveAction, QMimeData(), left, none))

    assert names(page) == ["ground", "background", "sky"]
    drop(1, 0.2)
    assert names(page) == ["ground", "background", "sky"]
    drop(1, 0.8)
    assert names(page) == ["background", "ground", "sky"]
    drop(0, 0.1)
    assert names(page) == ["ground", "background", "sky"]
    drop(2, 0.9)
    assert names(page) == ["background", "sky", "ground"]


def test_other_names_are_edited_in_the_field_and_a_taken_one_is_refused(
    page: ClassesPage, opened: PageTools
) -> None:
    page.choose(1)
    page.editor.aliases.setText(" heaven; clouds ;; heaven")
    page.editor.aliases.editingFinished.emit()
    palette = opened.session.palette
    assert palette is not None
    assert palette.by_id(1).aliases == ("heaven", "clouds")
    assert page.editor.aliases.text() == "heaven; clouds"
    with pytest.raises(SegStudioError, match='"ground" is used twice'):
        page.set_aliases(("ground",))
    assert page.editor.aliases.text() == "heaven; clouds"
    opened.session.undo()
    assert page.editor.aliases.text() == ""


def test_classes_are_added_on_top_and_only_unused_ones_removed(
    qtbot: QtBot, page: ClassesPage, opened: PageTools
) -> None:
    qtbot.waitUntil(lambda: cell(page, 1, PHOTOS) == "6")
    page.add_class("boat")
    assert names(page)[0] == "boat"
    assert page.view.currentIndex().row() == 0
    with pytest.raises(SegStudioError, match='"sky" is taken'):
        page.add_class("sky")
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    assert "boat" not in names(page)
    opened.session.undo()
    assert "boat" in names(page)
    for class_id, reason in ((1, "outlined in 6 photos"), (0, "what no outline covers")):
        page.choose(class_id)
        with pytest.raises(SegStudioError) as caught:
            page.remove_chosen()
        assert reason in caught.value.meaning
    page.edits.treat(1, 3)
    page.choose(3)
    with pytest.raises(SegStudioError) as caught:
        page.remove_chosen()
    assert "sky counts as boat" in caught.value.meaning


def test_classes_that_look_alike_are_told_and_cured_in_one_edit(
    page: ClassesPage, opened: PageTools
) -> None:
    assert page.alike.text == ""
    page.edits.recolor(2, "#57b4e9")
    assert page.alike.text == "sky and ground look alike."
    page.alike.cure.click()
    assert page.alike.text == ""
    opened.session.undo()
    assert page.alike.text == "sky and ground look alike."


def test_a_class_list_is_taken_over_after_it_was_shown(
    qtbot: QtBot,
    page: ClassesPage,
    opened: PageTools,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "classes.json"
    path.write_text('{"sky": 7, "boat": 7000}')
    with pytest.raises(SegStudioError, match="7000"):
        page.files.import_file(path)
    path.write_text('{"sky": 255, "ground": 9, "boat": 5, "background": 0}')
    before = opened.session.palette
    asked: list[ImportClassesDialog] = []
    answers = [QDialog.DialogCode.Rejected, QDialog.DialogCode.Accepted]

    def answer(dialog: ImportClassesDialog) -> QDialog.DialogCode:
        asked.append(dialog)
        assert opened.session.palette == before
        return answers.pop(0)

    monkeypatch.setattr(ImportClassesDialog, "exec", answer)
    page.files.import_file(path)
    assert opened.session.palette == before
    assert asked[0].lines == (
        "New classes: boat (id 5).",
        "Treated differently: sky is ignored.",
        "Ids never change, so these stay: ground is 2, not 9.",
    )
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime := QMimeData(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    page.dropEvent(event)
    palette = opened.session.palette
    assert palette is not None
    assert [entry.painted_id for entry in palette.classes] == [0, IGNORE, 2, 5]
    qtbot.waitUntil(told(page, "sky loses all it had, what is ignored 0 % to"))
    opened.session.undo()
    assert opened.session.palette == before


def test_the_chosen_kind_of_class_list_is_written(
    page: ClassesPage, opened: PageTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(_parent: object, _title: str, _name: str, kinds: str) -> tuple[str, str]:
        return str(tmp_path / "mine"), kinds.split(";;")[-1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    page.files.ask_export()
    written = json.loads((tmp_path / "mine.json").read_text())
    assert written == {"background": 0, "sky": 1, "ground": 2}


def test_only_outlined_photos_are_looked_at(
    make_page: MakePage, opened: PageTools, qtbot: QtBot
) -> None:
    project = opened.session.project
    assert project is not None
    bare = project.photos[0].model_copy(update={"name": "a.png", "annotated": False})
    project.store([(bare, None)])
    opened.session.note_import()
    opened.session.set_current_photo("a.png")
    page = make_page(opened, "classes")
    assert opened.session.current_photo == "000.png"
    assert isinstance(page, ClassesPage)
    page.preview.step(-1)
    assert opened.session.current_photo == "000.png"


def test_a_burn_of_the_palette_before_ends_with_the_next_edit(
    qtbot: QtBot, opened: PageTools
) -> None:
    LabelBurner(opened.session, opened.runner, opened.session, quiet_ms=10)
    begun, stopped = threading.Event(), threading.Event()

    def slow(report: Reporter) -> None:
        begun.set()
        while not report.stop_requested:
            time.sleep(0.005)
        stopped.set()

    opened.runner.start("Updating label images", slow, background=True)
    assert begun.wait(5)
    project = opened.session.project
    assert project is not None
    opened.session.set_palette(project.palette.merged(1, 2), "Merge sky")
    assert stopped.wait(5)
    qtbot.waitUntil(project.labels_current, timeout=5000)


def test_label_images_follow_the_palette_in_the_background(qtbot: QtBot, opened: PageTools) -> None:
    burner = LabelBurner(opened.session, opened.runner, quiet_ms=10)
    project = opened.session.project
    assert project is not None
    entry = project.photos[0]
    assert (read_label(project.label_path(entry)) == 1).any()
    opened.session.set_palette(project.palette.merged(1, 2), "Merge sky")
    opened.session.set_palette(project.palette.recolored(2, "#00ff00"), "Colour of ground")
    qtbot.waitUntil(project.labels_current, timeout=5000)
    assert not (read_label(project.label_path(entry)) == 1).any()
    # Counted as well, so that the next edit is told at once.
    qtbot.waitUntil((project.cache / "label_pixels.json").is_file)
    assert burner.parent() is None


def test_outlines_are_scaled_for_the_preview() -> None:
    shapes = (
        Shape("a", Polygon(((0, 0), (10, 0), (10, 20))), 3, 7),
        Shape("b", Box(0, 0, 4, 2)),
    )
    scaled = scaled_annotation(Annotation("p", 100, 100, shapes, "s"), 0.5, 0.25)
    assert scaled.shapes[0] == Shape("a", Polygon(((0, 0), (5, 0), (5, 5))), 3, 7)
    assert scaled.shapes[1].geometry.outline() == ((0, 0), (2, 0), (2, 0.5), (0, 0.5))


def test_a_preview_paints_what_the_label_image_holds(opened: PageTools) -> None:
    project = opened.session.project
    assert project is not None
    entry = project.photos[0]
    made = PreviewMaker().make(PreviewWish(project, entry, project.palette, 1.0))
    assert np.array_equal(made.label, read_label(project.label_path(entry)))
    assert made.factor == 1
    assert tuple(made.rgb[2, 50]) == (0x56, 0xB4, 0xE9)
