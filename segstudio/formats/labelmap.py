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
from segstudio.core.class_lines import (
    ClassLine,
    Color,
    class_name,
    color_line,
    color_of,
    labelmap_line,
    whole_number,
    without_comment,
)
from segstudio.core.colors import hex_color, parse_color
from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.formats.numbers import shorten

_LARGEST = 1_000_000
_IGNORED = ("__ignore__", "_ignore_")
# Names of lists, the surest first; CSV files are known by their heading.
_NAMES_ONLY = ("class_names.txt", "classes.txt", "labels.txt", "label_names.txt")
_COLORED = ("labelmap.txt", "label_map.txt", "label_colors.txt", "label_colours.txt", "colors.txt")
LEGEND_FILES = ("palette.json", *_COLORED, *_NAMES_ONLY)

# A CSV without colours is a class list only where it is called so; others list photos.
_CLASS_TABLE = re.compile(r"class|label_?map|palette|colou?r|categor")
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
    return _of_lines(lines, name, labelmap_line if any(":" in t for t in lines) else color_line)


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


def _of_lines(lines: list[str], name: str, parse: Callable[[str], ClassLine]) -> Legend:
    """Read one class per line; a line that states none is told and still counts as a position."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    position = 0
    for number, line in enumerate(lines, start=1):
        text = without_comment(line)
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


def _of_names(lines: list[str], name: str) -> Legend:
    """Read one name per line, the first of which stands for value 0."""
    names = [line.strip() for line in lines if line.strip()]
    if names and names[0] in _IGNORED:
        names = names[1:]
    if any(re.search(r"[:\t]|\d+[ ,]\d+[ ,]\d+", entry) for entry in names):
        parse = labelmap_line if ":" in names[0] else color_line
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
            own = whole_number(row[value]) if value is not None else position
            color = color_of(cells) if colored else None
            entries.append(Entry(_plain(class_name(row[title])), color, own))
        except (ValueError, IndexError) as error:
            reason = str(error) if isinstance(error, ValueError) else "has too few columns"
            told = f'"{shorten(delimiter.join(row))}" {reason}; the line is not used'
            problems.append(Problem("warning", name, told, number))
        position += 1
    told_all = (*problems, *_doubles(entries, name))
    return Legend(name, tuple(entries), told_all, numbered=value is not None)


def _column(heading: list[str], names: Iterable[str]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _plain(name: str) -> str:
    """Return a class name in our words for background and ignore."""
    if name != "background" and name.strip("_") == "background":
        return "background"
    return IGNORE_LABEL if name in _IGNORED else name


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
