"""Rasterising: the shapes of an annotation painted into a label image."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco

from segstudio.core.annotation import IGNORE_LABEL, Annotation, Geometry, Mask, Point, Shape
from segstudio.core.column_runs import bitmap_of_columns, column_runs
from segstudio.core.palette import IGNORE, Palette

Raster = Literal["exact", "opencv"]
RASTERS: tuple[Raster, ...] = get_args(Raster)

# Outlines may leave the photo by this many pixels before they are clipped. Clipping moves the
# crossing by up to a fifth of a pixel, so shapes that only hang over the border stay untouched.
FRAME_MARGIN = 1000.0
# Beyond this a difference of two float64 coordinates could overflow; no photo is that large.
_FARTHEST = 1e12
_CHUNK = 1 << 20
# Tracing takes some 100 bytes per pixel of an outline's length; longer ones come in pieces.
_LONGEST_OUTLINE = 1_000_000

_Owner = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.int32]
_Paint = Callable[[_Owner, tuple[Point, ...], int], bool]


@dataclass(frozen=True, slots=True)
class Burned:
    """A label image, uint8 (H, W) palette ids, and what could not be seen in it.

    `pixels` counts those of every id, int64 (256,); `unknown` counts the shapes per label that the
    palette does not know, `hidden` are the shapes that others cover fully, `empty` those that
    cover no pixel at all.
    """

    label: npt.NDArray[np.uint8]
    pixels: npt.NDArray[np.int64]
    unknown: dict[str, int]
    hidden: tuple[Shape, ...]
    empty: tuple[Shape, ...]


def rasterize(
    annotation: Annotation, palette: Palette, size: tuple[int, int], rule: Raster = "exact"
) -> Burned:
    """Paint the shapes of `annotation` into a label image of `size` (width, height) pixels.

    They are painted by (paint_order, z_order, order in the file), later ones over earlier ones.
    """
    width, height = size
    unknown: Counter[str] = Counter()
    ordered: list[tuple[tuple[int, int, int], Shape, int]] = []
    labels = {shape.label: _place(shape.label, palette) for shape in annotation.shapes}
    for index, shape in enumerate(annotation.shapes):
        place = labels[shape.label]
        if place is None:
            unknown[shape.label] += 1
        else:
            paint_order, painted_id = place
            ordered.append(((paint_order, shape.z_order, index), shape, painted_id))
    ordered.sort(key=lambda item: item[0])
    owner = _owner_image(len(ordered), (height, width))
    outlined = _paint_exact if rule == "exact" else _paint_opencv
    empty: dict[int, Shape] = {}
    for number, (_, shape, _) in enumerate(ordered, start=1):
        if not _paint(owner, shape.geometry, number, outlined):
            empty[number] = shape
    table = np.array([palette.background_id, *(value for *_, value in ordered)], np.uint8)
    counts = _counts(owner, len(ordered) + 1)
    pixels = np.zeros(256, np.int64)
    np.add.at(pixels, table, counts)
    hidden = tuple(
        shape
        for number, (_, shape, _) in enumerate(ordered, start=1)
        if not counts[number] and number not in empty
    )
    return Burned(_looked_up(table, owner), pixels, dict(unknown), hidden, tuple(empty.values()))


def _place(label: str, palette: Palette) -> tuple[int, int] | None:
    """Return (paint_order, painted id) of a label, None where the palette does not know it."""
    entry = palette.find(label)
    if entry is not None:
        return entry.paint_order, entry.painted_id
    if label != IGNORE_LABEL:
        return None
    # No class that is moved up shall cover what must not count.
    return max((known.paint_order for known in palette.classes), default=0), IGNORE


def clip_outline(points: Sequence[Point], size: tuple[int, int]) -> tuple[Point, ...]:
    """Cut an outline that goes far outside `size` (width, height) to a frame around the photo.

    Sutherland-Hodgman against each side keeps the even-odd filling inside the frame unchanged.
    """
    low, high = -FRAME_MARGIN, (size[0] + FRAME_MARGIN, size[1] + FRAME_MARGIN)
    if all(low <= x <= high[0] and low <= y <= high[1] for x, y in points):
        return tuple(points)
    cut = [
        (min(max(x, -_FARTHEST), _FARTHEST), min(max(y, -_FARTHEST), _FARTHEST)) for x, y in points
    ]
    for axis in (0, 1):
        cut = _clip_side(cut, axis, low, 1.0)
        cut = _clip_side(cut, axis, high[axis], -1.0)
    return tuple(cut)


def _clip_side(points: list[Point], axis: int, limit: float, sign: float) -> list[Point]:
    """Keep the part of a closed outline where sign * (coordinate - limit) >= 0."""
    kept: list[Point] = []
    for index, point in enumerate(points):
        before = points[index - 1]
        inside = sign * (point[axis] - limit) >= 0
        if inside != (sign * (before[axis] - limit) >= 0):
            share = (limit - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            kept.append((limit, other) if axis == 0 else (other, limit))
        if inside:
            kept.append(point)
    return kept


def _owner_image(shapes: int, dimensions: tuple[int, int]) -> _Owner:
    """Return the image, zeros (H, W), that will hold the number of the topmost shape."""
    if shapes < 2**8:
        return np.zeros(dimensions, np.uint8)
    if shapes < 2**16:
        return np.zeros(dimensions, np.uint16)
    return np.zeros(dimensions, np.int32)


def _paint(owner: _Owner, geometry: Geometry, number: int, outlined: _Paint) -> bool:
    """Paint a region of any kind; False where no pixel is covered."""
    if isinstance(geometry, Mask):
        return _paint_mask(owner, geometry, number)
    height, width = owner.shape
    return outlined(owner, clip_outline(geometry.outline(), (width, height)), number)


def _paint_mask(owner: _Owner, mask: Mask, number: int) -> bool:
    """Paint the part of a mask that lies inside the photo."""
    height, width = owner.shape
    top, left = max(0, mask.top), max(0, mask.left)
    bottom, right = min(height, mask.top + mask.height), min(width, mask.left + mask.width)
    if top >= bottom or left >= right:
        return False
    inside = mask.bitmap()[top - mask.top : bottom - mask.top, left - mask.left : right - mask.left]
    np.copyto(owner[top:bottom, left:right], number, where=inside)
    return bool(inside.any())


def _paint_exact(owner: _Owner, outline: tuple[Point, ...], number: int) -> bool:
    """Paint by pixel-centre coverage as pycocotools does; False where no pixel is covered.

    The outline is traced in the whole photo, because moving it would round differently, and only
    its bounding box is filled.
    """
    if len(outline) < 3:
        return False
    height, width = owner.shape
    pieces = _pieces(outline, height + width + 4 * FRAME_MARGIN)
    if len(pieces) > 1:
        return _paint_pieces(owner, pieces, number)
    found = _filled(outline, height, width)
    if found is None:
        return False
    inside, left, top = found
    rows, columns = inside.shape
    np.copyto(owner[top : top + rows, left : left + columns], number, where=inside)
    return True


def _filled(
    outline: Sequence[Point], height: int, width: int
) -> tuple[npt.NDArray[np.bool_], int, int] | None:
    """Return (bitmap, left, top) of the pixels that an outline covers, None where there are none.

    The bitmap, bool (H, W), is their bounding box.
    """
    flat = [coordinate for point in outline for coordinate in point]
    run_length = coco.frPyObjects([flat], height, width)[0]
    return bitmap_of_columns(column_runs(run_length["counts"]), height)


def _pieces(outline: tuple[Point, ...], longest_edge: float) -> list[tuple[Point, ...]]:
    """Split an outline whose tracing would fill the memory into closed ones, all from its start.

    Even-odd, the pieces together cover what the outline covers: the edges that close them are
    walked there and back.
    """
    if len(outline) * longest_edge <= _LONGEST_OUTLINE:
        return [outline]
    points = np.array(outline)
    edges = np.abs(np.diff(points, axis=0)).max(axis=1)
    piece = (np.cumsum(edges) // _LONGEST_OUTLINE).astype(np.int64)
    cuts = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(outline) - 1]
    return [(outline[0], *outline[first : last + 1]) for first, last in itertools.pairwise(cuts)]


def _paint_pieces(owner: _Owner, pieces: Sequence[Sequence[Point]], number: int) -> bool:
    """Paint what an odd number of outlines cover."""
    height, width = owner.shape
    odd = np.zeros((height, width), np.bool_)
    for piece in pieces:
        found = _filled(piece, height, width) if len(piece) > 2 else None
        if found is not None:
            inside, left, top = found
            odd[top : top + inside.shape[0], left : left + inside.shape[1]] ^= inside
    np.copyto(owner, number, where=odd)
    return bool(odd.any())


def _paint_opencv(owner: _Owner, outline: tuple[Point, ...], number: int) -> bool:
    """Paint with truncated vertices and the border, as older scripts do with OpenCV."""
    vertices = np.array([(int(x), int(y)) for x, y in outline], np.int32)
    if not len(vertices):
        return False
    height, width = owner.shape
    cv2.fillPoly(owner, [vertices], number)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return bool(low[0] < width and low[1] < height and high[0] >= 0 and high[1] >= 0)


def _looked_up(table: npt.NDArray[np.uint8], owner: _Owner) -> npt.NDArray[np.uint8]:
    """Return the palette id of every pixel's topmost shape, uint8 (H, W)."""
    if owner.dtype == np.uint8:
        whole = np.zeros(256, np.uint8)
        whole[: len(table)] = table
        return np.asarray(cv2.LUT(owner, whole), np.uint8)
    label = np.empty(owner.shape, np.uint8)
    step = max(1, _CHUNK // owner.shape[1])
    for start in range(0, len(owner), step):
        # Taken as a whole, the numbers would be copied as 8 bytes each.
        np.take(table, owner[start : start + step], out=label[start : start + step], mode="clip")
    return label


def _counts(owner: _Owner, numbers: int) -> npt.NDArray[np.int64]:
    """Count the pixels of the numbers 0..numbers-1, int64 (numbers,)."""
    counts = np.zeros(numbers, np.int64)
    step = max(1, _CHUNK // owner.shape[1])
    for start in range(0, len(owner), step):
        rows = owner[start : start + step]
        if owner.dtype == np.int32:
            counts += np.bincount(rows.reshape(-1), minlength=numbers)
        else:
            # Several times as fast as bincount; float32 counts exactly up to 2 ** 24.
            found = cv2.calcHist([rows], [0], None, [numbers], [0, numbers])
            counts += found.reshape(-1).astype(np.int64)
    return counts
