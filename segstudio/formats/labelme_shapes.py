"""The shapes of labelme's JSON, and of tools that write like it, as geometries."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping

import numpy as np

from segstudio.core.annotation import Box, Ellipse, Geometry, Mask, Point, Polygon
from segstudio.core.errors import SegStudioError
from segstudio.formats.json_text import number, told
from segstudio.formats.mask_pictures import read_mask_picture
from segstudio.formats.numbers import enough, shorten

# What these show has a length or a place, but no area to fill. Of a cuboid, a box in space, only
# its edges are known, not what is seen of the object.
NO_AREA = frozenset({"line", "linestrip", "point", "points", "cuboid"})
# Points clicked for a model; what it makes of them is saved as a polygon or a mask.
_PROMPTS = "ai_"
# Corners are the centres of pixels or the edges between them, depending on who wrote them.
_CORNER_SLACK = 1.5
_PNG = b"\x89PNG\r\n\x1a\n"

_Fields = Mapping[str, object]


def kind_of(shape: _Fields) -> str:
    """Return the shape's type; the oldest files have polygons only and do not say so."""
    kind = shape.get("shape_type")
    return kind if isinstance(kind, str) and kind else "polygon"


def geometry_of(shape: _Fields) -> Geometry:
    """Return the region that a shape with an area covers; ValueError says why there is none."""
    kind = kind_of(shape)
    if kind.startswith(_PROMPTS):
        if shape.get("mask"):
            return _mask(shape)
        raise ValueError("it holds clicks for a model and no outline; finish it in labelme")
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueError("unknown kind of shape")
    return reader(shape)


def decoded(value: object) -> bytes:
    """Return the bytes of base64 text, with or without line breaks and a "data:" before it.

    Raises ValueError where it is none.
    """
    if not isinstance(value, str):
        raise ValueError(f"{told(value)} is no base64 text")
    text = value.partition(",")[2] if value.startswith("data:") else value
    compact = "".join(text.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{told(shorten(value))} is no base64 text") from None


def _points(shape: _Fields) -> tuple[Point, ...]:
    """Return the points; ValueError says which is none."""
    listed = shape.get("points")
    if not isinstance(listed, list):
        raise ValueError("its points are no list" if "points" in shape else "it has no points")
    points: list[Point] = []
    for index, pair in enumerate(listed):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"points[{index}] is no pair of numbers")
        try:
            points.append((number(pair[0]), number(pair[1])))
        except ValueError as error:
            raise ValueError(f"points[{index}]: {error}") from None
    return tuple(points)


def _polygon(shape: _Fields) -> Geometry:
    return Polygon(enough(_points(shape)))


def _rectangle(shape: _Fields) -> Geometry:
    """Return a box of two opposite corners; some tools write all four."""
    points = _points(shape)
    if len(points) == 4:
        return Polygon(points)
    (left, top), (right, bottom) = _corners(points, "a rectangle")
    return Box(left, top, right, bottom)


def _circle(shape: _Fields) -> Geometry:
    """Return the circle about the first point through the second."""
    points = _points(shape)
    if len(points) != 2:
        raise ValueError(f"a circle needs its centre and a point on it, this has {len(points)}")
    (x, y), (rim_x, rim_y) = points
    radius = math.hypot(rim_x - x, rim_y - y)
    if radius == 0 or not math.isfinite(radius):
        raise ValueError(f"its radius is {radius:g}")
    return Ellipse((x, y), radius, radius)


def _mask(shape: _Fields) -> Geometry:
    """Return painted pixels; their box is checked before they are decoded."""
    (left, top), (right, bottom) = _corners(_points(shape), "a mask")
    try:
        data = decoded(shape.get("mask"))
    except ValueError as error:
        raise ValueError(f"mask: {error}") from None
    if not data.startswith(_PNG) or len(data) < 24:
        raise ValueError("mask: it is no PNG picture")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    across, down = right - left + 1, bottom - top + 1
    if abs(width - across) > _CORNER_SLACK or abs(height - down) > _CORNER_SLACK:
        raise ValueError(
            f"mask: the picture is {width} x {height} pixels, its points say {across:g} x {down:g}"
        )
    try:
        values = read_mask_picture(data, "mask").values
    except SegStudioError as error:
        raise ValueError(error.what) from None
    inside = values != 0 if values.ndim == 2 else np.any(values != 0, axis=2)
    mask = Mask.of_bitmap(inside, round(left), round(top))
    if mask is None:
        raise ValueError("mask: nothing is painted in it")
    return mask


def _corners(points: tuple[Point, ...], what: str) -> tuple[Point, Point]:
    """Return the upper left and the lower right one of two opposite corners."""
    if len(points) != 2:
        raise ValueError(f"{what} needs 2 corner points, this one has {len(points)}")
    (x, y), (other_x, other_y) = points
    return (min(x, other_x), min(y, other_y)), (max(x, other_x), max(y, other_y))


_READERS: dict[str, Callable[[_Fields], Geometry]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "oriented_rectangle": _polygon,
    "rotation": _polygon,
    "quadrilateral": _polygon,
    "circle": _circle,
    "mask": _mask,
}
