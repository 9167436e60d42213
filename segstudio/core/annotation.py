"""Annotations as read from an export: the shapes of one photo, in continuous pixel coordinates.

(0, 0) is the top-left corner of the top-left pixel and (width, height) the bottom-right corner of
the bottom-right one; the centre of pixel (column, row) is (column + 0.5, row + 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline of at least three points (the last is not repeated), filled even-odd."""

    points: tuple[Point, ...]

    def outline(self) -> tuple[Point, ...]:
        """Return the corner points in pixels."""
        return self.points


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, turned clockwise on the screen by `rotation` degrees about its centre."""

    left: float
    top: float
    right: float
    bottom: float
    rotation: float = 0.0

    def outline(self) -> tuple[Point, ...]:
        """Return the four corner points in pixels, rotation applied (CVAT's sense of turning)."""
        corners = (
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
        )
        if not self.rotation:
            return corners
        angle = math.radians(self.rotation)
        cos, sin = math.cos(angle), math.sin(angle)
        mid_x, mid_y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return tuple(
            (
                mid_x + (x - mid_x) * cos - (y - mid_y) * sin,
                mid_y + (x - mid_x) * sin + (y - mid_y) * cos,
            )
            for x, y in corners
        )


Geometry = Polygon | Box


@dataclass(frozen=True, slots=True)
class Shape:
    """One outlined region: class name, geometry and z-order; `line` is its place in the file."""

    label: str
    geometry: Geometry
    z_order: int = 0
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """All shapes of one photo, in file order.

    `photo` is the name that the export gives the photo (POSIX separators, relative), `width` and
    `height` the size in pixels that it declares (None where it declares none), `source` the file
    it was read from, relative to the source that the user opened.
    """

    photo: str
    width: int | None
    height: int | None
    shapes: tuple[Shape, ...]
    source: str
    line: int | None = None
