"""The canvas: what stays under the cursor, what is painted, which pixel is named."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from segstudio.gui.widgets.image_view import ImageView

pytestmark = pytest.mark.gui


@pytest.fixture
def view(qtbot):
    widget = ImageView()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    return widget


def pixel(widget: ImageView, x: int, y: int) -> tuple[int, int, int]:
    color = QColor(widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).pixel(x, y))
    return color.red(), color.green(), color.blue()


def halves(height: int = 60, width: int = 80) -> np.ndarray:
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, width // 2 :] = (255, 0, 0)
    return photo


def test_fit_shows_the_whole_photo_in_its_place(view):
    view.set_image(halves())
    assert view.viewport.scale == pytest.approx(5.0)
    assert pixel(view, 100, 150) == (0, 0, 0)
    assert pixel(view, 300, 150) == (255, 0, 0)


def test_a_large_photo_is_painted_from_a_halving_with_the_same_colours(view):
    view.set_image(halves(2400, 3200))
    assert pixel(view, 100, 150) == (0, 0, 0)
    assert pixel(view, 300, 150) == (255, 0, 0)


def test_zooming_keeps_the_photo_point_under_the_cursor(view):
    view.set_image(halves(600, 800))
    cursor = QPointF(310.0, 80.0)
    before = view.viewport.to_photo(cursor, view.size())
    view.zoom_by(4.0, cursor)
    after = view.viewport.to_photo(cursor, view.size())
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


def test_pixels_are_crisp_when_magnified(view):
    view.set_image(halves(6, 8))
    view.zoom_by(1.0)
    edge = {pixel(view, x, 150) for x in range(190, 210)}
    assert edge == {(0, 0, 0), (255, 0, 0)}


def test_double_click_toggles_fit_and_hundred_percent(view, qtbot):
    view.set_image(halves(600, 800))
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert view.zoom == pytest.approx(1.0)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert view.viewport.fitted


def test_keys_zoom_and_fit(view, qtbot):
    view.set_image(halves(600, 800))
    fitted = view.zoom
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(fitted * 1.25)
    qtbot.keyClick(view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(1.0)
    qtbot.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.viewport.fitted


def test_hover_names_the_pixel_and_leaving_is_told_once(view, qtbot):
    view.set_image(halves(30, 80))
    seen: list[tuple[int, int]] = []
    gone: list[None] = []
    view.hovered.connect(lambda x, y: seen.append((x, y)))
    view.left.connect(lambda: gone.append(None))
    qtbot.mouseMove(view, QPoint(202, 150))
    qtbot.mouseMove(view, QPoint(202, 5))
    qtbot.mouseMove(view, QPoint(210, 5))
    assert seen == [(40, 15)]
    assert len(gone) == 1


def test_keep_view_keeps_the_place_only_for_a_photo_of_the_same_size(view):
    view.set_image(halves(600, 800))
    view.zoom_by(6.0, QPointF(30, 30))
    place = view.viewport
    view.set_image(halves(600, 800)[:, ::-1], keep_view=True)
    assert view.viewport == place
    view.set_image(halves(500, 800), keep_view=True)
    assert view.viewport.fitted


def test_panning_stops_at_the_border(view):
    view.set_image(halves(600, 800))
    view.actual_size()
    view.pan_by(100_000, 100_000)
    corner = view.viewport.to_photo(QPointF(0, 0), view.size())
    assert (corner.x(), corner.y()) == pytest.approx((0.0, 0.0))


def test_clear_shows_the_sentence(view):
    view.set_image(halves())
    view.clear("Choose a photo.")
    assert view.image() is None
    assert view.text == "Choose a photo."
