"""The pixels of a mask before they mean anything: what they are, and what cannot be a mask."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from segstudio.core.class_lines import Color
from segstudio.core.palette import IGNORE
from segstudio.formats.mask_pictures import MaskPicture
from segstudio.formats.mask_runs import Numbers, Runs, packed, runs_of, split_alpha

REMEDY = "Export the masks again, as PNG and without smoothing."
_WHITE = 255
# So many grey values may be classes; those of smoothed edges are more.
_FEW = 8
# Class ids seldom are so high; the greys of smoothed edges are, and cover this share at most.
_HIGH, _HALF, _EDGES = 192, 128, 0.2


class Unusable(Exception):
    """A mask that must not be read; the text says why, `remedy` what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


@dataclass(frozen=True)
class Pixels:
    """A mask's pixels before they mean anything; `colored` says that values are 0xrrggbb.

    `palette` are the colours of indexed pictures, `notes` what had to be done.
    """

    runs: Runs
    colored: bool
    palette: npt.NDArray[np.uint8] | None
    kind: str
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[int, ...]:
        """The distinct values, ascending."""
        return tuple(map(int, self.runs.values))


def pixels_of(picture: MaskPicture) -> Pixels:
    """Return the pixels of a decoded mask; Unusable where they cannot stand for classes."""
    values, alpha = split_alpha(picture)
    colored = values.ndim == 3
    numbers: Numbers = packed(values) if colored else values
    notes: tuple[str, ...] = ()
    if alpha is not None and int(alpha.min()) < _WHITE:
        half = int(np.count_nonzero((alpha > 0) & (alpha < _WHITE)))
        if half:
            raise Unusable(
                f"it is partly transparent ({half:,} pixels), a soft mask without sharp borders",
                "Export it with hard edges and without transparency.",
            )
        numbers = np.where(alpha == 0, np.zeros_like(numbers), numbers)
        notes = ("its transparent pixels count as background",)
    try:
        runs = runs_of(numbers)
    except ValueError as error:
        raise Unusable(str(error), REMEDY) from None
    return Pixels(runs, colored, picture.palette, picture.kind, notes)


def is_grey(pixels: Pixels) -> bool:
    """Tell whether all colours are grey."""
    return all(v >> 16 == v >> 8 & 255 == v & 255 for v in pixels.values)


def as_grey(pixels: Pixels) -> Pixels:
    """Return grey colours as values."""
    runs = replace(pixels.runs, values=pixels.runs.values & 255)
    return replace(pixels, runs=runs, colored=False)


def color_of(value: int) -> Color:
    """Return the colour 0xrrggbb as three numbers."""
    return value >> 16, value >> 8 & 255, value & 255


def palette_color(pixels: Pixels, value: int) -> Color | None:
    """Return the colour that an indexed picture shows a value in."""
    if pixels.palette is None or value >= len(pixels.palette):
        return None
    red, green, blue = map(int, pixels.palette[value])
    return red, green, blue


def is_smooth(pixels: Pixels) -> bool:
    """Tell grey values that come from smoothing or JPEG from class ids."""
    inner = [value for value in pixels.values if 0 < value < IGNORE]
    high = sum(value >= _HIGH for value in inner)
    if len(inner) > _FEW and high >= 2:
        return True
    ends = {0, IGNORE} <= set(pixels.values) and len(inner) >= 3 and inner[-1] >= _HALF
    counts = pixels.runs.counts[np.isin(pixels.runs.values, inner)]
    return ends and int(counts.sum()) < _EDGES * int(pixels.runs.counts.sum())
