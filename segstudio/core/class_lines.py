"""Lines of class lists as other programs write them: a name, maybe a colour, maybe a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Color = tuple[int, int, int]

_COMMENT = re.compile(r"(?:^|(?<=[\s:]))#.*$")
_COLON_LINE = re.compile(r"^(?P<name>.*?):(?P<rgb>[^:]*)(?::[^:]*){0,2}$")
# A name may hold colons; the colour is what looks like one.
_SURE_LINE = re.compile(r"^(?P<name>.*?):(?P<rgb>\s*\d+\s*,\s*\d+\s*,\s*\d+\s*)(?::|$)")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class that a line states, with its colour (red, green, blue; 0-255) where it has one."""

    name: str
    color: Color | None


def without_comment(line: str) -> str:
    """Return a line without the comment that `#` begins, and without blanks around it."""
    return _COMMENT.sub("", line).strip()


def labelmap_line(text: str) -> ClassLine:
    """Read CVAT's `name:r,g,b:parts:actions`; the colour may be missing.

    Raises ValueError, whose text goes on from the line's own.
    """
    match = _SURE_LINE.match(text) or _COLON_LINE.match(text)
    if match is None:
        raise ValueError("has no colour: name:red,green,blue was expected")
    rgb = match["rgb"].strip()
    return ClassLine(class_name(match["name"]), color_of(rgb.split(",")) if rgb else None)


def color_line(text: str) -> ClassLine:
    """Read `r g b name` or `name r g b`, between blanks, tabs or commas; names may hold blanks.

    Raises ValueError, whose text goes on from the line's own.
    """
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    for numbers, words in ((parts[:3], parts[3:]), (parts[-3:], parts[:-3])):
        if len(numbers) == 3 and words and all(re.fullmatch(r"-?\d+", n) for n in numbers):
            return ClassLine(class_name(" ".join(words)), color_of(numbers))
    raise ValueError("is no line of a colour list: red green blue name was expected")


def class_name(text: str) -> str:
    """Return a name without blanks and quotes around it; ValueError where nothing is left."""
    name = text.strip().strip('"').strip()
    if not name:
        raise ValueError("has no name")
    return name


def color_of(cells: Iterable[str]) -> Color:
    """Return a colour of three numbers 0-255; ValueError says what is wrong."""
    numbers = [whole_number(cell) for cell in cells]
    if len(numbers) != 3:
        raise ValueError(f"has {len(numbers)} numbers as colour, not 3 (126,200,227)")
    for number in numbers:
        if not 0 <= number <= 255:
            raise ValueError(f"has the colour value {number}, which is not 0 to 255")
    return numbers[0], numbers[1], numbers[2]


def whole_number(text: str) -> int:
    """Return a whole number, also one written as 3.0; ValueError where it is none."""
    if not re.fullmatch(r"\s*-?\d{1,9}(\.0*)?\s*", text):
        raise ValueError(f'has "{text.strip()[:_SHOWN]}" where a whole number was expected')
    return int(float(text))
