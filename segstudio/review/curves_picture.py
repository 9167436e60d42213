"""The curves of a training as a picture to keep: how wrong it was, and how well it overlapped."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from segstudio.core.palette import Palette
from segstudio.core.run_history import Epoch, band

_WIDTH, _HEIGHT, _MARGIN = 1600, 760, 36
_SHARPER = 2
_INK, _SOFT, _GRID, _BAND = "#1b1e24", "#5b6472", "#e3e6eb", "#e4e7ec"
_TRAIN, _CHECK = "#0072b2", "#d55e00"
Points = list[tuple[float, float]]
Area = tuple[int, int, int, int]
"""The left, top, right and bottom edge of a plot in px."""
_LEFT: Area = (90, 130, 760, 620)
_RIGHT: Area = (880, 130, 1560, 620)


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its colour, its points (epoch, value), its width in px."""

    name: str
    color: str
    points: Points
    width: int = 3


def curves_png(title: str, history: Sequence[Epoch], palette: Palette) -> bytes:
    """Return a PNG of a run's losses and overlaps after every epoch.

    It is 1600 x 760 px, and higher where the names of many classes need more rows.
    """
    overlaps = [Line("average", _INK, _points(history, "val_miou"), 5), *_classes(history, palette)]
    lowest = max((y for _, _, y in _legend(overlaps, _RIGHT)), default=0)
    size = _WIDTH, max(_HEIGHT, lowest + _MARGIN)
    picture = Image.new("RGB", (size[0] * _SHARPER, size[1] * _SHARPER), "#ffffff")
    draw = ImageDraw.Draw(picture)
    _text(draw, (40, 22), title, _INK, 26)
    last = max((float(line["epoch"]) for line in history), default=1.0)
    losses = [
        Line("training", _TRAIN, _points(history, "train_loss")),
        Line("checking", _CHECK, _points(history, "val_loss")),
    ]
    top = max((value for line in losses for _, value in line.points), default=1.0)
    left = _Panel(draw, _LEFT, last, _nice(top))
    left.frame("How wrong it still was (loss)")
    right = _Panel(draw, _RIGHT, last, 1.0)
    right.frame("How well it overlapped your outlines (IoU)")
    right.band(band(history))
    left.lines(losses)
    right.lines(overlaps)
    stream = io.BytesIO()
    picture.resize(size, Image.Resampling.LANCZOS).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


@dataclass(frozen=True, slots=True)
class _Panel:
    """One plot: its area, its last epoch and highest value."""

    draw: ImageDraw.ImageDraw
    area: Area
    last: float
    highest: float

    def at(self, epoch: float, value: float) -> tuple[float, float]:
        """Return where a point is, in the px that are drawn."""
        left, top, right, bottom = self.area
        x = left + (right - left) * epoch / self.last
        y = bottom - (bottom - top) * min(value / self.highest, 1.0)
        return x * _SHARPER, y * _SHARPER

    def frame(self, title: str) -> None:
        """Draw the title, the grid and what the axes count."""
        left, top, right, bottom = self.area
        _text(self.draw, (left, top - 44), title, _INK, 20)
        for step in range(5):
            value = self.highest * step / 4
            self.draw.line([self.at(0, value), self.at(self.last, value)], _GRID, _SHARPER)
            _text(self.draw, (left - 50, self.at(0, value)[1] / _SHARPER - 9), f"{value:.3g}")
        every = max(1, math.ceil(self.last / 8))
        for epoch in range(0, int(self.last) + 1, every):
            _text(self.draw, (self.at(epoch, 0)[0] / _SHARPER - 6, bottom + 8), str(epoch))
        _text(self.draw, (right - 50, bottom + 30), "epoch")

    def band(self, ends: Sequence[tuple[int, float, float]]) -> None:
        """Fill the range, of (epoch, low, high), in which the average likely lies."""
        if len(ends) > 1:
            lower = [self.at(epoch, low) for epoch, low, _ in ends]
            upper = [self.at(epoch, high) for epoch, _, high in reversed(ends)]
            self.draw.polygon([*lower, *upper], _BAND)

    def lines(self, lines: Sequence[Line]) -> None:
        """Draw the curves, the first one on top, and their names in rows below."""
        for line in reversed(lines):
            places = [self.at(*point) for point in line.points]
            if len(places) > 1:
                self.draw.line(places, line.color, line.width * _SHARPER, joint="curve")
            radius = (line.width + 1) * _SHARPER
            for x, y in places:
                self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), line.color)
        for line, x, y in _legend(lines, self.area):
            box = [c * _SHARPER for c in (x, y + 4, x + 12, y + 16)]
            self.draw.rounded_rectangle(box, 3 * _SHARPER, line.color)
            _text(self.draw, (x + 18, y), line.name)


def _legend(lines: Sequence[Line], area: Area) -> Iterator[tuple[Line, int, int]]:
    """Yield the curves that have points, with where below the plot the name of each stands."""
    left, _, right, bottom = area
    x, y = left, bottom + 56
    for line in lines:
        if line.points:
            width = 34 + round(_font(16).getlength(line.name) / _SHARPER)
            if x + width > right:
                x, y = left, y + 24
            yield line, x, y
            x += width


def _classes(history: Sequence[Mapping[str, Any]], palette: Palette) -> list[Line]:
    """Return the curves of the classes in their own colours."""
    names = list(history[0].get("iou") or {}) if history else []
    lines = []
    for name in names:
        pairs = [(line["epoch"], (line.get("iou") or {}).get(name)) for line in history]
        entry = palette.find(name)
        color = entry.color if entry else "#888888"
        points = [(float(epoch), float(value)) for epoch, value in pairs if value is not None]
        lines.append(Line(name, color, points, 2))
    return lines


def _points(history: Sequence[Mapping[str, Any]], key: str) -> Points:
    """Return the points of a number; epochs without it are left out, never drawn as 0."""
    return [
        (float(line["epoch"]), float(line[key])) for line in history if line.get(key) is not None
    ]


def _nice(top: float) -> float:
    """Return a round number that is not below `top`."""
    if not (top > 0 and math.isfinite(top)):
        return 1.0
    step = 10.0 ** math.floor(math.log10(top))
    return next(step * factor for factor in (1, 2, 4, 5, 8, 10) if step * factor >= top)


def _text(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    words: str,
    color: str = _SOFT,
    size: int = 16,
) -> None:
    draw.text((place[0] * _SHARPER, place[1] * _SHARPER), words, fill=color, font=_font(size))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _SHARPER)
