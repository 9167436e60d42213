"""Sky: gradient, sun and clouds."""

from __future__ import annotations

import cv2
import numpy as np
from canvas import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    Image,
    Light,
    Rng,
    colour,
    grid,
    mix,
    noise,
    smoothstep,
)


def paint_sky(rng: Rng, light: Light, horizon: float, clouds: float, *, cirrus: bool) -> Image:
    """Return a sky, RGB float32 (H, W, 3); `horizon` is a fraction of the height."""
    x, y = grid()
    height = np.clip(y / (horizon * CANVAS_HEIGHT), 0, 1)
    upper = mix(colour(light.zenith), colour(light.middle), smoothstep(0.0, 0.62, height))
    sky = mix(upper, colour(light.horizon), smoothstep(0.45, 1.0, height))
    sky = _add_sun(sky, light, horizon, (x, y))
    if clouds > 0:
        sky = _add_clouds(rng, sky, light, (height, clouds), cirrus=cirrus)
    return np.clip(sky, 0, 1)


def _add_sun(sky: Image, light: Light, horizon: float, xy: tuple[Image, Image]) -> Image:
    """Add the glow of the sun, and its disc where it is in the photo."""
    sun_y = (horizon - light.sun_height) * CANVAS_HEIGHT
    dx, dy = xy[0] - light.sun_x * CANVAS_WIDTH, xy[1] - sun_y
    distance = np.sqrt(dx**2 + (dy * 1.25) ** 2) / CANVAS_HEIGHT
    glow = light.glow * (0.55 * np.exp(-((distance / 0.45) ** 2)) + 0.35 * np.exp(-distance / 0.12))
    sky = mix(sky, colour(light.sun), np.asarray(np.clip(glow, 0, 1), np.float32))
    disc = smoothstep(0.030, 0.022, np.asarray(np.hypot(dx, dy) / CANVAS_HEIGHT, np.float32))
    return mix(sky, np.minimum(colour(light.sun) + 0.25, 1), disc * min(light.glow, 1.0))


def _add_clouds(
    rng: Rng, sky: Image, light: Light, where: tuple[Image, float], *, cirrus: bool
) -> Image:
    """Lay a sheet of clouds in perspective over the sky, lit from the side of the sun."""
    height, amount = where
    x, _ = grid()
    nearness = 1.0 / (1.12 - height)
    tile = noise(rng, (7, 3) if cirrus else (9, 9), 6, (1024, 1024))
    stretch = 0.16 if cirrus else 0.22
    map_x = np.asarray((x - light.sun_x * CANVAS_WIDTH) * stretch * nearness + 512, np.float32)
    map_y = np.asarray(120 * nearness + 0.15 * map_x * cirrus, np.float32)
    toward_sun = 7 * np.tanh((light.sun_x * CANVAS_WIDTH - x) / 300)
    density = _sample(tile, map_x, map_y)
    shadow = _sample(tile, np.asarray(map_x + toward_sun, np.float32), map_y - 6)
    low = 0.66 - 0.30 * amount
    cover = smoothstep(low, low + (0.30 if cirrus else 0.16), density)
    cover *= np.asarray(1 - 0.75 * smoothstep(0.72, 1.0, height), np.float32)
    lit = np.clip(0.62 + 4.0 * (density - shadow) - 0.8 * (density - low - 0.1), 0, 1)
    shade = mix(colour(light.cloud_shade), colour(light.cloud_lit), np.asarray(lit, np.float32))
    return mix(sky, shade, cover * (0.55 if cirrus else 0.92))


def _sample(tile: Image, map_x: Image, map_y: Image) -> Image:
    """Read a square tile at any coordinates, mirrored at its borders."""
    return np.asarray(
        cv2.remap(tile, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )
