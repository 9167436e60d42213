from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from segstudio.core import rasterize as rasterizing
from segstudio.core.annotation import (
    IGNORE_LABEL,
    Annotation,
    Box,
    Ellipse,
    Geometry,
    Mask,
    Polygon,
    Shape,
)
from segstudio.core.palette import Palette, PaletteClass
from segstudio.core.rasterize import FRAME_MARGIN, RASTERS, Burned, Raster, rasterize

PALETTE = Palette(
    classes=(
        PaletteClass(id=0, name="background", color="#000000"),
        PaletteClass(id=1, name="low", color="#ff0000"),
        PaletteClass(id=2, name="high", color="#00ff00", paint_order=5, aliases=("top",)),
        PaletteClass(id=3, name="unclear", color="#0000ff", map_to=255),
        PaletteClass(id=4, name="same", color="#00ffff", map_to=1),
    )
)


def burn(*shapes: Shape, size: tuple[int, int] = (20, 16), rule: Raster = "exact") -> Burned:
    return rasterize(Annotation("a.jpg", None, None, shapes, "a.xml"), PALETTE, size, rule)


def square(label: str, left: float, right: float, z_order: int = 0) -> Shape:
    return Shape(label, Box(left, 2, right, 10), z_order)


def coco_mask(geometry: Geometry, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    flat = [coordinate for point in geometry.outline() for coordinate in point]
    decoded = coco.decode(coco.frPyObjects([flat], size[1], size[0]))
    return np.asarray(decoded[..., 0], np.uint8)


_COORDINATE = st.one_of(
    st.integers(-30, 90).map(float),
    st.integers(-300, 900).map(lambda tenth: tenth / 10),
    st.floats(-60, 120).map(lambda value: round(value, 2)),
    st.floats(-60, 120),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(_COORDINATE, _COORDINATE), min_size=3, max_size=9),
    st.tuples(st.integers(1, 70), st.integers(1, 70)),
)
def test_exact_is_pycocotools_on_the_whole_photo(
    points: list[tuple[float, float]], size: tuple[int, int]
) -> None:
    polygon = Polygon(tuple(points))
    assert np.array_equal(burn(Shape("low", polygon), size=size).label, coco_mask(polygon, size))


def test_opencv_is_fill_poly_of_truncated_vertices() -> None:
    points = ((1.9, 2.9), (15.2, 3.99), (9.99, 12.7))
    expected = np.zeros((16, 20), np.uint8)
    cv2.fillPoly(expected, [np.array([(1, 2), (15, 3), (9, 12)], np.int32)], 1)
    assert np.array_equal(burn(Shape("low", Polygon(points)), rule="opencv").label, expected)


@pytest.mark.parametrize("rule", RASTERS)
def test_paint_order_then_z_order_then_file_order(rule: Raster) -> None:
    label = burn(square("high", 2, 10), square("low", 6, 14, z_order=9), rule=rule).label
    assert label[5, 8] == 2
    assert label[5, 12] == 1
    back, front = square("low", 2, 10), square("unclear", 6, 14, z_order=-1)
    assert burn(back, front, rule=rule).label[5, 8] == 1
    assert burn(square("low", 2, 10), square("unclear", 6, 14), rule=rule).label[5, 8] == 255


def test_mappings_aliases_and_unknown_labels() -> None:
    burned = burn(
        square("unclear", 2, 5), square("same", 6, 9), square("top", 10, 13), square("Top", 14, 17)
    )
    assert [int(burned.label[5, x]) for x in (3, 7, 11, 15)] == [255, 1, 2, 0]
    assert burned.unknown == {"Top": 1}


@pytest.mark.parametrize("rule", RASTERS)
def test_hidden_and_empty_shapes_are_told_apart(rule: Raster) -> None:
    under, over = square("low", 4, 6), square("high", 2, 12)
    outside = Shape("low", Box(40, 40, 50, 50))
    burned = burn(over, under, outside, rule=rule)
    assert burned.hidden == (under,)
    assert burned.empty == (outside,)


def test_a_star_keeps_its_middle_empty() -> None:
    star = Polygon(((10, 2), (20, 45), (0, 15), (25, 15), (2, 45)))
    label = burn(Shape("low", star), size=(64, 48)).label
    assert label[18, 11] == 0
    assert label[16, 6] == 1


@pytest.mark.parametrize("rule", RASTERS)
def test_huge_coordinates_are_cut_and_do_not_wrap(rule: Raster) -> None:
    far = Polygon(((5, 5), (1e12, 6), (1e12, 1e12), (6, 1e12)))
    near = Polygon(((5, 5), (900, 5), (900, 900), (5, 900)))
    size = (64, 48)
    label = burn(Shape("low", far), size=size, rule=rule).label
    expected = burn(Shape("low", near), size=size, rule=rule).label
    assert (label != expected).mean() < 0.03
    extreme = Polygon(((1e308, 5), (30, 6), (28, -1e308)))
    label = burn(Shape("low", extreme), size=size, rule=rule).label
    assert label[2, 60] == 1
    assert label[40, 10] == 0


def test_clipping_keeps_the_even_odd_filling() -> None:
    reach = FRAME_MARGIN * 3
    loop = ((-reach, 4.0), (reach, 4.0), (reach, 12.0), (-reach, 12.0))
    assert not burn(Shape("low", Polygon(loop + loop))).label.any()
    assert burn(Shape("low", Polygon(loop))).label[4:12].all()


def test_many_shapes_keep_their_own_values() -> None:
    shapes = [Shape("low" if n % 2 else "high", Box(n, 0, n + 1, 16)) for n in range(300)]
    label = burn(*shapes, size=(300, 16)).label
    assert np.array_equal(label[8], np.tile([2, 1], 150))


@pytest.mark.parametrize("rule", RASTERS)
def test_a_mask_is_painted_as_it_is_and_cut_at_the_border(rule: Raster) -> None:
    picture = np.random.default_rng(4).random((12, 9)) > 0.5
    mask = Mask.of_bitmap(picture, left=15, top=-3)
    assert mask is not None
    burned = burn(Shape("low", mask), rule=rule)
    expected = np.zeros((16, 20), np.uint8)
    expected[0:9, 15:20] = picture[3:, :5]
    np.testing.assert_array_equal(burned.label, expected)


def test_outlines_too_long_to_be_traced_at_once_are_painted_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corners = np.random.default_rng(6).uniform(-10, 70, (40, 2))
    scribble = Polygon(tuple((float(x), float(y)) for x, y in corners))
    at_once = coco.decode(coco.frPyObjects([corners.ravel().tolist()], 50, 60)[0])
    for longest in (1, 200, 1000):
        monkeypatch.setattr(rasterizing, "_LONGEST_OUTLINE", longest)
        label = burn(Shape("low", scribble), size=(60, 50)).label
        np.testing.assert_array_equal(label, at_once)


def test_a_mask_outside_the_photo_is_told() -> None:
    mask = Mask.of_bitmap(np.ones((2, 2), np.bool_), left=20, top=0)
    assert mask is not None
    assert len(burn(Shape("low", mask)).empty) == 1


def test_an_ellipse_covers_the_pixels_whose_centres_it_holds() -> None:
    label = burn(Shape("low", Ellipse((60.0, 45.0), 40.3, 20.7, 33.0)), size=(120, 90)).label
    y, x = np.mgrid[0:90, 0:120] + 0.5
    cos, sin = np.cos(np.radians(33)), np.sin(np.radians(33))
    along, across = (x - 60) * cos + (y - 45) * sin, (y - 45) * cos - (x - 60) * sin
    inside = (along / 40.3) ** 2 + (across / 20.7) ** 2 <= 1
    # The raster rule may decide otherwise where a centre lies on the curve.
    assert np.count_nonzero(inside != (label == 1)) <= 0.1 * 2 * np.pi * 32


def test_the_reserved_label_is_ignored_and_moving_classes_up_does_not_cover_it() -> None:
    burned = burn(square("high", 0, 3), square(IGNORE_LABEL, 0, 10), square("low", 5, 20))
    assert burned.unknown == {}
    assert (burned.label[5, :10] == 255).all()
    assert burned.label[5, 12] == 1
