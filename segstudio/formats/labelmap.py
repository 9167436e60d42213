"""Lists beside masks that say which class a colour or a pixel value stands for.

CVAT's labelmap.txt, CamVid's label_colors.txt, CSV class maps, lists of names, our palette.json.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.colors import hex_color, parse_color
from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.formats.numbers import shorten

Color = tuple[int, int, int]

_LARGEST = 1_000_000
# Names of lists, the surest first; CSV files are known by their heading.
_NAMES_ONLY = ("class_names.txt", "classes.txt", "labels.txt", "label_names.txt")
_COLORED = ("labelmap.txt", "label_map.txt", "label_colors.txt", "label_colours.txt", "colors.txt")
LEGEND_FILES = ("palette.json", *_COLORED, *_NAMES_ONLY)

_COLON_LINE = re.compile(r"^(?P<name>.*?):(?P<rgb>[^:]*)(?::[^:]*){0,2}$")
_COMMENT = re.compile(r"(?:^|(?<=[\s:]))#.*$")
# A CSV without colours is a class list only where it is called so; others list photos.
_CLASS_TABLE = re.compile(r"class|label_?map|palette|colou?r|categor")
_BACKGROUND, _IGNORED = ("_background_", "__background__"), ("__ignore__", "_ignore_")
_NAME_COLUMNS = ("name", "label", "class_name", "class", "label_name", "category", "classname")
_VALUE_COLUMNS = ("id", "index", "value", "class_id", "label_id", "pixel", "pixel_value")
_COLOR_COLUMNS = (("r", "red"), ("g", "green"), ("b", "blue"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One class of a list: its name, its colour and its pixel value where they are stated."""

    name: str
    color: Color | None
    value: int | None


@dataclass(frozen=True)
class Legend:
    """The classes that a list states, in its order.

    `numbered` says that the values are the ids that the classes shall keep; otherwise they are
    positions in the list, from 0. `standard` says that it is a well-known list and not the
    user's own, so that only classes in use count.
    """

    file: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    numbered: bool = False
    standard: bool = False

    @cached_property
    def by_color(self) -> dict[Color, str]:
        """The name of every colour; the first of several."""
        found: dict[Color, str] = {}
        for entry in self.entries:
            if entry.color is not None:
                found.setdefault(entry.color, entry.name)
        return found

    @cached_property
    def by_value(self) -> dict[int, Entry]:
        """The class of every pixel value."""
        found: dict[int, Entry] = {}
        for entry in self.entries:
            if entry.value is not None:
                found.setdefault(entry.value, entry)
        return found


def is_legend(name: str) -> bool:
    """Tell by its name whether a file may say what the masks' values stand for."""
    last = PurePosixPath(name).name.casefold()
    return last in LEGEND_FILES or last.endswith(".csv")


def legend_rank(name: str) -> int:
    """Say which of several lists counts, the lowest first."""
    last = PurePosixPath(name).name.casefold()
    return LEGEND_FILES.index(last) if last in LEGEND_FILES else len(_COLORED)


def read_legend(data: bytes, name: str) -> Legend | None:
    """Return what a list says, None where the file is no such list."""
    if len(data) > _LARGEST:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    last = PurePosixPath(name).name.casefold()
    if last == "palette.json":
        return _own(text, name)
    lines = [line.rstrip() for line in text.splitlines()]
    if last.endswith(".csv"):
        return _of_table(lines, name)
    if last in _NAMES_ONLY:
        return _of_names(lines, name)
    return _of_lines(lines, name, _colon_entry if any(":" in t for t in lines) else _blank_entry)


def _own(text: str, name: str) -> Legend:
    """Read the palette that lies beside label images of our own."""
    try:
        palette = Palette.from_json(json.loads(text), name)
    except (ValueError, RecursionError) as error:
        problem = Problem("warning", name, f"this is no palette and is not used: {error}")
        return Legend(name, (), (problem,))
    except SegStudioError as error:
        problem = Problem("warning", name, f"it is not used: {error.what}".replace("\n", " "))
        return Legend(name, (), (problem,))
    entries = (Entry(e.name, parse_color(e.color), e.id) for e in palette.classes)
    return Legend(name, tuple(entries), numbered=True)


def _of_lines(lines: list[str], name: str, parse: Callable[[str], Entry]) -> Legend:
    """Read one class per line; a line that states none is told and still counts as a position."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    position = 0
    for number, line in enumerate(lines, start=1):
        text = _COMMENT.sub("", line).strip()
        if not text:
            continue
        try:
            entry = parse(text)
            entries.append(Entry(_plain(entry.name), entry.color, position))
        except ValueError as error:
            told = f'"{shorten(text)}" {error}; the line is not used'
            problems.append(Problem("warning", name, told, number))
        position += 1
    if not entries and not problems:
        problems = [Problem("warning", name, "it lists no class and is not used")]
    return Legend(name, tuple(entries), (*problems, *_doubles(entries, name)))


def _colon_entry(text: str) -> Entry:
    """Read CVAT's `name:r,g,b:parts:actions`; the colour may be missing."""
    found = _COLON_LINE.match(text)
    # A name may hold colons; the colour is what looks like one.
    sure = re.match(r"^(?P<name>.*?):(?P<rgb>\s*\d+\s*,\s*\d+\s*,\s*\d+\s*)(?::|$)", text)
    match = sure or found
    if match is None:
        raise ValueError("has no colour: name:red,green,blue was expected")
    rgb = match["rgb"].strip()
    return Entry(_named(match["name"]), _color(rgb.split(",")) if rgb else None, None)


def _blank_entry(text: str) -> Entry:
    """Read `r g b name` or `name r g b`, between blanks, tabs or commas; names may hold blanks."""
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    for numbers, words in ((parts[:3], parts[3:]), (parts[-3:], parts[:-3])):
        if len(numbers) == 3 and words and all(re.fullmatch(r"-?\d+", n) for n in numbers):
            return Entry(_named(" ".join(words)), _color(numbers), None)
    raise ValueError("is no line of a colour list: red green blue name was expected")


def _of_names(lines: list[str], name: str) -> Legend:
    """Read one name per line, the first of which stands for value 0."""
    names = [line.strip() for line in lines if line.strip()]
    if names and names[0] in _IGNORED:
        names = names[1:]
    if any(re.search(r"[:\t]|\d+[ ,]\d+[ ,]\d+", entry) for entry in names):
        parse = _colon_entry if ":" in names[0] else _blank_entry
        return _of_lines(lines, name, parse)
    entries = [Entry(_plain(text), None, place) for place, text in enumerate(names)]
    return Legend(name, tuple(entries), tuple(_doubles(entries, name)))


def _of_table(lines: list[str], name: str) -> Legend | None:
    """Read a CSV whose heading has a name and red, green, blue or a value; None for others."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None
    delimiter = max(",;\t", key=filled[0].count)
    rows = list(csv.reader(lines, delimiter=delimiter))
    start = next(number for number, line in enumerate(lines) if line.strip())
    heading = [cell.strip().casefold() for cell in rows[start]]
    title = _column(heading, _NAME_COLUMNS)
    colors = [_column(heading, names) for names in _COLOR_COLUMNS]
    value = _column(heading, _VALUE_COLUMNS)
    colored = None not in colors
    called_so = _CLASS_TABLE.search(PurePosixPath(name).name.casefold()) is not None
    if title is None or not (colored or (value is not None and called_so)):
        return None
    entries: list[Entry] = []
    problems: list[Problem] = []
    position = 0
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            cells = [row[c] for c in colors if c is not None] if colored else []
            own = _whole(row[value]) if value is not None else position
            color = _color(cells) if colored else None
            entries.append(Entry(_plain(_named(row[title])), color, own))
        except (ValueError, IndexError) as error:
            reason = str(error) if isinstance(error, ValueError) else "has too few columns"
            told = f'"{shorten(delimiter.join(row))}" {reason}; the line is not used'
            problems.append(Problem("warning", name, told, number))
        position += 1
    told_all = (*problems, *_doubles(entries, name))
    return Legend(name, tuple(entries), told_all, numbered=value is not None)


def _column(heading: list[str], names: Iterable[str]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _named(text: str) -> str:
    name = text.strip().strip('"').strip()
    if not name:
        raise ValueError("has no name")
    return name


def _plain(name: str) -> str:
    """Return a class name in our words for background and ignore."""
    if name in _BACKGROUND:
        return "background"
    return IGNORE_LABEL if name in _IGNORED else name


def _color(cells: Iterable[str]) -> Color:
    """Return a colour of three numbers 0..255; ValueError says what is wrong."""
    numbers = [_whole(cell) for cell in cells]
    if len(numbers) != 3:
        raise ValueError(f"has {len(numbers)} numbers as colour, not 3")
    for number in numbers:
        if not 0 <= number <= 255:
            raise ValueError(f"has the colour value {number}, which is not 0 to 255")
    return numbers[0], numbers[1], numbers[2]


def _whole(text: str) -> int:
    if not re.fullmatch(r"\s*-?\d{1,9}(\.0*)?\s*", text):
        raise ValueError(f'has "{shorten(text)}" where a whole number was expected')
    return int(float(text))


def _doubles(entries: list[Entry], name: str) -> list[Problem]:
    """Tell of colours that stand for two names, and of names that have two colours."""
    problems = []
    colors: dict[Color, str] = {}
    names: dict[str, int] = {}
    for entry in entries:
        names[entry.name] = names.get(entry.name, 0) + 1
        if entry.color is None:
            continue
        first = colors.setdefault(entry.color, entry.name)
        if first != entry.name:
            text = (
                f'the colour {hex_color(entry.color)} stands for "{first}" and for '
                f'"{entry.name}"; in colour masks it counts as "{first}"'
            )
            problems.append(Problem("warning", name, text))
    for twice in [entry for entry, count in names.items() if count > 1]:
        text = f'"{shorten(twice)}" is listed {names[twice]} times; it is one class'
        problems.append(Problem("info", name, text))
    return problems
