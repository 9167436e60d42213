"""The canvas: sizes, noise and colour mixing shared by everything that paints."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Mask = NDArray[np.uint8]
Rng = np.random.Generator
Rgb = tuple[float, float, float]

WIDTH, HEIGHT = 960, 640
SUPERSAMPLING = 2
CANVAS_WIDTH, CANVAS_HEIGHT = WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING


@dataclass(frozen=True)
class Light:
    """The light of one photo: colours are RGB in 0..1, positions fractions of the photo."""

    zenith: Rgb
    middle: Rgb
    horizon: Rgb
    sun: Rgb
    cloud_lit: Rgb
    cloud_shade: Rgb
    tint: Rgb
    sun_x: float
    sun_height: float
    contrast: float
    glow: float
    haze: float


def grid() -> tuple[Image, Image]:
    """Return the x and y coordinate of every canvas pixel, float32 (H, W)."""
    y, x = np.mgrid[0:CANVAS_HEIGHT, 0:CANVAS_WIDTH].astype(np.float32)
    return x, y


def mix(below: Image, above: Image, amount: Image | float) -> Image:
    """Blend two RGB pictures or colours; an (H, W) amount is spread over the channels."""
    weight = np.asarray(amount, np.float32)
    if weight.ndim == 2:
        weight = weight[..., None]
    return np.asarray(below * (1 - weight) + above * weight, np.float32)


def colour(value: Rgb) -> Image:
    """Return a colour as float32 (3,)."""
    return np.array(value, np.float32)


def smoothstep(low: float, high: float, value: Image) -> Image:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def noise(
    rng: Rng,
    cells: tuple[float, float],
    octaves: int = 5,
    size: tuple[int, int] = (CANVAS_HEIGHT, CANVAS_WIDTH),
) -> Image:
    """Return fractal noise in 0..1, float32 (H, W), with `cells` (x, y) in the first octave."""
    height, width = size
    total = np.zeros((height, width), np.float32)
    weight, sum_of_weights = 1.0, 0.0
    for octave in range(octaves):
        columns = min(int(cells[0] * 2**octave) + 3, width)
        rows = min(int(cells[1] * 2**octave) + 3, height)
        values = rng.random((rows, columns), np.float32)
        total += weight * cv2.resize(values, (width, height), interpolation=cv2.INTER_CUBIC)
        sum_of_weights += weight
        weight *= 0.5
    return np.asarray(np.clip(total / sum_of_weights, 0, 1), np.float32)


def ridge_noise(rng: Rng, cells: float, octaves: int) -> Image:
    """Return smooth one-dimensional noise in -1..1, float32 (W,)."""
    line = noise(rng, (cells, 1), octaves, (4, CANVAS_WIDTH))[0]
    return np.asarray((line - line.mean()) / (np.abs(line - line.mean()).max() + 1e-6), np.float32)
