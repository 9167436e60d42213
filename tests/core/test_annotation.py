from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.annotation import Box, Ellipse, Mask, Move, Polygon


@st.composite
def bitmaps(draw: st.DrawFn) -> npt.NDArray[np.bool_]:
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    pixels = draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    return np.array(pixels, np.bool_).reshape(height, width)


def test_a_polygon_is_its_own_outline() -> None:
    points = ((0.0, 0.0), (4.0, 0.0), (0.0, 3.0))
    assert Polygon(points).outline() == points


def test_a_box_has_four_corners() -> None:
    assert Box(1, 2, 5, 4).outline() == ((1, 2), (5, 2), (5, 4), (1, 4))


def test_a_box_turns_clockwise_on_the_screen_about_its_centre() -> None:
    quarter = Box(0, 0, 4, 2, rotation=90).outline()
    expected = ((3, -1), (3, 3), (1, 3), (1, -1))
    for corner, wanted in zip(quarter, expected, strict=True):
        assert corner == pytest.approx(wanted)


def test_an_ellipse_is_the_curve_itself_and_turns_like_a_box() -> None:
    ellipse = Ellipse((10.0, 5.0), 6.0, 2.0, rotation=90)
    for x, y in ellipse.outline():
        assert ((x - 10) / 2) ** 2 + ((y - 5) / 6) ** 2 == pytest.approx(1)


@given(bitmaps())
def test_a_mask_keeps_every_pixel_of_a_bitmap(bitmap: npt.NDArray[np.bool_]) -> None:
    mask = Mask.of_bitmap(bitmap, left=3, top=-2)
    again = np.zeros_like(bitmap)
    if mask is not None:
        rows = slice(mask.top + 2, mask.top + 2 + mask.height)
        again[rows, mask.left - 3 : mask.left - 3 + mask.width] = mask.bitmap()
        assert mask.bitmap()[0].any()
        assert mask.bitmap()[:, -1].any()
    np.testing.assert_array_equal(again, bitmap)


@pytest.mark.parametrize(
    ("box", "runs", "what"),
    [
        ((0, 0, 3, 2), [1, 2], "add up to 3"),
        ((0, 0, 3, 2), [7, -1], "negative"),
        ((0, 0, 0, 2), [], "0 x 2"),
    ],
)
def test_runs_that_are_no_mask_are_refused(
    box: tuple[int, int, int, int], runs: list[int], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        Mask.of_runs(box, runs)


TURNS: dict[int, Callable[[npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]] = {
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.T,
    6: lambda p: np.rot90(p, -1),
    7: lambda p: p[::-1, ::-1].T,
    8: lambda p: np.rot90(p),
}
MOVES: dict[int, Callable[[float, float], Move]] = {
    2: lambda w, h: lambda x, y: (w - x, y),
    3: lambda w, h: lambda x, y: (w - x, h - y),
    4: lambda w, h: lambda x, y: (x, h - y),
    5: lambda w, h: lambda x, y: (y, x),
    6: lambda w, h: lambda x, y: (h - y, x),
    7: lambda w, h: lambda x, y: (h - y, w - x),
    8: lambda w, h: lambda x, y: (y, w - x),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_a_mask_turns_with_its_photo(orientation: int) -> None:
    picture = np.random.default_rng(orientation).random((5, 8)) > 0.6
    mask = Mask.of_bitmap(picture)
    assert mask is not None
    moved = mask.moved(MOVES[orientation](8.0, 5.0))
    expected = TURNS[orientation](picture)
    painted = np.zeros_like(expected)
    rows = slice(moved.top, moved.top + moved.height)
    painted[rows, moved.left : moved.left + moved.width] = moved.bitmap()
    np.testing.assert_array_equal(painted, expected)


def test_a_mask_is_scaled_by_nearest_neighbour() -> None:
    picture = np.array([[1, 0, 1], [0, 1, 0]], np.bool_)
    mask = Mask.of_bitmap(picture)
    assert mask is not None
    doubled = mask.moved(lambda x, y: (2 * x, 2 * y))
    np.testing.assert_array_equal(doubled.bitmap(), picture.repeat(2, 0).repeat(2, 1))
