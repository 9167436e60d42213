from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.color_vision import ALIKE, SIGHTS, alike, apart, distance, lab
from segstudio.core.colors import DEFAULT_COLORS, distinct_colors, parse_color
from segstudio.core.palette import Palette, PaletteClass

RGB = st.tuples(*[st.integers(0, 255)] * 3)
# Rows of the published simulation matrices, to be multiplied with linear red, green, blue.
DEUTAN = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


def plain_lab(rgb: tuple[int, int, int], rows: tuple[tuple[float, ...], ...] | None = None):
    """CIE Lab under D65, number by number."""
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb
    ]
    if rows:
        mixed = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in rows]
        linear = [min(max(value, 0), 1) for value in mixed]
    r, g, b = linear
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883

    def bent(t: float) -> float:
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116

    return 116 * bent(y) - 16, 500 * (bent(x) - bent(y)), 200 * (bent(y) - bent(z))


def plain_distance(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    """CIEDE2000 as its paper writes it down, step by step."""
    l1, a1, b1 = one
    l2, a2, b2 = two
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = math.degrees(math.atan2(b1, a1)) % 360 if c1 else 0
    h2 = math.degrees(math.atan2(b2, a2)) % 360 if c2 else 0
    dh = 0.0
    if c1 * c2:
        dh = h2 - h1
        dh = dh - 360 if dh > 180 else dh + 360 if dh < -180 else dh
    big_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    hm = h1 + h2
    if c1 * c2:
        hm = hm / 2 if abs(h1 - h2) <= 180 else (hm + 360) / 2 if hm < 360 else (hm - 360) / 2
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    cos = [math.cos(math.radians(v)) for v in (hm - 30, 2 * hm, 3 * hm + 6, 4 * hm - 63)]
    t = 1 - 0.17 * cos[0] + 0.24 * cos[1] + 0.32 * cos[2] - 0.20 * cos[3]
    rc = 2 * math.sqrt(cm**7 / (cm**7 + 25**7))
    rt = -math.sin(math.radians(60 * math.exp(-(((hm - 275) / 25) ** 2)))) * rc
    dl = (l2 - l1) / (1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * cm)
    dh = big_h / (1 + 0.015 * cm * t)
    return math.sqrt(max(0, dl**2 + dc**2 + dh**2 + rt * dc * dh))


@pytest.mark.parametrize(
    ("one", "two", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.4900, -0.0010), (50, -2.4900, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_published_examples(
    one: tuple[float, ...], two: tuple[float, ...], published: float
) -> None:
    assert distance(np.array(one), np.array(two)) == pytest.approx(published, abs=1e-4)
    assert plain_distance(one, two) == pytest.approx(published, abs=1e-4)


@given(RGB, RGB)
def test_distances_agree_with_the_plain_formula(
    one: tuple[int, int, int], two: tuple[int, int, int]
) -> None:
    for sight, rows in (("normal", None), ("deutan", DEUTAN)):
        here, there = plain_lab(one, rows), plain_lab(two, rows)
        np.testing.assert_allclose(lab([one], sight)[0], here, atol=1e-6)
        made = distance(lab([one], sight), lab([two], sight))[0]
        # Beside grey the hue turns on rounding, so both may be off by a little.
        assert made == pytest.approx(plain_distance(here, there), abs=0.02)


def test_the_default_colours_are_far_apart_for_every_sight() -> None:
    assert len(DEFAULT_COLORS) >= 12
    colors = [parse_color(c) for c in (*DEFAULT_COLORS, "#000000", "#808080")]
    for sight in SIGHTS:
        seen = [tuple(row) for row in lab(colors, sight)]
        assert min(plain_distance(a, b) for a, b in combinations(seen, 2)) > 12


def test_colours_never_repeat_and_keep_away_from_those_in_use() -> None:
    many = distinct_colors(256, [])
    assert len(set(many)) == 256
    assert many[:12] == list(DEFAULT_COLORS)
    used = ["#e8a300", "#74b9e7"]
    fresh = distinct_colors(12, used)
    assert not set(fresh) & {"#e8a200", "#74b9e8"}
    others = [parse_color(color) for color in used]
    assert apart([parse_color(color) for color in fresh], others).min() >= ALIKE


def test_pairs_that_look_alike_are_told_with_the_sight_that_takes_them_for_each_other() -> None:
    red, green, gold, gold_too = (191, 96, 0), (120, 134, 0), (230, 180, 0), (232, 182, 4)
    pairs = alike([red, gold, green, gold_too])
    assert (pairs[0].first, pairs[0].second, pairs[0].sight) == (1, 3, "normal")
    assert [(p.first, p.second, p.sight) for p in pairs[1:]] == [(0, 2, "deutan")]
    assert plain_distance(plain_lab(red, DEUTAN), plain_lab(green, DEUTAN)) < ALIKE
    assert plain_distance(plain_lab(red), plain_lab(green)) > 2 * ALIKE
    assert alike([(0, 0, 0), (255, 255, 255)]) == alike([red]) == []


def test_distinct_colours_change_only_the_classes_that_look_like_another() -> None:
    names = ("background", "sky", "sea", "sand")
    colors = ("#000000", "#3399ff", "#3398fe", "#e8d9a0")
    palette = Palette(
        classes=tuple(
            PaletteClass(id=i, name=name, color=color)
            for i, (name, color) in enumerate(zip(names, colors, strict=True))
        )
    )
    better = palette.with_distinct_colors()
    changed = [e.name for e in palette.classes if better.by_id(e.id).color != e.color]
    assert changed == ["sea"]
    assert alike([parse_color(entry.color) for entry in better.classes]) == []
    assert better.with_distinct_colors() == better
    # A class that is merged away shows no colour of its own.
    merged = palette.merged(2, into=1)
    assert merged.with_distinct_colors() == merged
