"""Annotations as read from an export: the shapes of one photo, in continuous pixel coordinates.

(0, 0) is the top-left corner of the top-left pixel and (width, height) the bottom-right corner of
the bottom-right one; the centre of pixel (column, row) is (column + 0.5, row + 0.5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
# Where a point of one picture lies in another one: axes may be swapped, mirrored and scaled.
Move = Callable[[float, float], Point]

# Shapes of this label are neither trained nor scored, whatever the palette holds.
IGNORE_LABEL = "__ignore__"

# An ellipse's outline stays this near to the curve, in pixels.
_SAGITTA = 0.005


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline of at least three points (the last is not repeated), filled even-odd."""

    points: tuple[Point, ...]

    def outline(self) -> tuple[Point, ...]:
        """Return the corner points in pixels."""
        return self.points

    def moved(self, move: Move) -> Polygon:
        """Return the polygon in the coordinates of another picture."""
        return Polygon(tuple(move(x, y) for x, y in self.points))


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
        centre = ((self.left + self.right) / 2, (self.top + self.bottom) / 2)
        return _turned(corners, centre, self.rotation) if self.rotation else corners

    def moved(self, move: Move) -> Polygon:
        """Return the box as a polygon in the coordinates of another picture."""
        return Polygon(self.outline()).moved(move)


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse with its radii along x and y, turned like `Box`."""

    center: Point
    radius_x: float
    radius_y: float
    rotation: float = 0.0

    def outline(self) -> tuple[Point, ...]:
        """Return points on the curve in pixels, close enough that no pixel tells them from it."""
        radius = max(self.radius_x, self.radius_y, 1.0)
        step = 2 * math.acos(1 - min(_SAGITTA / radius, 1.0))
        count = min(max(16, math.ceil(2 * math.pi / max(step, 1e-9))), 4096)
        x, y = self.center
        angles = (2 * math.pi * k / count for k in range(count))
        points = tuple(
            (x + self.radius_x * math.cos(a), y + self.radius_y * math.sin(a)) for a in angles
        )
        return _turned(points, self.center, self.rotation) if self.rotation else points

    def moved(self, move: Move) -> Polygon:
        """Return the ellipse as a polygon in the coordinates of another picture."""
        return Polygon(self.outline()).moved(move)


@dataclass(frozen=True, slots=True)
class Mask:
    """Painted pixels in the box of `width` x `height` pixels whose first pixel is (left, top).

    `runs` are the lengths of runs through the box row by row, as decimal numbers between blanks:
    the first counts pixels outside the region (it may be 0), the second pixels inside, and so on.
    """

    left: int
    top: int
    width: int
    height: int
    runs: str

    @classmethod
    def of_runs(cls, box: tuple[int, int, int, int], runs: Sequence[int]) -> Self:
        """Return the mask of `box` (left, top, width, height) and its run lengths.

        Raises ValueError where they are not what a mask consists of.
        """
        left, top, width, height = box
        if width < 1 or height < 1:
            raise ValueError(f"its box is {width} x {height} pixels")
        if any(run < 0 for run in runs):
            raise ValueError("a run length is negative")
        if sum(runs) != width * height:
            raise ValueError(
                f"its run lengths add up to {sum(runs)}, its box of {width} x {height} pixels has "
                f"{width * height}"
            )
        return cls(left, top, width, height, " ".join(map(str, runs)))

    @classmethod
    def of_bitmap(cls, bitmap: npt.NDArray[np.bool_], left: int = 0, top: int = 0) -> Self | None:
        """Return the mask of a bitmap, bool (H, W), at (left, top); None where nothing is in it.

        The box is made as small as the region.
        """
        rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
        if not len(rows):
            return None
        y, x = int(rows[0]), int(columns[0])
        inside = bitmap[y : int(rows[-1]) + 1, x : int(columns[-1]) + 1]
        flat = np.ravel(inside)
        edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        bounds = (
            np.concatenate(([0], edges, [flat.size]))
            if not flat[0]
            else (np.concatenate(([0, 0], edges, [flat.size])))
        )
        height, width = inside.shape
        return cls(left + x, top + y, width, height, " ".join(map(str, np.diff(bounds).tolist())))

    def bitmap(self) -> npt.NDArray[np.bool_]:
        """Return the pixels of the box, bool (height, width); ValueError where runs are wrong."""
        # Five times as fast as splitting the text first.
        runs = np.fromstring(self.runs, np.int64, sep=" ")
        inside = np.arange(len(runs)) % 2 == 1
        return np.repeat(inside, runs).reshape(self.height, self.width)

    def outline(self) -> tuple[Point, ...]:
        """Return the corner points of the box in pixels."""
        return Box(self.left, self.top, self.left + self.width, self.top + self.height).outline()

    def moved(self, move: Move) -> Mask:
        """Return the mask in the coordinates of another picture, by nearest neighbour."""
        corners = [move(x, y) for x, y in self.outline()]
        left, top = (round(min(c[axis] for c in corners)) for axis in (0, 1))
        right, bottom = (round(max(c[axis] for c in corners)) for axis in (0, 1))
        width, height = max(1, right - left), max(1, bottom - top)
        bitmap = self.bitmap()
        (x0, y0), (x1, y1) = corners[0], corners[1]
        if abs(x1 - x0) < abs(y1 - y0):
            bitmap = bitmap.T
        # The far corner tells on which sides the picture is mirrored.
        far_x, far_y = corners[2]
        bitmap = bitmap[:, :: 1 if far_x > x0 else -1][:: 1 if far_y > y0 else -1]
        rows = (np.arange(height) + 0.5) * bitmap.shape[0] / height
        columns = (np.arange(width) + 0.5) * bitmap.shape[1] / width
        scaled = bitmap[rows.astype(np.int64)][:, columns.astype(np.int64)]
        empty = Mask(left, top, width, height, str(width * height))
        return Mask.of_bitmap(scaled, left, top) or empty


Geometry = Polygon | Box | Ellipse | Mask


def _turned(points: Sequence[Point], centre: Point, degrees: float) -> tuple[Point, ...]:
    """Turn points clockwise on the screen about a centre (CVAT's sense of turning)."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    mid_x, mid_y = centre
    return tuple(
        (
            mid_x + (x - mid_x) * cos - (y - mid_y) * sin,
            mid_y + (x - mid_x) * sin + (y - mid_y) * cos,
        )
        for x, y in points
    )


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
    it was read from, relative to the source that the user opened, `subset` the part of a split
    that the export puts the photo into ("" where it says none). `implied` is one that stands
    nowhere in the export and follows from the rest of it: it counts only if its photo is there.
    """

    photo: str
    width: int | None
    height: int | None
    shapes: tuple[Shape, ...]
    source: str
    line: int | None = None
    subset: str = ""
    implied: bool = False

    def moved(self, move: Move) -> Annotation:
        """Return it with every shape in the coordinates of another picture."""
        shapes = tuple(replace(shape, geometry=shape.geometry.moved(move)) for shape in self.shapes)
        return replace(self, shapes=shapes)
