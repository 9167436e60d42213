"""Every number of every kind of shape: what is drawn, and what is left out with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from lxml import etree

from segstudio.core.annotation import Box, Mask, Shape
from segstudio.formats.cvat_shapes import ShapeReader

SIZE = (16, 12)
GOOD = {
    "box": {"xtl": "1", "ytl": "2", "xbr": "9", "ybr": "8", "rotation": "30"},
    "ellipse": {"cx": "8", "cy": "6", "rx": "4", "ry": "2", "rotation": "30"},
    "mask": {"rle": "2, 4", "left": "3", "top": "4", "width": "3", "height": "2"},
}
NO_NUMBERS = ("", "nan", "inf", "-inf", "1e400", "abc", "0x10", "1_0", "\u0663", "5,5", "9" * 5000)


def read(kind: str, **attributes: str) -> tuple[Shape | None, str]:
    """Read one shape and return it with what was told."""
    reader = ShapeReader("a.xml")
    element = etree.Element(kind, dict(attributes))
    shape = reader.read(element, "car", "a.jpg", SIZE)
    reader.finish("a.jpg")
    return shape, "\n".join(problem.message for problem in reader.problems)


@pytest.mark.parametrize(("kind", "key"), [(k, key) for k, keys in GOOD.items() for key in keys])
def test_what_is_no_number_leaves_out_the_shape_alone(kind: str, key: str) -> None:
    shape, told = read(kind, **GOOD[kind])
    assert shape is not None
    assert not told
    for text in NO_NUMBERS:
        shape, told = read(kind, **{**GOOD[kind], key: text})
        assert shape is None, text
        assert f'a.jpg: {kind} of "car" left out: {key}' in told
        assert len(told) < 200
    without = {other: text for other, text in GOOD[kind].items() if other != key}
    shape, told = read(kind, **without)
    assert (shape is None) == (key != "rotation")
    assert (f"{key}" in told and "missing" in told) == (key != "rotation")


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("ellipse", {"rx": "0"}, "rx 0 is no radius"),
        ("ellipse", {"ry": "-5"}, "ry -5 is no radius"),
        ("ellipse", {"rx": "1e9"}, "larger than any photo"),
        ("ellipse", {"cx": "1e308"}, "larger than any photo"),
        ("box", {"xbr": "1.7e308"}, "larger than any photo"),
        ("mask", {"width": "0"}, "0 x 2"),
        ("mask", {"height": "-2"}, "3 x -2"),
        ("mask", {"left": "1.5"}, "no whole number"),
        ("mask", {"top": "3000000000"}, "too large"),
        ("mask", {"width": "100000", "height": "100000"}, "larger than any photo"),
        ("mask", {"left": "16"}, "outside the photo of 16 x 12"),
        ("mask", {"left": "-2", "rle": "3, 2, 1"}, "outside the photo"),
        ("mask", {"rle": "2, 5"}, "add up to 7"),
        ("mask", {"rle": "-2, 8"}, '"-2" is no number of pixels'),
        ("mask", {"rle": "2.0, 4"}, '"2.0" is no number of pixels'),
        ("mask", {"rle": "2 4"}, '"2 4" is no number of pixels'),
        ("mask", {"rle": "2, 4,"}, '"" is no number of pixels'),
        ("mask", {"rle": "99999999999, 4"}, "no number of pixels"),
    ],
)
def test_what_cannot_be_painted_is_told(kind: str, changes: dict[str, str], words: str) -> None:
    shape, told = read(kind, **{**GOOD[kind], **changes})
    assert shape is None
    assert words in told


def test_a_box_far_outside_stays_for_the_border_to_cut() -> None:
    shape, told = read("box", xtl="1e12", ytl="2", xbr="-1e308", ybr="8")
    assert shape is not None
    assert shape.geometry == Box(-1e308, 2, 1e12, 8)
    assert not told


def test_the_part_of_a_mask_inside_the_photo_is_kept() -> None:
    rng = np.random.default_rng(5)
    painted = rng.random((6, 7)) < 0.5
    runs = []
    value, count = False, 0
    for pixel in painted.ravel().tolist():
        if pixel != value:
            runs.append(count)
            value, count = pixel, 0
        count += 1
    runs.append(count)
    rle = ", ".join(map(str, runs))
    shape, told = read("mask", rle=rle, left="12", top="-2", width="7", height="6")
    assert shape is not None
    assert isinstance(shape.geometry, Mask)
    seen = np.zeros((12, 16), bool)
    mask = shape.geometry
    seen[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width] = mask.bitmap()
    expected = np.zeros((12, 16), bool)
    expected[:4, 12:] = painted[2:, :4]
    assert np.array_equal(seen, expected)
    assert not told


@pytest.mark.parametrize("text", ["1.5", "nan", "9" * 400, "1e308", "x"])
def test_a_strange_order_is_told_and_none(text: str) -> None:
    shape, told = read("box", **GOOD["box"], z_order=text)
    assert shape is not None
    assert shape.z_order == 0
    assert "z_order" in told
    lowered, _ = read("box", **GOOD["box"], z_order="-3")
    assert lowered is not None
    assert lowered.z_order == -3


def test_rotation_is_taken_round() -> None:
    for text, degrees in (("-30", 330), ("390", 30), ("0", 0)):
        shape, _ = read("box", **{**GOOD["box"], "rotation": text})
        assert shape is not None
        assert isinstance(shape.geometry, Box)
        assert shape.geometry.rotation == degrees
