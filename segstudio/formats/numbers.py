"""Numbers as text in exports: finite or refused, with the text in the message."""

from __future__ import annotations

import math

from segstudio.core.annotation import Point

_SHOWN = 60
_LARGEST = 2**31


def finite(text: str) -> float:
    """Return the finite number that `text` states; ValueError says what it is instead."""
    # Python also takes "1_000" and the digits of other scripts, which no tool writes.
    plain = text.isascii() and "_" not in text
    try:
        value = float(text if plain else "")
    except ValueError:
        raise ValueError(f'"{shorten(text)}" is no number') from None
    if not math.isfinite(value):
        raise ValueError(f'"{shorten(text)}" is not finite')
    return value


def whole(text: str) -> int:
    """Return the whole number that `text` states; ValueError says what it is instead."""
    value = finite(text)
    if value != int(value):
        raise ValueError(f'"{shorten(text)}" is no whole number')
    if abs(value) >= _LARGEST:
        raise ValueError(f'"{shorten(text)}" is too large')
    return int(value)


def point_list(text: str) -> tuple[Point, ...]:
    """Return the points of "x,y;x,y;..."; ValueError says what is wrong."""
    points: list[Point] = []
    for part in text.strip().rstrip(";").split(";"):
        numbers = part.split(",")
        if len(numbers) != 2:
            raise ValueError(f'"{shorten(part)}" is no pair "x,y"')
        points.append((finite(numbers[0]), finite(numbers[1])))
    return enough(tuple(points))


def enough(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points of a polygon; ValueError where they are fewer than three."""
    if len(points) < 3:
        raise ValueError(f"a polygon needs 3 points, this one has {len(points)}")
    return points


def pixels(text: str | None) -> int | None:
    """Return a photo's width or height in pixels, None where the text states none."""
    try:
        value = whole(text or "")
    except ValueError:
        return None
    return value if value > 0 else None


def shorten(text: str) -> str:
    """Return text fit for a message: one line, not endless."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
