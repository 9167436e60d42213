"""The photos: a list of scenes, and how each is rendered as a camera would see it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from balloons import ENVELOPES, PALE, PATTERNS, Balloon, paint_balloon
from canvas import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    HEIGHT,
    WIDTH,
    Image,
    Light,
    Mask,
    Rng,
    mix,
    noise,
    smoothstep,
)
from land import Land, Picture, air_colour, paint_land
from sky import paint_sky

LIGHTS: dict[str, Light] = {
    "dawn": Light(
        zenith=(0.36, 0.50, 0.73), middle=(0.74, 0.73, 0.80), horizon=(1.0, 0.83, 0.66),
        sun=(1.0, 0.86, 0.62), cloud_lit=(1.0, 0.86, 0.76), cloud_shade=(0.62, 0.60, 0.72),
        tint=(1.04, 0.93, 0.80), sun_x=0.24, sun_height=0.10, contrast=0.85, glow=0.85, haze=0.46,
    ),
    "noon": Light(
        zenith=(0.15, 0.38, 0.72), middle=(0.38, 0.62, 0.89), horizon=(0.80, 0.90, 0.97),
        sun=(1.0, 0.98, 0.92), cloud_lit=(1.0, 1.0, 1.0), cloud_shade=(0.70, 0.75, 0.83),
        tint=(1.0, 1.0, 0.96), sun_x=0.78, sun_height=0.75, contrast=0.75, glow=0.25, haze=0.38,
    ),
    "golden": Light(
        zenith=(0.26, 0.43, 0.68), middle=(0.62, 0.69, 0.78), horizon=(0.99, 0.84, 0.60),
        sun=(1.0, 0.88, 0.60), cloud_lit=(1.0, 0.90, 0.74), cloud_shade=(0.58, 0.58, 0.68),
        tint=(1.10, 0.95, 0.74), sun_x=0.86, sun_height=0.20, contrast=1.0, glow=0.65, haze=0.40,
    ),
    "dusk": Light(
        zenith=(0.17, 0.20, 0.42), middle=(0.58, 0.40, 0.55), horizon=(0.99, 0.62, 0.38),
        sun=(1.0, 0.70, 0.40), cloud_lit=(0.98, 0.62, 0.50), cloud_shade=(0.36, 0.29, 0.45),
        tint=(0.62, 0.50, 0.50), sun_x=0.66, sun_height=0.03, contrast=0.7, glow=0.80, haze=0.42,
    ),
    "overcast": Light(
        zenith=(0.60, 0.65, 0.71), middle=(0.73, 0.77, 0.81), horizon=(0.87, 0.88, 0.88),
        sun=(0.93, 0.93, 0.92), cloud_lit=(0.90, 0.91, 0.92), cloud_shade=(0.58, 0.62, 0.68),
        tint=(0.84, 0.87, 0.88), sun_x=0.40, sun_height=0.60, contrast=0.35, glow=0.15, haze=0.42,
    ),
    "haze": Light(
        zenith=(0.55, 0.68, 0.80), middle=(0.78, 0.83, 0.86), horizon=(0.95, 0.91, 0.83),
        sun=(1.0, 0.95, 0.84), cloud_lit=(0.98, 0.96, 0.92), cloud_shade=(0.76, 0.78, 0.82),
        tint=(0.98, 0.94, 0.86), sun_x=0.18, sun_height=0.35, contrast=0.55, glow=0.55, haze=0.54,
    ),
    "nightfall": Light(
        zenith=(0.10, 0.12, 0.27), middle=(0.33, 0.26, 0.42), horizon=(0.86, 0.46, 0.30),
        sun=(0.98, 0.56, 0.32), cloud_lit=(0.72, 0.42, 0.42), cloud_shade=(0.20, 0.17, 0.30),
        tint=(0.24, 0.21, 0.27), sun_x=0.35, sun_height=0.00, contrast=0.45, glow=0.55, haze=0.45,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What one photo shows; `sizes` are envelope radii as fractions of the photo's height."""

    light: str
    season: str
    sizes: tuple[float, ...]
    horizon: float = 0.60
    layers: int = 5
    relief: float = 1.0
    woods: float = 0.5
    fog: float = 0.0
    clouds: float = 0.3
    cirrus: bool = False
    blur: float = 0.45
    grain: float = 0.007
    pale: bool = False
    hard: bool = False


LABELLED: tuple[Scene, ...] = (
    Scene("dawn", "summer", (0.17, 0.085, 0.05), clouds=0.25, cirrus=True),
    Scene("noon", "spring", (0.20, 0.09), clouds=0.55, woods=0.6),
    Scene("golden", "summer", (0.15, 0.11, 0.07, 0.045), horizon=0.64, clouds=0.2),
    Scene("overcast", "spring", (0.19, 0.10), clouds=0.7, woods=0.7, horizon=0.56),
    Scene("haze", "desert", (0.16, 0.10, 0.07, 0.05), relief=1.6, woods=0.45, clouds=0.0),
    Scene("overcast", "spring", (0.13, 0.07), fog=0.75, clouds=0.0, pale=True, hard=True),
    Scene("noon", "summer", (0.14, 0.12, 0.06), horizon=0.66, clouds=0.4),
    Scene("dawn", "autumn", (0.21,), fog=0.25, clouds=0.2, woods=0.7, cirrus=True),
    Scene("golden", "autumn", (0.18, 0.08, 0.06), woods=0.8, clouds=0.35),
    Scene("dusk", "summer", (0.17, 0.09), clouds=0.5, cirrus=True, grain=0.012),
    Scene("noon", "desert", (0.13, 0.10, 0.08, 0.05, 0.04), relief=1.5, woods=0.4, clouds=0.1),
    Scene("haze", "spring", (0.19, 0.07), fog=0.2, clouds=0.1, woods=0.6),
    Scene("noon", "spring", (0.022, 0.018, 0.014, 0.012), clouds=0.6, horizon=0.5, hard=True),
    Scene("golden", "spring", (0.22, 0.10), horizon=0.68, clouds=0.45, blur=0.7),
    Scene("overcast", "autumn", (0.16, 0.12, 0.06), clouds=0.8, woods=0.6),
    Scene("dawn", "spring", (0.12, 0.10, 0.08, 0.06, 0.04), fog=0.3, clouds=0.3, cirrus=True),
    Scene("noon", "autumn", (0.17, 0.13), clouds=0.35, cirrus=True, woods=0.7, relief=1.3),
    Scene("dusk", "desert", (0.14, 0.09, 0.06), relief=1.6, clouds=0.3, woods=0.4, grain=0.011),
    Scene("nightfall", "summer", (0.16, 0.08), clouds=0.3, grain=0.020, woods=0.7, hard=True),
    Scene("haze", "summer", (0.18, 0.11, 0.05), clouds=0.2, horizon=0.62),
    Scene("golden", "desert", (0.16, 0.12, 0.09, 0.05), relief=1.7, woods=0.4, clouds=0.15),
    Scene("dusk", "autumn", (0.11, 0.06), woods=1.0, clouds=0.6, horizon=0.5, grain=0.014,
          hard=True),
    Scene("dawn", "summer", (0.20, 0.12), horizon=0.66, clouds=0.5, fog=0.15),
    Scene("noon", "summer", (0.15, 0.09, 0.06), clouds=0.65, woods=0.6, horizon=0.58, blur=0.8),
)  # fmt: skip

UNLABELLED: tuple[Scene, ...] = (
    Scene("golden", "summer", (0.18, 0.11, 0.06), clouds=0.3),
    Scene("noon", "spring", (0.15, 0.10, 0.05), clouds=0.5, horizon=0.62),
    Scene("dawn", "desert", (0.16, 0.12, 0.08, 0.05), relief=1.5, woods=0.4, fog=0.2),
    Scene("dusk", "spring", (0.14, 0.08), clouds=0.4, cirrus=True, grain=0.012),
)


@dataclass(frozen=True)
class Photo:
    """A rendered photo: `pixels` uint8 (H, W, 3) RGB, masks uint8 (H, W), and its balloons."""

    pixels: Mask
    land: Mask
    trees: Mask
    balloons: tuple[Balloon, ...]


def render(scene: Scene, rng: Rng) -> Photo:
    """Render one scene; the same generator state gives the same photo."""
    light = _varied(LIGHTS[scene.light], rng)
    land = Land(scene.season, scene.horizon, scene.layers, scene.relief, scene.woods, scene.fog)
    size = (CANVAS_HEIGHT, CANVAS_WIDTH)
    sky = paint_sky(rng, light, scene.horizon, scene.clouds, cirrus=scene.cirrus)
    sky = mix(sky, air_colour(light, land), 0.8 * scene.fog)
    picture = Picture(sky, np.zeros(size, np.uint8), np.zeros(size, np.uint8))
    paint_land(rng, light, land, picture)
    balloons = _place_balloons(rng, scene, light)
    air = air_colour(light, land)
    cover = np.zeros(size, np.uint8)
    for balloon in sorted(balloons, key=lambda each: each.radius):
        paint_balloon(rng, light, balloon, air, picture.image, cover)
    pixels = _expose(rng, scene, light, picture.image)
    return Photo(pixels, _shrink(picture.land), _shrink(picture.trees), tuple(balloons))


def _varied(light: Light, rng: Rng) -> Light:
    """Return the light with the sun on either side."""
    values = dict(vars(light))
    if rng.random() < 0.5:
        values["sun_x"] = 1 - light.sun_x
    return Light(**values)


def _place_balloons(rng: Rng, scene: Scene, light: Light) -> list[Balloon]:
    """Find places where balloons do not cover each other; large ones first."""
    placed: list[Balloon] = []
    for share in scene.sizes:
        radius = share * CANVAS_HEIGHT
        x, y = _free_place(rng, scene, radius, placed)
        colours = PALE if scene.pale else ENVELOPES[int(rng.integers(len(ENVELOPES)))]
        far = float(np.clip(1 - share / 0.15, 0, 1))
        veil = min(0.86, 0.30 * far * light.haze + scene.fog * (0.30 + 0.4 * far))
        veil = veil * 0.8 if scene.pale else veil * 0.75
        flame = scene.light in ("dusk", "nightfall", "dawn") and rng.random() < 0.5
        pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
        placed.append(Balloon(x, y, radius, pattern, colours, veil, flame))
    return placed


def _free_place(
    rng: Rng, scene: Scene, radius: float, placed: list[Balloon]
) -> tuple[float, float]:
    """Return the centre, of many tried, that keeps away from the other balloons."""
    best, best_gap = (0.0, 0.0), -np.inf
    lowest = (scene.horizon + 0.10) * CANVAS_HEIGHT - 1.5 * radius
    for _ in range(60):
        x = rng.uniform(1.25 * radius, CANVAS_WIDTH - 1.25 * radius)
        y = rng.uniform(1.15 * radius, max(lowest, 1.3 * radius))
        gaps = [
            np.hypot(x - other.x, (y - other.y) * 0.7) - 1.15 * (radius + other.radius)
            for other in placed
        ]
        gap = min(gaps, default=0.0)
        if gap > best_gap:
            best, best_gap = (float(x), float(y)), gap
        if gap > 0:
            break
    return best


def _expose(rng: Rng, scene: Scene, light: Light, image: Image) -> Mask:
    """Return what the camera keeps: lens blur, vignette, tone and grain; uint8 (H, W, 3)."""
    small = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), scene.blur)
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j].astype(np.float32)
    corner = smoothstep(0.45, 1.45, np.asarray(np.hypot(x, y), np.float32))
    small = small * (1 - rng.uniform(0.16, 0.34) * corner)[..., None]
    bloom = cv2.GaussianBlur(np.clip(small - 0.78, 0, 1), (0, 0), 14)
    small = small + 0.5 * light.glow * bloom
    toned = small + 0.10 * (smoothstep(0.0, 1.0, np.asarray(small, np.float32)) - small)
    grey = rng.normal(0, scene.grain, (HEIGHT, WIDTH, 1))
    specks = rng.normal(0, scene.grain * 0.5, (HEIGHT, WIDTH, 3))
    blotches = (noise(rng, (300, 200), 2, (HEIGHT, WIDTH)) - 0.5)[..., None] * scene.grain
    final = toned + grey + specks + blotches
    return np.asarray(np.clip(final * 255 + 0.5, 0, 255), np.uint8)


def _shrink(mask: Mask) -> Mask:
    """Return a canvas mask at the size of the photo: 1 where at least half is covered."""
    small = cv2.resize(mask.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small >= 0.5, np.uint8)
