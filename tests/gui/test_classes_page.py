from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from segstudio.core.annotation import Annotation, Box, Polygon, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import read_label
from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.gui.item_models.palette_table import NAME, PHOTOS, SHARE, TREATED, layers
from segstudio.gui.label_burner import LabelBurner
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.classes import ClassesPage
from segstudio.gui.previews import PreviewMaker, PreviewWish, scaled_annotation

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
    opened.runner.start("Training", lambda report: release.wait(5))
    assert "class_up" not in page.handlers()
    assert not page.editor.isEnabled()
    assert not page.table.index(0, NAME).flags() & Qt.ItemFlag.ItemIsEditable
    release.set()
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert page.editor.isEnabled()


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
