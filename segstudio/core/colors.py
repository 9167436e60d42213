"""Class colours: reading them, the default set, and more that lie far from those in use."""

from __future__ import annotations

import itertools
from collections.abc import Collection
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
_DARKEST = 25.0


def parse_color(text: str) -> tuple[int, int, int]:
    """Return (red, green, blue), each 0-255, of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def distinct_colors(count: int, used: Collection[str]) -> list[str]:
    """Return `count` (at most 256) colours that differ from each other and from those in use.

    The default ones first, as far as nothing in use looks like them, then always the one that
    lies farthest from all others for normal and for colour-blind sight.
    """
    taken = [*_RESERVED, *used]
    others = [parse_color(color) for color in taken]
    chosen = [c for c in DEFAULT_COLORS if apart([parse_color(c)], others).min() >= ALIKE][:count]
    return [*chosen, *_farthest(count - len(chosen), [*taken, *chosen])]


def _farthest(count: int, taken: list[str]) -> list[str]:
    """Return the candidates that one after another lie farthest from all before them."""
    if count <= 0:
        return []
    names, seen = _candidates()
    nearest = np.full((len(SIGHTS), len(names)), np.inf)
    for place, sight in enumerate(SIGHTS):
        others = lab([parse_color(color) for color in taken], sight)
        nearest[place] = distance(seen[place][:, None], others[None]).min(axis=1)
    chosen = []
    for _ in range(count):
        # Once colour-blind sight can tell no more apart, normal sight still can.
        best = int(np.argmax(nearest.min(axis=0) + nearest[0] / 4))
        chosen.append(names[best])
        nearest = np.minimum(nearest, distance(seen, seen[:, best : best + 1]))
    return chosen


@cache
def _candidates() -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return colours of an even grid, none too dark, and their Lab for every sight, (S, N, 3)."""
    steps = np.linspace(0, 255, _STEPS).round().astype(int)
    grid = np.array(list(itertools.product(steps, steps, steps)))
    grid = grid[lab(grid)[:, 0] > _DARKEST]
    names = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in grid]
    return names, np.stack([lab(grid, sight) for sight in SIGHTS])
