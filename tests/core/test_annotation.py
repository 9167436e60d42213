from __future__ import annotations

import pytest

from segstudio.core.annotation import Box, Polygon


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
