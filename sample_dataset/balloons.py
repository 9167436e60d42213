"""Hot-air balloons: envelope, ropes and basket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from canvas import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    Image,
    Light,
    Mask,
    Rgb,
    Rng,
    colour,
    mix,
    smoothstep,
)

TANGENT = np.deg2rad(38.0)
MOUTH = 0.20
SHOULDER = float(np.sin(TANGENT))
BOTTOM = float(SHOULDER + (np.cos(TANGENT) - MOUTH) / np.tan(TANGENT))
BASKET_TOP, BASKET_BOTTOM, BASKET_HALF = 1.74, 2.0, 0.165

ENVELOPES: tuple[tuple[Rgb, ...], ...] = (
    ((0.82, 0.12, 0.12), (0.98, 0.80, 0.16), (0.95, 0.94, 0.90)),
    ((0.93, 0.42, 0.08), (0.99, 0.86, 0.30), (0.70, 0.10, 0.14)),
    ((0.62, 0.10, 0.38), (0.97, 0.62, 0.16), (0.98, 0.92, 0.84)),
    ((0.90, 0.16, 0.30), (0.99, 0.97, 0.93), (0.20, 0.22, 0.50)),
    ((0.98, 0.78, 0.10), (0.86, 0.20, 0.10), (0.20, 0.26, 0.56)),
    ((0.12, 0.46, 0.52), (0.98, 0.70, 0.20), (0.94, 0.30, 0.16)),
    ((0.46, 0.16, 0.56), (0.98, 0.52, 0.40), (0.99, 0.88, 0.46)),
)
PALE: tuple[Rgb, ...] = ((0.80, 0.83, 0.86), (0.74, 0.78, 0.83), (0.88, 0.89, 0.90))
PATTERNS = ("gores", "bands", "zigzag", "checks", "spiral", "crown", "rainbow")


@dataclass(frozen=True)
class Balloon:
    """One balloon: centre of the envelope and its radius in canvas pixels, and its looks."""

    x: float
    y: float
    radius: float
    pattern: str
    colours: tuple[Rgb, ...]
    veil: float
    flame: bool


def radius_at(height: Image) -> Image:
    """Return the envelope's half width at heights -1 (top) to `BOTTOM`, in envelope radii."""
    ball = np.sqrt(np.clip(1 - height**2, 0, 1))
    cone = np.cos(TANGENT) - (height - SHOULDER) * np.tan(TANGENT)
    inside = np.where(height < SHOULDER, ball, cone)
    return np.asarray(np.where((height < -1) | (height > BOTTOM), 0, inside), np.float32)


def paint_balloon(
    rng: Rng, light: Light, balloon: Balloon, air: Image, image: Image, mask: Mask
) -> None:
    """Paint a balloon over `image` (RGB) and mark it in `mask`."""
    reach = balloon.radius * 1.08
    left, right = int(max(0, balloon.x - reach)), int(min(CANVAS_WIDTH, balloon.x + reach))
    top = int(max(0, balloon.y - reach))
    bottom = int(min(CANVAS_HEIGHT, balloon.y + balloon.radius * 2.1))
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    u = np.asarray((xs + 0.5 - balloon.x) / balloon.radius, np.float32)
    v = np.asarray((ys + 0.5 - balloon.y) / balloon.radius, np.float32)
    patch = image[top:bottom, left:right]
    cover = mask[top:bottom, left:right]
    _hang_basket(light, balloon, air, (u, v), (patch, cover))
    half = radius_at(v)
    inside = np.abs(u) <= half
    shade = _envelope(rng, light, balloon, (u, v, half))
    shade = mix(np.clip(shade, 0, 1), air, balloon.veil)
    patch[inside] = shade[inside]
    cover[inside] = 1


def _envelope(rng: Rng, light: Light, balloon: Balloon, place: tuple[Image, Image, Image]) -> Image:
    """Return the colours of the envelope, lit and with its gores bulging."""
    u, v, half = place
    across = np.clip(u / np.maximum(half, 1e-3), -1, 1)
    front = np.sqrt(1 - across**2)
    gores = 20 if balloon.radius > 60 else 12
    turn = np.arcsin(across) / np.pi * gores + rng.uniform(0, 1) + 40
    lift = v + 0.16 * front * half
    picked = _pattern(balloon, np.asarray(turn, np.float32), np.asarray(lift, np.float32), gores)
    steep = np.where(v < SHOULDER, v, SHOULDER)
    toward = (light.sun_x - balloon.x / CANVAS_WIDTH) * 1.6
    aim = np.array([np.clip(toward, -0.9, 0.9), -0.35 - 0.9 * min(light.sun_height, 0.8), 0.55])
    aim /= np.linalg.norm(aim)
    ring = np.sqrt(np.clip(1 - steep**2, 0, 1))
    lambert = across * ring * aim[0] + steep * aim[1] + front * ring * aim[2]
    seam = np.abs(turn % 1 - 0.5) * 2
    lit = 0.74 + light.contrast * (0.42 * np.clip(lambert, -0.6, 1)) - 0.10 * seam**6 * front
    lit += 0.05 * (1 - light.contrast)
    if balloon.flame:
        lit += 0.35 * np.exp(-(((v - 1.0) / 0.75) ** 2) - (u / 0.8) ** 2)
    shade = picked * np.asarray(lit, np.float32)[..., None] * (0.35 + 0.65 * colour(light.tint))
    shine = np.exp(-(((u - aim[0] * 0.55) / 0.28) ** 2) - ((v + 0.45) / 0.30) ** 2)
    shade += (0.16 * light.contrast * np.asarray(shine, np.float32))[..., None] * colour(light.sun)
    inner = ((u / MOUTH) ** 2 + ((v - BOTTOM + 0.03) / 0.075) ** 2) < 1
    shade[inner] = colour((0.95, 0.62, 0.25)) if balloon.flame else shade[inner] * 0.35
    return np.asarray(shade, np.float32)


def _pattern(balloon: Balloon, turn: Image, lift: Image, gores: int) -> Image:
    """Return which colour the cloth has at a turn (in gores) and a height."""
    colours = np.array(balloon.colours, np.float32)
    count = len(colours)
    gore = np.floor(turn).astype(np.int64)
    level = (lift + 1) / (BOTTOM + 1)
    match balloon.pattern:
        case "gores":
            index = gore // 2 % count
        case "bands":
            index = np.floor(level * 7).astype(np.int64) % count
        case "zigzag":
            index = np.floor(level * 6 + np.abs(turn % 2 - 1) * 1.0).astype(np.int64) % count
        case "checks":
            index = np.where((level > 0.28) & (level < 0.66), (gore + np.floor(level * 11)) % 2, 2)
        case "spiral":
            index = np.floor(level * 5 + turn * 6 / gores).astype(np.int64) % count
        case "crown":
            star = 0.34 + 0.16 * np.abs(turn % 4 / 2 - 1)
            index = np.where(level < star, 1, np.where(level > 0.74, 2, 0))
        case _:
            index = np.where(level < 0.16, 2, gore % count)
    return np.asarray(colours[np.asarray(index, np.int64) % count], np.float32)


def _hang_basket(
    light: Light,
    balloon: Balloon,
    air: Image,
    place: tuple[Image, Image],
    target: tuple[Image, Mask],
) -> None:
    """Paint ropes, basket and the people in it."""
    u, v = place
    patch, cover = target
    share = np.clip((v - BOTTOM) / (BASKET_TOP - BOTTOM), 0, 1)
    hanging = (v > BOTTOM) & (v < BASKET_TOP)
    thick = max(0.010, 0.8 / balloon.radius)
    rope = np.zeros(u.shape, bool)
    for start, end in ((-MOUTH, -0.14), (MOUTH, 0.14), (-0.07, -0.05), (0.07, 0.05)):
        rope |= hanging & (np.abs(u - (start + (end - start) * share)) < thick)
    wicker = (np.abs(u) < BASKET_HALF - 0.03 * smoothstep(1.80, 2.0, v)) & (v >= BASKET_TOP)
    wicker &= v < BASKET_BOTTOM
    weave = 0.86 + 0.14 * np.sign(np.sin(u * 90) * np.sin(v * 110))
    rim = np.where(v < BASKET_TOP + 0.05, 0.55, 1.0) * (1 + 0.5 * u * np.sign(light.sun_x - 0.5))
    brown = colour((0.47, 0.30, 0.16)) * colour(light.tint)
    basket = brown * np.asarray(weave * rim, np.float32)[..., None]
    heads = np.zeros(u.shape, bool)
    for place_x in (-0.09, 0.01, 0.09):
        heads |= (u - place_x) ** 2 + (v - BASKET_TOP + 0.045) ** 2 < 0.036**2
    dark = mix(colour((0.16, 0.13, 0.12)), air, balloon.veil)
    patch[rope | heads] = dark
    patch[wicker] = mix(basket, air, balloon.veil)[wicker]
    if balloon.flame:
        fire = (np.abs(u) < 0.05 * (1 - (1.62 - v) / 0.3)) & (v > 1.32) & (v < 1.62)
        patch[fire] = colour((1.0, 0.80, 0.35))
    cover[wicker | heads] = 1
