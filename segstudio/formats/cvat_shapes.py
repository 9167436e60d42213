"""The shapes that both CVAT formats share; what cannot be drawn is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from segstudio.core.annotation import Box, Ellipse, Geometry, Mask, Polygon, Shape
from segstudio.core.problems import Problem
from segstudio.formats.cvat_meta import Size
from segstudio.formats.numbers import finite, point_list, shorten, whole
from segstudio.formats.xml import line_of
from segstudio.photos.reader import MAX_PIXELS

N = TypeVar("N", int, float)

# Boxes and ellipses beyond this are no slips of the hand, and their outlines no longer exact.
_FARTHEST = 1e6
_DIGITS = 10
_LABELS_SHOWN = 5
_NO_AREA = {
    "polyline": "a line has no area",
    "points": "points have no area",
    "cuboid": "a cuboid has no area of its own",
    "skeleton": "a skeleton has no area",
    "tag": "a tag marks the whole photo and has no outline",
}


def has_area(element: etree._Element) -> bool:
    """Tell whether an element is of a kind that covers an area."""
    return str(element.tag) not in _NO_AREA


@dataclass
class _Kind:
    """Shapes of a kind without area: how many, of which labels, and the line of the first."""

    line: int | None
    count: int = 0
    labels: dict[str, None] = field(default_factory=dict)


@dataclass
class ShapeReader:
    """Reads shapes out of `file`; `problems` collects what is left out, and why."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    _no_area: dict[str, _Kind] = field(default_factory=dict)

    def read(
        self, element: etree._Element, label: str | None, place: str, size: Size | None
    ) -> Shape | None:
        """Return the shape of an element, None where there is none to draw.

        `place` is where it belongs, for messages; `size` is that of the photo as stated.
        """
        kind = str(element.tag)
        if kind == "attribute":
            return None
        if kind in _NO_AREA:
            self._count(kind, element, label)
            return None
        line = line_of(element)
        try:
            if kind not in _READERS:
                raise ValueError("unknown kind of shape")
            if not (label or "").strip():
                raise ValueError("it has no label")
            geometry = _READERS[kind](element)
            if isinstance(geometry, Mask):
                geometry = _inside(geometry, size)
        except ValueError as error:
            self.tell(place, f'{kind} of "{shorten(label or "")}" left out: {error}', line)
            return None
        return Shape(label or "", geometry, self._z_order(element, place), line)

    def finish(self, place: str) -> None:
        """Tell of the shapes without area that came along, once for each kind."""
        for kind, found in self._no_area.items():
            names = [f'"{shorten(label)}"' for label in found.labels]
            more = ", and others" if len(names) > _LABELS_SHOWN else ""
            labels = ", ".join(names[:_LABELS_SHOWN]) + more
            text = f"{found.count} {kind} of {labels} left out: {_NO_AREA[kind]}"
            self.tell(place, text, found.line)
        self._no_area.clear()

    def tell(self, place: str, message: str, line: int | None) -> None:
        """Add a warning."""
        self.problems.append(Problem("warning", self.file, f"{place}: {message}", line))

    def _count(self, kind: str, element: etree._Element, label: str | None) -> None:
        found = self._no_area.setdefault(kind, _Kind(line_of(element)))
        found.count += 1
        found.labels[label or ""] = None

    def _z_order(self, element: etree._Element, place: str) -> int:
        text = element.get("z_order", "0")
        try:
            return whole(text)
        except ValueError as error:
            self.tell(place, f"{element.tag}: z_order {error}; 0 is used", line_of(element))
            return 0


def _polygon(element: etree._Element) -> Geometry:
    text = element.get("points")
    if text is None:
        raise ValueError("points are missing")
    try:
        return Polygon(point_list(text))
    except ValueError as error:
        raise ValueError(f"points: {error}") from None


def _box(element: etree._Element) -> Geometry:
    left, top, right, bottom = (_number(element, key) for key in ("xtl", "ytl", "xbr", "ybr"))
    rotation = _rotation(element)
    if rotation:
        _check_near(xtl=left, ytl=top, xbr=right, ybr=bottom)
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom), rotation)


def _ellipse(element: etree._Element) -> Geometry:
    x, y, radius_x, radius_y = (_number(element, key) for key in ("cx", "cy", "rx", "ry"))
    for key, radius in (("rx", radius_x), ("ry", radius_y)):
        if radius <= 0:
            raise ValueError(f"{key} {radius:g} is no radius")
    _check_near(cx=x, cy=y, rx=radius_x, ry=radius_y)
    return Ellipse((x, y), radius_x, radius_y, _rotation(element))


def _rotation(element: etree._Element) -> float:
    """Return degrees clockwise on the screen, 0 to 360."""
    return _number(element, "rotation", "0") % 360


def _mask(element: etree._Element) -> Geometry:
    left, top, width, height = (
        _parsed(element, key, whole) for key in ("left", "top", "width", "height")
    )
    if width < 1 or height < 1:
        raise ValueError(f"its box is {width} x {height} pixels")
    if width * height > MAX_PIXELS:
        raise ValueError(f"its box of {width} x {height} pixels is larger than any photo")
    try:
        return Mask.of_runs((left, top, width, height), _run_lengths(element.get("rle")))
    except ValueError as error:
        raise ValueError(f"rle: {error}") from None


def _run_lengths(text: str | None) -> list[int]:
    """Return the numbers of "3, 5, 7"; ValueError says what is wrong with them."""
    if not (text or "").strip():
        raise ValueError("it is missing or empty")
    runs = []
    for part in (text or "").split(","):
        number = part.strip()
        if not (number.isascii() and number.isdigit()) or len(number) > _DIGITS:
            raise ValueError(f'"{shorten(number)}" is no number of pixels')
        runs.append(int(number))
    return runs


def _inside(mask: Mask, size: Size | None) -> Mask:
    """Return the part of a mask that lies inside the photo; ValueError where there is none."""
    if size is None:
        return mask
    left, top = max(0, mask.left), max(0, mask.top)
    right, bottom = min(size[0], mask.left + mask.width), min(size[1], mask.top + mask.height)
    if left >= right or top >= bottom:
        raise ValueError(f"it lies outside the photo of {size[0]} x {size[1]} pixels")
    if (right - left, bottom - top) == (mask.width, mask.height):
        return mask
    bitmap = mask.bitmap()[top - mask.top : bottom - mask.top, left - mask.left : right - mask.left]
    part = Mask.of_bitmap(bitmap, left, top)
    if part is None:
        raise ValueError(f"it lies outside the photo of {size[0]} x {size[1]} pixels")
    return part


def _check_near(**numbers: float) -> None:
    """Refuse a place or radius so large that nothing exact can be painted."""
    for key, value in numbers.items():
        if abs(value) > _FARTHEST:
            raise ValueError(f"{key} {value:g} is larger than any photo")


def _number(element: etree._Element, key: str, default: str | None = None) -> float:
    return _parsed(element, key, finite, default)


def _parsed(
    element: etree._Element, key: str, parse: Callable[[str], N], default: str | None = None
) -> N:
    """Return a numeric attribute; ValueError names it where it is missing or wrong."""
    text = element.get(key, default)
    if text is None:
        raise ValueError(f"{key} is missing")
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{key} {error}") from None


_READERS: dict[str, Callable[[etree._Element], Geometry]] = {
    "polygon": _polygon,
    "box": _box,
    "ellipse": _ellipse,
    "mask": _mask,
}
