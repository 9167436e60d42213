"""Mask pictures as runs of equal pixels: small, quick to count, and what shapes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segstudio.core.annotation import Mask
from segstudio.formats.mask_pictures import MaskPicture, Values

# More changes than any outlined photo has, whatever its size; noise would fill the memory.
_MOST_RUNS = 4_000_000

_Numbers = npt.NDArray[np.int64]
# A picture of whole numbers, (H, W).
Numbers = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Runs:
    """A picture of whole numbers, row by row: `values` are the distinct numbers, ascending.

    Run number i begins at pixel `starts[i]` and holds `values[places[i]]`; `counts` are the pixels
    of every value.
    """

    width: int
    height: int
    starts: _Numbers
    places: _Numbers
    values: _Numbers
    counts: _Numbers

    def masks(self, table: npt.NDArray[np.int64]) -> dict[int, Mask]:
        """Return the pixels of every group: `table` says which group each of `values` is in.

        Every mask covers the whole picture, so that scaling them leaves no gaps between them.
        """
        groups = table[self.places]
        first = np.concatenate(([True], groups[1:] != groups[:-1]))
        starts, groups = self.starts[first], groups[first]
        ends = np.concatenate((starts[1:], [self.width * self.height]))
        order = np.argsort(groups, kind="stable")
        bounds = np.flatnonzero(np.diff(groups[order])) + 1
        return {
            int(groups[part[0]]): self._mask(starts[part], ends[part])
            for part in np.split(order, bounds)
        }

    def _mask(self, starts: _Numbers, ends: _Numbers) -> Mask:
        """Return the mask of the runs [start, end)."""
        runs = np.empty(2 * len(starts), np.int64)
        runs[0::2] = starts - np.concatenate(([0], ends[:-1]))
        runs[1::2] = ends - starts
        text = " ".join(map(str, runs.tolist()))
        left = self.width * self.height - int(ends[-1])
        return Mask(0, 0, self.width, self.height, f"{text} {left}" if left else text)


def runs_of(values: Numbers) -> Runs:
    """Return the runs of whole numbers (H, W); ValueError where there are more than masks have."""
    height, width = values.shape
    flat = np.ravel(values)
    changes = flat[1:] != flat[:-1]
    count = int(np.count_nonzero(changes)) + 1
    if count > _MOST_RUNS:
        raise ValueError(
            f"its pixels change {count:,} times from one to the next, as in a photo or in noise"
        )
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    distinct, places = np.unique(flat[starts], return_inverse=True)
    lengths = np.diff(np.concatenate((starts, [flat.size])))
    counts = np.zeros(len(distinct), np.int64)
    np.add.at(counts, places, lengths)
    return Runs(width, height, starts, places, distinct.astype(np.int64), counts)


def split_alpha(picture: MaskPicture) -> tuple[Values, Values | None]:
    """Return the pixels without their alpha channel, and that channel where there is one."""
    values = picture.values
    if values.ndim == 2 or values.shape[2] == 3:
        return values, None
    alpha = values[..., -1]
    rest = values[..., 0] if values.shape[2] == 2 else values[..., :3]
    return rest, alpha


def packed(colors: Values) -> npt.NDArray[np.uint32]:
    """Return colours, uint8 (H, W, 3), as one number 0xrrggbb per pixel."""
    numbers = colors[..., 0].astype(np.uint32)
    for channel in (1, 2):
        numbers <<= 8
        numbers |= colors[..., channel].astype(np.uint8)
    return numbers
