"""The outlines of COCO annotations: polygons in one or several parts, and run lengths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from segstudio.core.annotation import Mask, Polygon
from segstudio.core.column_runs import bitmap_of_columns, column_runs
from segstudio.formats.json_text import number, told, whole_pixels
from segstudio.formats.numbers import enough
from segstudio.photos.reader import MAX_PIXELS

_Size = tuple[int, int]


def parts_of(segmentation: object) -> list[object]:
    """Return the parts of a shape: polygons, or run lengths, which are one; none without outline.

    Some tools write the numbers of a single polygon without the list around it.
    """
    if isinstance(segmentation, dict):
        return [segmentation] if segmentation else []
    if not isinstance(segmentation, list):
        return []
    if segmentation and not isinstance(segmentation[0], list | dict):
        return [segmentation]
    return segmentation


def polygon_of(part: object) -> Polygon:
    """Return the polygon of x, y, x, y and so on; ValueError says what is wrong."""
    if not isinstance(part, list):
        raise ValueError(f"{told(part)} is no list of coordinates")
    values = [number(value) for value in part]
    if len(values) % 2:
        raise ValueError(f"it has {len(values)} numbers, which are no pairs of x and y")
    return Polygon(enough(tuple(zip(values[::2], values[1::2], strict=True))))


def size_of(runs: Mapping[str, object]) -> _Size:
    """Return the (width, height) that run lengths are for; ValueError where there is none."""
    stated = runs.get("size")
    height, width = (
        (whole_pixels(value) for value in stated)
        if isinstance(stated, list) and len(stated) == 2
        else (None, None)
    )
    if not width or not height:
        raise ValueError('its "size" is no pair of height and width')
    if width * height > MAX_PIXELS:
        raise ValueError(f"its size of {width} x {height} pixels is larger than any photo")
    return width, height


def mask_of(runs: Mapping[str, object], photo: _Size) -> Mask:
    """Return the region that run lengths down the columns of a photo cover.

    Everything is checked before memory is taken; ValueError says what is wrong.
    """
    width, height = size_of(runs)
    if (width, height) != photo:
        raise ValueError(
            f"its size is {width} x {height} pixels, that of the photo {photo[0]} x {photo[1]}"
        )
    counts = runs.get("counts")
    if isinstance(counts, str):
        try:
            lengths = column_runs(counts.encode("ascii"))
        except UnicodeEncodeError:
            raise ValueError("its run lengths hold characters that encode none") from None
    elif isinstance(counts, list):
        lengths = _plain_runs(counts, width * height)
    else:
        raise ValueError("it has no run lengths (counts)")
    if int(lengths.min()) < 0:
        raise ValueError("a run length is negative")
    # No number is larger than the photo before they are summed, so that nothing overflows.
    total = int(lengths.sum()) if int(lengths.max()) <= width * height else -1
    if total != width * height:
        raise ValueError(
            f"its run lengths do not add up to the {width * height} pixels of {width} x {height}"
        )
    found = bitmap_of_columns(lengths, height)
    mask = Mask.of_bitmap(*found) if found else None
    if mask is None:
        raise ValueError("nothing is painted in it")
    return mask


def _plain_runs(counts: list[object], most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return run lengths as an array; ValueError for what is none."""
    checked: list[int] = []
    for value in counts:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"the run length {told(value)} is no whole number")
        if not 0 <= value <= most:
            raise ValueError(f"the run length {value} is negative or larger than the photo")
        checked.append(value)
    if not checked:
        raise ValueError("it has no run lengths (counts)")
    return np.array(checked, np.int64)
