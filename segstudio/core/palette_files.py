"""Class lists as other programs keep them: read into a palette, told apart by their content.

palette.json, CVAT's label JSON, name-to-id JSON, CVAT's labelmap.txt and lists of names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from segstudio.core.class_lines import ClassLine, color_line, labelmap_line, without_comment
from segstudio.core.colors import hex_color
from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_json
from segstudio.core.palette import IGNORE, Palette
from segstudio.core.palette_listing import NO_CLASS, Named, PaletteFile, listed, valued, wrong

_LARGEST = 4_000_000
_LONGEST = 60
_MOST_WORDS = 6
_NO_TEXT = "It is no class list of any kind that SegStudio knows."


def read_palette_file(path: Path) -> PaletteFile:
    """Read a class list of any kind.

    Raises SegStudioError with file and place where it is damaged, contradictory or something else.
    """
    text = _text(path)
    if text.lstrip()[:1] not in ("{", "["):
        return _from_lines(text, path)
    value = _json(text, path)
    if isinstance(value, list):
        return _from_cvat(value, path)
    if isinstance(value, dict) and value:
        own = "schema" in value or isinstance(value.get("classes"), list)
        return _own(value, path) if own else _from_mapping(value, path)
    return _own(value, path)


@dataclass(frozen=True, slots=True)
class PaletteKind:
    """A kind of class list that can be written; `title` is for people, `file` the usual name."""

    name: Literal["palette", "cvat", "mapping"]
    title: str
    file: str
    make: Callable[[Palette], object]


def write_palette_file(palette: Palette, path: Path, kind: PaletteKind) -> None:
    """Write a class list; SegStudioError where the file cannot be written."""
    write_json(path, kind.make(palette))


def _cvat_labels(palette: Palette) -> list[dict[str, object]]:
    """Return CVAT's label list: one label per class in the order of the ids."""
    ordered = sorted(palette.classes, key=lambda entry: entry.id)
    return [{"name": e.name, "color": e.color, "attributes": []} for e in ordered]


def _mapping(palette: Palette) -> dict[str, int]:
    """Return the pixel value of every name; merged classes share one, ignored ones have 255."""
    ordered = sorted(palette.classes, key=lambda entry: entry.id)
    return {entry.name: entry.painted_id for entry in ordered}


PALETTE_KINDS: tuple[PaletteKind, ...] = (
    PaletteKind("palette", "SegStudio palette", "palette.json", Palette.as_json),
    PaletteKind("cvat", "CVAT labels", "cvat_labels.json", _cvat_labels),
    PaletteKind("mapping", "Names and numbers", "label_mapping.json", _mapping),
)


# Reading JSON


def _own(value: object, path: Path) -> PaletteFile:
    palette = Palette.from_json(value, str(path))
    return PaletteFile(palette, "SegStudio palette", True, True, True)


def _from_cvat(items: list[object], path: Path) -> PaletteFile:
    """Read CVAT's label JSON, a list of objects with a name; plain names are labels, too."""
    found = []
    for number, item in enumerate(items, start=1):
        fields = item if isinstance(item, dict) else {"name": item}
        name, color = fields.get("name"), fields.get("color") or None
        place = f"label {number}"
        if not isinstance(name, str):
            raise wrong(path, place, "it has no name", 'Give it one: {"name": "sky"}.')
        found.append(Named(place, name.strip(), _hex(color, path, f'{place}, "{name}"')))
    kind = "CVAT labels" if any(isinstance(item, dict) for item in items) else "list of names"
    return listed(found, path, kind)


def _from_mapping(value: dict[str, object], path: Path) -> PaletteFile:
    """Read {"sky": 4} or {"4": "sky"}."""
    turned = all(_is_whole(key) and isinstance(name, str) for key, name in value.items())
    pairs = ((name, key) for key, name in value.items()) if turned else value.items()
    found = []
    for name, number in pairs:
        place = f'"{name}"'
        if not isinstance(number, int | str) or isinstance(number, bool) or not _is_whole(number):
            shown = json.dumps(number, ensure_ascii=False)[:60]
            raise wrong(
                path, place, f"{shown} is no whole number", 'Write names and ids, {"sky": 4}.'
            )
        found.append(Named(place, str(name).strip(), value=_value(int(number))))
    return valued(found, path, "names and numbers")


def _value(number: int) -> int | None:
    """Return the pixel value that an id stands for, None where it means ignored."""
    return None if number in (IGNORE, -1) else number


def _is_whole(value: object) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,9}", str(value).strip()) is not None


def _json(text: str, path: Path) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                raise wrong(path, f'"{key}"', "it stands there twice", "Keep one of the two.")
            found[key] = value
        return found

    try:
        value: object = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise wrong(
            path, place, f"the JSON is damaged: {reason}", "Export it again, or correct that line."
        ) from error
    return value


# Reading text


def _from_lines(text: str, path: Path) -> PaletteFile:
    """Read CVAT's labelmap.txt, CamVid's label_colors.txt, or one name per line."""
    lines = enumerate(text.splitlines(), start=1)
    rows = [(number, line) for number, raw in lines if (line := without_comment(raw))]
    if not rows:
        raise wrong(path, "", "it names no class", NO_CLASS)
    if any(line.count(":") >= 3 for _, line in rows):
        found = [_row(number, line, labelmap_line, path) for number, line in rows]
        return listed(found, path, "CVAT labelmap", from_zero=True)
    if all(re.match(r"\d+\s+\d+\s+\d+\s+\S", line) for _, line in rows):
        found = [_row(number, line, color_line, path) for number, line in rows]
        return listed(found, path, "CamVid colours", from_zero=True)
    for number, line in rows:
        _check_name(line, path, number)
    return listed([Named(f"line {n}", line) for n, line in rows], path, "list of names")


def _row(number: int, line: str, parse: Callable[[str], ClassLine], path: Path) -> Named:
    """Read one class; SegStudioError names the line where it states none."""
    place = f"line {number}"
    try:
        entry = parse(line)
    except ValueError as error:
        what, remedy = f'"{line[:60]}" {error}', "Correct that line, or leave it out."
        raise wrong(path, place, what, remedy) from error
    return Named(place, entry.name, hex_color(entry.color) if entry.color else None)


def _check_name(line: str, path: Path, number: int) -> None:
    """Refuse a line that is prose or code rather than the name of a class."""
    binary = any(c < " " and c != "\t" for c in line)
    if len(line) <= _LONGEST and len(line.split()) <= _MOST_WORDS and not binary:
        return
    shown = "".join(c for c in line if c.isprintable())[:40]
    what = f'it does not look like a list of class names: this line begins with "{shown}"'
    meaning = f"Names have at most {_LONGEST} characters and {_MOST_WORDS} words, one per line."
    raise wrong(path, f"line {number}", what, NO_CLASS, meaning)


def _hex(color: object, path: Path, place: str) -> str | None:
    """Return #rrggbb of a colour as CVAT writes it, None where there is none."""
    if color is None:
        return None
    digits = str(color).strip().lstrip("#").lower()
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        raise wrong(
            path, place, f'"{str(color)[:40]}" is no colour', "Write colours as #rrggbb, #7ec8e3."
        )
    return f"#{digits}"


def _text(path: Path) -> str:
    """Return the text of a file, whatever its byte order mark says."""
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else b"\0"
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise SegStudioError(
                f"There is no file {path}.",
                meaning="The class list was not read; nothing was changed.",
                remedy="Check the spelling and the folder, or choose the file again.",
            ) from error
        raise wrong(path, "", f"it cannot be read: {error.strerror}", NO_CLASS) from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        what = "it is no text, or one whose letters are not stored as UTF-8"
        raise wrong(path, "", what, NO_CLASS, _NO_TEXT) from error
    if "\0" in text or text.lstrip()[:1] == "<":
        raise wrong(path, "", "it is no text with class names", NO_CLASS, _NO_TEXT)
    return text
