"""Tracks of a video: what a file states frame by frame, and the frames between keyframes.

CVAT's own files state every frame in which a shape can be seen. Other programs leave out what lies
between two keyframes; CVAT fills that in when it imports such a file, and so does this module.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from segstudio.core.annotation import Box, Ellipse, Geometry, Mask, Polygon, Shape

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stated:
    """A shape of a track in one frame; `shape` is None where nothing can be drawn.

    `outside` hides the track from this frame on. Polygons are kept as plain numbers in `points`,
    because a video has very many of them.
    """

    frame: int
    shape: Shape | None
    outside: bool
    line: int | None
    points: array[float] | None = None

    @classmethod
    def of(cls, frame: int, shape: Shape | None, outside: bool, line: int | None) -> Stated:
        """Return it with its polygon, if it is one, packed."""
        if shape is None or not isinstance(shape.geometry, Polygon):
            return cls(frame, shape, outside, line)
        packed = array("d", (number for point in shape.geometry.points for number in point))
        bare = Shape(shape.label, Polygon(()), shape.z_order, line)
        return cls(frame, bare, outside, line, packed)

    def drawn(self) -> Shape | None:
        """Return the shape with its geometry."""
        if self.shape is None or self.points is None:
            return self.shape
        points = tuple(zip(self.points[::2], self.points[1::2], strict=True))
        return Shape(self.shape.label, Polygon(points), self.shape.z_order, self.shape.line)


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames that a track leaves out after `before`, up to `after` or to the end of the video."""

    frames: range
    before: Stated
    after: Stated | None

    def shape_at(self, frame: int) -> Shape | None:
        """Return the shape in one of the frames, as CVAT works it out."""
        first = self.before.drawn()
        second = self.after.drawn() if self.after is not None else None
        if first is None or second is None or self.after is None:
            return first
        share = (frame - self.before.frame) / (self.after.frame - self.before.frame)
        geometry = between(first.geometry, second.geometry, share)
        return Shape(first.label, geometry, first.z_order, first.line)


@dataclass
class Track:
    """One `<track>`: `name` is what messages call it, `task` the id of its task."""

    name: str
    label: str
    task: str
    subset: str
    line: int | None
    shapes: list[Stated] = field(default_factory=list)

    def gaps(self, step: int, frames: range | None) -> Iterator[Gap]:
        """Yield where the track can be seen and has no shape.

        `step` is the distance of its frames. Where the `frames` of the video are known, the last
        gap goes on to their end.
        """
        ordered = sorted(self.shapes, key=lambda stated: stated.frame)
        for before, after in pairwise(ordered):
            missing = range(before.frame + step, after.frame, step)
            if missing and _goes_on(before):
                yield Gap(missing, before, after)
        if ordered and frames is not None and _goes_on(ordered[-1]):
            last = ordered[-1]
            if rest := range(last.frame + step, frames.stop, step):
                yield Gap(rest, last, None)


def _goes_on(stated: Stated) -> bool:
    """Tell whether a shape can be seen in the frames after its own; a mask is one frame's."""
    shape = stated.shape
    return shape is not None and not stated.outside and not isinstance(shape.geometry, Mask)


def between(first: Geometry, second: Geometry, share: float) -> Geometry:
    """Return what lies `share` (0 to 1) of the way from one geometry to another.

    Boxes and ellipses move linearly and turn the shorter way; of polygons, points at the same
    part of the way round are matched. Where the kinds differ, the first stays.
    """
    if isinstance(first, Box) and isinstance(second, Box):
        left, top, right, bottom = _blend(
            (first.left, first.top, first.right, first.bottom),
            (second.left, second.top, second.right, second.bottom),
            share,
        )
        rotation = _turned(first.rotation, second.rotation, share)
        box = Box(left, top, right, bottom, rotation)
        # The middle of numbers near the largest there is may be none.
        return box if all(math.isfinite(v) for point in box.outline() for v in point) else first
    if isinstance(first, Ellipse) and isinstance(second, Ellipse):
        x, y, radius_x, radius_y = _blend(
            (*first.center, first.radius_x, first.radius_y),
            (*second.center, second.radius_x, second.radius_y),
            share,
        )
        return Ellipse((x, y), radius_x, radius_y, _turned(first.rotation, second.rotation, share))
    if isinstance(first, Polygon) and isinstance(second, Polygon):
        return _between_polygons(first, second, share)
    return first


def _blend(first: Sequence[float], second: Sequence[float], share: float) -> list[float]:
    return [(1 - share) * a + share * b for a, b in zip(first, second, strict=True)]


def _turned(first: float, second: float, share: float) -> float:
    """Return degrees on the shorter way from one rotation to another."""
    return (first + ((second - first + 180) % 360 - 180) * share) % 360


def _between_polygons(first: Polygon, second: Polygon, share: float) -> Polygon:
    """Blend two outlines.

    Both are walked from their first point round and back to it. Every point is matched with the
    point of the other outline that is passed at the nearest part of the walk, so that outlines of
    different numbers of points blend too; matched points move linearly.
    """
    left, right = (np.array((*p.points, p.points[0]), np.float64) for p in (first, second))
    walk_left, walk_right = _walk(left), _walk(right)
    there = _nearest(walk_left, walk_right)
    back = _nearest(walk_right, walk_left)
    unmatched = np.setdiff1d(np.arange(len(right)), there)
    pairs = np.concatenate(
        (
            np.stack((np.arange(len(left)), there), axis=1),
            np.stack((back[unmatched], unmatched), axis=1),
        )
    )
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))][:-1]
    points = (1 - share) * left[pairs[:, 0]] + share * right[pairs[:, 1]]
    return Polygon(tuple((float(x), float(y)) for x, y in points))


def _walk(points: _Floats) -> _Floats:
    """Return which part of the way round lies behind each point, 0 to 1, float64 (N,)."""
    with np.errstate(all="ignore"):
        steps = np.hypot(*np.diff(points, axis=0).T)
        way = np.concatenate(([0.0], np.cumsum(steps)))
        parts = way / way[-1]
    return parts if np.isfinite(parts).all() else np.linspace(0, 1, len(points))


def _nearest(wanted: _Floats, among: _Floats) -> npt.NDArray[np.int64]:
    """Return for every number the place of the nearest one in an ascending list, int64 (N,)."""
    above = np.clip(np.searchsorted(among, wanted), 1, len(among) - 1)
    below = above - 1
    closer_below = wanted - among[below] <= among[above] - wanted
    return np.where(closer_below, below, above).astype(np.int64)
