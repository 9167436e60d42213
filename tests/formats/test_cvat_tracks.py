"""Frames between keyframes: what moves where."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.annotation import Box, Ellipse, Mask, Point, Polygon
from segstudio.formats.cvat_tracks import between

SQUARE = Polygon(((0, 0), (4, 0), (4, 4), (0, 4)))

numbers = st.floats(-1e308, 1e308)
outlines = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=12)


def area(points: tuple[Point, ...]) -> float:
    ends = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a * d - c * b for (a, b), (c, d) in ends)) / 2


def test_boxes_move_linearly_and_turn_the_shorter_way() -> None:
    first, second = Box(0, 0, 10, 10, 350), Box(8, 4, 22, 14, 20)
    assert between(first, second, 0.25) == Box(2, 1, 13, 11, 357.5)
    assert between(first, second, 0.75) == Box(6, 3, 19, 13, 12.5)
    assert between(second, first, 0.25) == Box(6, 3, 19, 13, 12.5)


def test_ellipses_move_like_boxes() -> None:
    middle = between(Ellipse((2, 2), 4, 2, 10), Ellipse((4, 8), 6, 2, 330), 0.5)
    assert middle == Ellipse((3, 5), 5, 2, 350)


def test_a_polygon_that_only_moves_keeps_its_form() -> None:
    moved = Polygon(tuple((x + 8, y - 2) for x, y in SQUARE.points))
    assert between(SQUARE, moved, 0.5) == Polygon(tuple((x + 4, y - 1) for x, y in SQUARE.points))


def test_polygons_of_different_numbers_of_points_are_matched_along_the_way_round() -> None:
    # The same square with points added in the middle of its sides, twice as large.
    other = Polygon(((0, 0), (4, 0), (8, 0), (8, 4), (8, 8), (4, 8), (0, 8), (0, 4)))
    for share, side in ((0.0, 4), (0.5, 6), (1.0, 8)):
        for first, second, part in ((SQUARE, other, share), (other, SQUARE, 1 - share)):
            middle = between(first, second, part)
            assert isinstance(middle, Polygon)
            assert area(middle.points) == pytest.approx(side * side)
            assert {0.0, float(side)} <= {x for x, _ in middle.points}


def test_the_first_stays_where_kinds_differ() -> None:
    box, mask = Box(0, 0, 1, 1), Mask(0, 0, 1, 1, "0 1")
    assert between(box, SQUARE, 0.5) == box
    assert between(mask, mask, 0.5) == mask


@given(outlines, outlines, st.floats(0, 1))
def test_no_polygons_however_strange_raise_or_give_nothing(
    first: list[Point], second: list[Point], share: float
) -> None:
    middle = between(Polygon(tuple(first)), Polygon(tuple(second)), share)
    assert isinstance(middle, Polygon)
    assert len(middle.points) >= 3
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in middle.points)


@given(st.tuples(*[numbers] * 4), st.tuples(*[numbers] * 4), st.floats(0, 1))
def test_no_boxes_however_strange_leave_the_numbers(
    first: tuple[float, float, float, float],
    second: tuple[float, float, float, float],
    share: float,
) -> None:
    middle = between(Box(*first), Box(*second, 90), share)
    assert middle == Box(*first) or all(
        math.isfinite(number) for point in middle.outline() for number in point
    )
