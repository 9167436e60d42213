"""How far colours lie apart, for normal and for colour-blind sight.

Colour blindness is simulated with the matrices of Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency" (IEEE TVCG 15, 2009), at
severity 1.0 on linear RGB. Distances are CIEDE2000 (Sharma, Wu and Dalal, "The CIEDE2000
Color-Difference Formula", Color Research and Application 30, 2005) in CIE Lab under D65.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Sight = Literal["normal", "protan", "deutan", "tritan"]
SIGHTS: tuple[Sight, ...] = get_args(Sight)

# Nearer colours are easily taken for each other where they lie half transparent over a photo.
ALIKE = 8.0

_SIMULATED: dict[Sight, Floats] = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True, slots=True)
class Alike:
    """Two places in a list of colours that look alike to a sight, and their distance."""

    first: int
    second: int
    sight: Sight
    distance: float


def lab(colors: npt.ArrayLike, sight: Sight = "normal") -> Floats:
    """Return CIE Lab, float64 (N, 3), of sRGB colours 0-255, (N, 3), as `sight` sees them."""
    encoded = np.asarray(colors, np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ _SIMULATED[sight].T, 0, 1)
    ratio = seen @ _TO_XYZ.T / _WHITE
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(one: Floats, other: Floats) -> Floats:
    """Return CIEDE2000 between Lab colours; the last axis is (L, a, b), the others broadcast."""
    chroma_mean = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    greyness = 0.5 * (1 - _chroma_weight(chroma_mean))
    chroma1, hue1 = _polar(one, greyness)
    chroma2, hue2 = _polar(other, greyness)
    grey = chroma1 * chroma2 == 0
    turn = hue2 - hue1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(grey, 0, turn)
    light, chroma = (one[..., 0] + other[..., 0]) / 2, (chroma1 + chroma2) / 2
    hue = np.where(grey, hue1 + hue2, hue1 + turn / 2) % 360
    by_light = (other[..., 0] - one[..., 0]) / (
        1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    )
    by_chroma = (chroma2 - chroma1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2))
    by_hue = by_hue / (1 + 0.015 * chroma * _hue_weight(hue))
    blue = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * _chroma_weight(chroma) * np.sin(np.radians(blue))
    squared = by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue
    apart: Floats = np.sqrt(np.maximum(squared, 0))
    return apart


def apart(colors: npt.ArrayLike, others: npt.ArrayLike) -> Floats:
    """Return the distance of every colour to every other, whichever sight tells them least.

    Takes sRGB 0-255, (N, 3) and (M, 3); returns float64 (N, M).
    """
    nearest: Floats = np.min([_between(colors, others, sight) for sight in SIGHTS], axis=0)
    return nearest


def alike(colors: Sequence[tuple[int, int, int]]) -> list[Alike]:
    """Return the pairs of colours that look alike, the nearest first.

    A pair is told for normal sight where that confuses it, else for the sight that does most.
    """
    if len(colors) < 2:
        return []
    between = {sight: _between(colors, colors, sight) for sight in SIGHTS}
    found = []
    for first, second in zip(*np.triu_indices(len(colors), 1), strict=True):
        by_sight = {sight: float(table[first, second]) for sight, table in between.items()}
        worst: Sight = "normal"
        if by_sight["normal"] >= ALIKE:
            worst = min(SIGHTS, key=lambda sight: by_sight[sight])
        if by_sight[worst] < ALIKE:
            found.append(Alike(int(first), int(second), worst, by_sight[worst]))
    return sorted(found, key=lambda pair: (pair.sight != "normal", pair.distance))


def _between(colors: npt.ArrayLike, others: npt.ArrayLike, sight: Sight) -> Floats:
    return distance(lab(colors, sight)[:, None], lab(others, sight)[None])


def _chroma_weight(chroma: Floats) -> Floats:
    weight: Floats = np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    return weight


def _polar(color: Floats, greyness: Floats) -> tuple[Floats, Floats]:
    """Return chroma and hue in degrees, the red axis stretched near grey."""
    a, b = color[..., 1] * (1 + greyness), color[..., 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _hue_weight(hue: Floats) -> Floats:
    weight: Floats = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    return weight
