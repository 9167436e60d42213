"""Outlines: the shapes that a person would draw over a photo, as polygons and boxes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from balloons import BASKET_BOTTOM, BASKET_HALF, BASKET_TOP, BOTTOM, Balloon, radius_at
from canvas import HEIGHT, SUPERSAMPLING, WIDTH, Image, Mask, Rng
from scenes import Photo

Point = tuple[float, float]
MIN_TREES_AREA = 70.0


@dataclass(frozen=True)
class Shape:
    """One outlined region: `points` are a polygon, or two opposite corners of a box."""

    label: str
    points: tuple[Point, ...]
    is_box: bool = False


def outline(photo: Photo, rng: Rng, *, boxes: bool = False) -> list[Shape]:
    """Return the shapes of a photo in paint order; with `boxes`, baskets are boxes of their own."""
    skyline = np.argmax(photo.land, axis=0).astype(np.float32)
    shapes = [_sky(skyline), _ground(skyline, rng)]
    shapes += _trees(photo.trees, rng, boxes=boxes)
    for balloon in photo.balloons:
        shapes += _balloon(balloon, rng, boxes=boxes)
    return shapes


def _shape(label: str, points: list[Point], rng: Rng, shake: float) -> Shape:
    """Return a polygon whose points are a little off, as a hand sets them, inside the photo."""
    shaken = np.array(points) + rng.normal(0, shake, (len(points), 2))
    return Shape(label, tuple(_inside(float(x), float(y)) for x, y in shaken))


def _inside(x: float, y: float) -> Point:
    """Return a point moved into the photo, in hundredths of a pixel."""
    return round(min(max(x, 0.0), WIDTH), 2), round(min(max(y, 0.0), HEIGHT), 2)


def _sky(skyline: Image) -> Shape:
    """Return the sky, drawn generously down to below the lowest point of the skyline."""
    left = min(HEIGHT, float(skyline[:200].max()) + 22)
    right = min(HEIGHT, float(skyline[-200:].max()) + 26)
    middle = min(HEIGHT, float(skyline.max()) + 24)
    points = [(0.0, 0.0), (WIDTH, 0.0), (WIDTH, right), (WIDTH / 2, middle), (0.0, left)]
    low = max(left, middle, right)
    return Shape("sky", tuple(_inside(x, low if y > 0 else y) for x, y in points))


def _ground(skyline: Image, rng: Rng) -> Shape:
    """Return the land from the skyline to the lower border; trees and balloons lie over it."""
    line = [[[x, float(skyline[x])]] for x in range(0, WIDTH, 2)]
    curve = cv2.approxPolyDP(np.array(line, np.float32), 1.4, False)[:, 0, :]
    points = [(float(x), float(y)) for x, y in curve]
    drawn = _shape("ground", points, rng, 0.3).points
    left, right = (0.0, drawn[0][1]), (float(WIDTH), drawn[-1][1])
    corners = ((float(WIDTH), float(HEIGHT)), (0.0, float(HEIGHT)))
    return Shape("ground", (left, *drawn[1:-1], right, *corners))


def _trees(trees: Mask, rng: Rng, *, boxes: bool) -> list[Shape]:
    """Return one polygon for every wood; small gaps and lone bushes are not outlined."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    solid = cv2.morphologyEx(trees, cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    shapes: list[Shape] = []
    for contour in sorted(contours, key=lambda each: tuple(each.reshape(-1, 2).min(axis=0))):
        area = cv2.contourArea(contour)
        if area < MIN_TREES_AREA:
            continue
        x, y, width, height = cv2.boundingRect(contour)
        if boxes and area > 0.80 * width * height:
            shapes.append(Shape("trees", (_inside(x, y), _inside(x + width, y + height)), True))
            continue
        curve = cv2.approxPolyDP(contour, 1.3, True)[:, 0, :]
        middle = (x + width / 2, y + height / 2)
        points = [_grown((float(px), float(py)), middle) for px, py in curve]
        if len(points) >= 3:
            shapes.append(_shape("trees", points, rng, 0.35))
    return shapes


def _grown(point: Point, middle: Point) -> Point:
    """Return a border pixel's outer edge: its centre, moved half a pixel away from `middle`."""
    x, y = point
    return (
        x + 0.5 + 0.5 * float(np.sign(x - middle[0])) if 0 < x < WIDTH - 1 else x + float(x > 0),
        y + 0.5 + 0.5 * float(np.sign(y - middle[1])) if 0 < y < HEIGHT - 1 else y + float(y > 0),
    )


def _balloon(balloon: Balloon, rng: Rng, *, boxes: bool) -> list[Shape]:
    """Return a balloon: one outline down to the basket, or envelope and basket apart."""
    steps = int(np.clip(balloon.radius / 12, 5, 15))
    angle = np.linspace(-np.pi / 2 + 0.12, np.deg2rad(38), steps)
    heights = np.concatenate([np.sin(angle), np.linspace(0.85, BOTTOM, 3)])
    half = radius_at(np.asarray(heights, np.float32))
    side = [(float(r), float(v)) for r, v in zip(half, heights, strict=True)]
    if not boxes:
        side += [(0.15, BASKET_TOP - 0.03), (BASKET_HALF, BASKET_TOP)]
        side += [(BASKET_HALF - 0.02, BASKET_BOTTOM)]
    around = [*side, *((-u, v) for u, v in reversed(side))]
    points = [_at(balloon, u, v) for u, v in around]
    shapes = [_shape("balloon", points, rng, 0.35)]
    if boxes:
        low = _at(balloon, -BASKET_HALF, BASKET_TOP - 0.06)
        high = _at(balloon, BASKET_HALF, BASKET_BOTTOM)
        shapes.append(Shape("balloon", (_inside(*low), _inside(*high)), True))
    return shapes


def _at(balloon: Balloon, u: float, v: float) -> Point:
    """Return a place on the balloon, given in envelope radii, in pixels of the photo."""
    x = (balloon.x + u * balloon.radius) / SUPERSAMPLING
    return x, (balloon.y + v * balloon.radius) / SUPERSAMPLING
