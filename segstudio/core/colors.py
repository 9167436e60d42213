"""Class colours: reading them, the default set, and more that lie far from those in use."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from segstudio.core.color_vision import ALIKE, SIGHTS, apart, distance, lab

# Near Okabe and Ito's set (Color Universal Design, 2008), moved until all of them, black (left to
# background) and mid-grey (left to ignore) are 12 apart in CIEDE2000 for every sight.
DEFAULT_COLORS = (
    "#e8a200", "#74b9e8", "#2ea25d", "#ffe846", "#1774ff", "#d15d00", "#b95da2",
    "#00ffff", "#2e2ea2", "#ffffb9", "#b9a2a2", "#5d465d",
)  # fmt: skip
_RESERVED = ("#000000", "#808080")
_STEPS = 9
# Long rows take a moment to find and are needed by few.
_ROWS = (32, 128, 512)
_DARKEST = 25.0


def parse_color(text: str) -> tuple[int, int, int]:
    """Return (red, green, blue), each 0-255, of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def hex_color(color: Iterable[int]) -> str:
    """Return `#rrggbb` of (red, green, blue), each 0-255."""
    red, green, blue = color
    return f"#{red:02x}{green:02x}{blue:02x}"


def distinct_colors(count: int, used: Collection[str]) -> list[str]:
    """Return `count` (at most 256) colours that differ from each other and from those in use.

    They come from one row, the default ones first, each as far as can be from all before it for
    normal and for colour-blind sight; those that look like one in use come last.
    """
    if count <= 0:
        return []
    taken = {color.lower() for color in used}
    row = _row(next(size for size in _ROWS if size >= min(count + len(taken), _ROWS[-1])))
    free = [color for color in row if color not in taken]
    foreign = [parse_color(color) for color in taken.difference(row, _RESERVED)]
    if foreign:
        room = apart([parse_color(color) for color in free], foreign).min(axis=1)
        clear = [color for color, gap in zip(free, room, strict=True) if gap >= ALIKE]
        rest = sorted(zip(-room, free, strict=True))
        free = list(dict.fromkeys([*clear, *(color for _, color in rest)]))
    return free[:count]


@cache
def _row(size: int) -> list[str]:
    """Return the default colours and then the candidates farthest from all before them."""
    names, seen = _candidates()
    row = list(DEFAULT_COLORS)
    nearest = np.full((len(SIGHTS), len(names)), np.inf)
    for place, sight in enumerate(SIGHTS):
        others = lab([parse_color(color) for color in (*_RESERVED, *row)], sight)
        nearest[place] = distance(seen[place][:, None], others[None]).min(axis=1)
    while len(row) < size:
        # Once colour-blind sight can tell no more apart, normal sight still can.
        best = int(np.argmax(nearest.min(axis=0) + nearest[0] / 4))
        row.append(names[best])
        nearest = np.minimum(nearest, distance(seen, seen[:, best : best + 1]))
    return row


@cache
def _candidates() -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return colours of an even grid, none too dark, and their Lab for every sight, (S, N, 3)."""
    steps = np.linspace(0, 255, _STEPS).round().astype(int)
    grid = np.array(list(itertools.product(steps, steps, steps)))
    grid = grid[lab(grid)[:, 0] > _DARKEST]
    names = [hex_color(color) for color in grid]
    return names, np.stack([lab(grid, sight) for sight in SIGHTS])
