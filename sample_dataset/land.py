"""Land: layered hills with fields, and the trees that stand on them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from canvas import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    SUPERSAMPLING,
    Image,
    Light,
    Mask,
    Rgb,
    Rng,
    colour,
    grid,
    mix,
    noise,
    ridge_noise,
    smoothstep,
)

FIELDS: dict[str, tuple[Rgb, ...]] = {
    "spring": (
        (0.47, 0.62, 0.24),
        (0.58, 0.69, 0.30),
        (0.40, 0.55, 0.22),
        (0.86, 0.78, 0.26),
        (0.55, 0.47, 0.33),
    ),
    "summer": (
        (0.83, 0.70, 0.38),
        (0.74, 0.66, 0.36),
        (0.55, 0.60, 0.28),
        (0.90, 0.79, 0.49),
        (0.62, 0.62, 0.34),
    ),
    "autumn": (
        (0.66, 0.47, 0.28),
        (0.76, 0.58, 0.33),
        (0.58, 0.53, 0.28),
        (0.56, 0.40, 0.28),
        (0.70, 0.62, 0.36),
    ),
    "desert": (
        (0.78, 0.56, 0.40),
        (0.84, 0.64, 0.46),
        (0.72, 0.50, 0.36),
        (0.86, 0.70, 0.52),
        (0.70, 0.54, 0.40),
    ),
}
LEAVES: dict[str, tuple[Rgb, ...]] = {
    "spring": ((0.16, 0.33, 0.13), (0.20, 0.38, 0.14), (0.13, 0.28, 0.14)),
    "summer": ((0.13, 0.27, 0.12), (0.17, 0.31, 0.13), (0.11, 0.23, 0.13)),
    "autumn": ((0.15, 0.26, 0.13), (0.24, 0.29, 0.12), (0.38, 0.24, 0.09)),
    "desert": ((0.17, 0.27, 0.15), (0.20, 0.30, 0.17), (0.14, 0.23, 0.14)),
}


@dataclass(frozen=True)
class Land:
    """What the land of one photo looks like: `woods` 0..1, `fog` 0..1."""

    season: str
    horizon: float
    layers: int
    relief: float
    woods: float
    fog: float


@dataclass
class Picture:
    """A photo in the making: colours, and which pixels are land and trees."""

    image: Image
    land: Mask
    trees: Mask


def paint_land(rng: Rng, light: Light, land: Land, picture: Picture) -> None:
    """Paint the hills from far to near over the sky of `picture`."""
    _, y = grid()
    clear = np.zeros(y.shape, np.float32)
    for layer in range(land.layers):
        near = layer / (land.layers - 1)
        ridge = _ridge(rng, land, near)
        inside = y >= ridge[None, :]
        shade = _layer_colour(rng, light, land, near, ridge)
        picture.image[inside] = shade[inside]
        picture.land[inside] = 1
        picture.trees[inside] = 0
        if near >= 0.45 and land.woods > 0:
            before = picture.trees.copy()
            _plant_layer(rng, light, land, (near, ridge), picture)
            clear[picture.trees > before] = 1 - haze_amount(light, land, near)
    leaves = 1 + 0.55 * (noise(rng, (420, 280), 2) - 0.5) * picture.trees * clear
    picture.image *= np.asarray(leaves, np.float32)[..., None]


def haze_amount(light: Light, land: Land, near: float) -> float:
    """Return how far the air hides something: 0 in front, nearly 1 at the far hills."""
    air = light.haze + 0.75 * land.fog
    return float(min(0.97, air * (1 - near) ** 1.15 + 0.42 * land.fog * (1 - 0.6 * near)))


def air_colour(light: Light, land: Land) -> Image:
    """Return the colour of the air between the camera and far things."""
    base = colour(light.horizon) * 0.72 + colour(light.middle) * 0.28
    return mix(base, np.full(3, float(base.mean()) * 1.02, np.float32), 0.5 * land.fog)


def _ridge(rng: Rng, land: Land, near: float) -> Image:
    """Return the upper edge of a layer of hills, canvas pixels, float32 (W,)."""
    first, last = land.horizon, min(0.88, land.horizon + 0.27)
    base = (first + (last - first) * near**1.35) * CANVAS_HEIGHT
    swing = (0.115 * (1 - near) ** 1.3 + 0.045) * land.relief * CANVAS_HEIGHT
    line = ridge_noise(rng, 1.6 + 2.2 * (1 - near), 6 if near < 0.35 else 3)
    rough = ridge_noise(rng, 40, 3) * (1.2 + 3.0 * (1 - near)) * SUPERSAMPLING * 0.6
    return np.asarray(base + line * swing + rough, np.float32)


def _layer_colour(rng: Rng, light: Light, land: Land, near: float, ridge: Image) -> Image:
    """Return the colours of one layer of hills for the whole canvas."""
    x, y = grid()
    depth = np.maximum(y - ridge[None, :], 0)
    fields = _fields(rng, land, near, (x, depth))
    slope = np.gradient(cv2.GaussianBlur(ridge[None, :], (0, 0), 60)[0])
    sunny = np.sign(light.sun_x - 0.5) or 1.0
    bump = cv2.GaussianBlur(noise(rng, (7, 9), 3), (0, 0), 8)
    bump_x = np.gradient(bump, axis=1) * 90
    lit = 1 + light.contrast * np.clip(sunny * (slope[None, :] * 0.9 - bump_x), -0.55, 0.5)
    shade = fields * np.asarray(lit, np.float32)[..., None] * colour(light.tint)
    hazy = haze_amount(light, land, near)
    valley = smoothstep(0, 0.20 * CANVAS_HEIGHT, depth) * (1 - near) * (0.20 + 0.5 * land.fog)
    veil = np.clip(hazy + valley * (1 - hazy), 0, 0.98)
    return np.clip(mix(shade, air_colour(light, land), np.asarray(veil, np.float32)), 0, 1)


def _fields(rng: Rng, land: Land, near: float, place: tuple[Image, Image]) -> Image:
    """Return a patchwork of fields that follows the hill, before light and air."""
    x, depth = place
    size = (0.055 + 0.22 * near**1.5) * CANVAS_WIDTH
    warp = (noise(rng, (5, 5), 3) - 0.5) * size * 0.9
    rise = depth ** (0.86 if near > 0.9 else 0.95) * (2.9 - 1.2 * near)
    skew = rng.uniform(-0.7, 0.7)
    u, v = x + skew * rise + warp, rise + 0.12 * x + warp * 0.8
    column, across = _cells(rng, u, size * 1.4)
    row, along = _cells(rng, v, size * 0.8)
    colours = np.array(FIELDS[land.season], np.float32)
    choice = rng.integers(0, len(colours), (64, 64))
    brightness = rng.uniform(0.88, 1.10, (64, 64)).astype(np.float32)
    cell = (row % 64, column % 64)
    picked = cv2.GaussianBlur(colours[choice[cell]], (0, 0), 1.5)
    furrow = np.sin(np.where(choice[cell] % 2 == 0, u, v) * (2 * np.pi / (size * 0.055)))
    grain = noise(rng, (120, 160), 4) - 0.5
    patches = noise(rng, (14, 22), 4) - 0.5
    edge = np.minimum(across, along) / size
    texture = brightness[cell] * (1 + 0.05 * furrow + (0.22 + 0.25 * near) * grain + 0.32 * patches)
    texture *= 1 - 0.22 * smoothstep(0.035, 0.008, np.asarray(edge, np.float32))
    rock = float(np.clip(1 - near / 0.45, 0, 1))
    cloth = mix(
        np.asarray(picked, np.float32), np.asarray(colours.mean(axis=0), np.float32), 0.75 * rock
    )
    return np.asarray(cloth * np.asarray(texture, np.float32)[..., None], np.float32)


def _cells(rng: Rng, value: Image, size: float) -> tuple[NDInt, Image]:
    """Cut a coordinate into irregular cells: the cell of each pixel, and the way to its edge."""
    steps = rng.uniform(0.55, 1.45, 160) * size
    edges = np.cumsum(steps) - 40 * size
    index = np.clip(np.searchsorted(edges, value), 1, len(edges) - 1)
    edge = np.minimum(value - edges[index - 1], edges[index] - value)
    return index, np.asarray(edge, np.float32)


NDInt = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _plant_layer(
    rng: Rng, light: Light, land: Land, where: tuple[float, Image], picture: Picture
) -> None:
    """Plant a forest edge along the ridge, copses and a few lone trees on one layer."""
    near, ridge = where
    tall = (11 + 46 * near**1.9) * SUPERSAMPLING
    spots: list[tuple[float, float, float]] = []
    wooded = ridge_noise(rng, 3.5, 3)
    step = tall * 0.30
    for x in np.arange(-step, CANVAS_WIDTH + step, step):
        column = int(np.clip(x, 0, CANVAS_WIDTH - 1))
        if wooded[column] > 0.75 - 0.95 * land.woods:
            for back in range(5):
                spots.append((x, ridge[column] + (back - 0.6) * 0.32 * tall, tall))
    for _ in range(rng.poisson(0.8 + 2.6 * land.woods)):
        spots += _copse(rng, ridge, tall)
    spots.sort(key=lambda spot: spot[1])
    for x, y, height in spots:
        place = (x + rng.normal(0, 0.2) * height, y + rng.normal(0, 0.05) * height)
        _tree(rng, light, land, near, (*place, height * rng.uniform(0.65, 1.2)), picture)


def _copse(rng: Rng, ridge: Image, tall: float) -> list[tuple[float, float, float]]:
    """Return the places of a small wood somewhere on a hill."""
    middle = rng.uniform(0, CANVAS_WIDTH)
    below = rng.uniform(0.6, 3.2) * tall
    length, rows = rng.uniform(2.4, 7.0) * tall, int(rng.integers(3, 7))
    spots = []
    for row in range(rows):
        half = length / 2 * np.sqrt(1 - ((row + 0.5) / rows * 2 - 1) ** 2)
        for x in np.arange(middle - half, middle + half, tall * 0.32):
            column = int(np.clip(x, 0, CANVAS_WIDTH - 1))
            spots.append((float(x), float(ridge[column] + below + row * tall * 0.22), tall))
    return spots


def _tree(
    rng: Rng,
    light: Light,
    land: Land,
    near: float,
    place: tuple[float, float, float],
    picture: Picture,
) -> None:
    """Paint one tree that stands at x, y and is `tall` pixels high."""
    x, y, tall = place
    leaves = LEAVES[land.season]
    base = colour(leaves[int(rng.integers(len(leaves)))]) * rng.uniform(0.85, 1.15)
    hazy = haze_amount(light, land, near)
    sunny = float(np.sign(light.sun_x - 0.5) or 1.0)
    narrow = 0.62 if rng.random() < 0.25 else 1.0
    clumps = 14 if tall < 34 else 64
    heights = np.sort(rng.uniform(-1, 1, clumps))
    for up in heights:
        side = rng.uniform(-1, 1) * np.sqrt(1 - up**2)
        wide = 0.36 * narrow * (1 if narrow == 1 else 1 - 0.5 * up)
        centre = (x + side * wide * tall, y - (0.52 + 0.40 * up) * tall)
        radius = tall * (0.125 if clumps < 20 else 0.078) * rng.uniform(0.7, 1.25)
        lit = 1 + light.contrast * (0.42 * up + 0.34 * side * sunny + rng.normal(0, 0.14))
        shade = mix(base * colour(light.tint) * max(lit, 0.35), air_colour(light, land), hazy)
        _disc(picture, centre, radius, shade)


def _disc(picture: Picture, centre: tuple[float, float], radius: float, shade: Image) -> None:
    """Paint one clump of leaves into colours and tree mask."""
    at = (round(centre[0]), round(centre[1]))
    size = max(1, round(radius))
    red, green, blue = (float(value) for value in np.clip(shade, 0, 1))
    cv2.circle(picture.image, at, size, (red, green, blue), -1)
    cv2.circle(picture.trees, at, size, 1, -1)
