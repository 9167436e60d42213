"""Regions as runs down the columns of a picture, as COCO's tools make and store them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NARROW = 256
# A compressed run length of more 5-bit groups than this is longer than any photo.
_LONGEST_CODE = 7


def bitmap_of_columns(
    runs: npt.NDArray[np.int64], height: int
) -> tuple[npt.NDArray[np.bool_], int, int] | None:
    """Return (bitmap, left, top) of a region given as runs down the columns of a picture.

    `runs` are the lengths of runs through all columns, zeros first; `height` is the picture's.
    The bitmap, bool (H, W), is the region's bounding box; None where nothing is in it.
    """
    edges = np.cumsum(runs)
    starts, ends = edges[0:-1:2], edges[1::2]
    starts, ends = starts[: len(ends)], ends[: len(starts)]
    filled = ends > starts
    starts, ends = starts[filled], ends[filled] - 1
    if not len(starts):
        return None
    # A run may go on at the top of the next column: it starts anew there.
    more = ends // height - starts // height
    step = np.arange(int(more.sum())) - np.repeat(np.cumsum(more) - more, more) + 1
    begins = np.concatenate((starts, (np.repeat(starts // height, more) + step) * height))
    left, right = int(starts[0] // height), int(ends[-1] // height) + 1
    top, bottom = int((begins % height).min()), int((ends % height).max()) + 1
    if len(step):
        bottom = height
    changes = np.zeros((bottom - top + 1, right - left), np.int8)
    np.add.at(changes, (begins % height - top, begins // height - left), 1)
    np.add.at(changes, (ends % height - top + 1, ends // height - left), -1)
    if right - left < _NARROW:
        np.add.accumulate(changes, axis=0, dtype=np.int8, out=changes)
        return changes[:-1].view(np.bool_), left, top
    # Row by row this is ten times as fast in a wide picture.
    for row in range(1, bottom - top):
        changes[row] += changes[row - 1]
    return changes[:-1].view(np.bool_), left, top


def column_runs(counts: bytes) -> npt.NDArray[np.int64]:
    """Decode COCO's compressed run lengths: zeros first, column by column, int64.

    Each number is a series of 5-bit groups, lowest first, with a continuation bit; from the
    fourth number on it is the difference to the one two places before. Raises ValueError where
    the text is none of that kind; what it adds up to is for the caller to check.
    """
    codes = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if not len(codes) or codes.min() < 0 or codes.max() > 0x3F:
        raise ValueError("its run lengths hold characters that encode none")
    last = (codes & 0x20) == 0
    stops = np.flatnonzero(last) + 1
    if not last[-1]:
        raise ValueError("its run lengths are cut short")
    begins = np.concatenate(([0], stops[:-1]))
    if int((stops - begins).max()) > _LONGEST_CODE:
        raise ValueError("a run length has too many digits")
    place = np.arange(len(codes)) - np.repeat(begins, stops - begins)
    values = np.add.reduceat((codes & 0x1F) << (5 * place), begins)
    negative = (codes[stops - 1] & 0x10) != 0
    values[negative] -= np.int64(1) << (5 * (stops - begins)[negative])
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
