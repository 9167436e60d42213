"""What is wrong in a palette.json, in plain words: which class, what, and how to write it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from pydantic import ValidationError

from segstudio.core.errors import SegStudioError

_IDS = "is no whole number from 0 to 254"
_VALUES = "is no whole number from 0 to 255"
# What a member has to be; %s stands for what it is.
_WANTED = {
    "id": f"its id %s {_IDS}",
    "map_to": f'its "map_to" %s {_VALUES}',
    "paint_order": 'its "paint_order" %s is no whole number',
    "aliases": 'its "aliases" %s are no list of names',
    "name": "its name %s is empty or no text",
    "color": 'its colour is %s: write the colour as "#ff0000"',
    "background": f'"background" %s {_VALUES}',
    "ignore": '"ignore" %s is not 255',
    "schema": '"schema" %s is not 1, the only one that this version reads',
}
_MISSING = {
    "id": 'it has no "id", a whole number from 0 to 254',
    "name": 'it has no "name"',
    "color": 'it has no "color": write the colour as "#ff0000"',
    "classes": 'it has no list "classes"',
}


def palette_refusal(what: str, error: ValidationError, value: object = None) -> SegStudioError:
    """Tell all that is wrong with the palette.json object `value`, each thing once."""
    found = dict.fromkeys(
        _slip(cast("Sequence[int | str]", e["loc"]), e["type"], e["msg"], e["input"], value)
        for e in error.errors()
    )
    return SegStudioError(
        f"{what}: {'; '.join(found)}.",
        meaning="Nothing was changed.",
        remedy="Correct these entries and try again.",
    )


def _slip(
    place: Sequence[int | str], kind: str, message: str, wrong: object, palette: object
) -> str:
    """Say one thing that is wrong: at which class, and what is wanted instead."""
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if not place:
        return 'it is no object with a list "classes"'
    in_class = place[0] == "classes" and len(place) > 1
    where = _class_at(cast("int", place[1]), palette) if in_class else ""
    members = [str(part) for part in (place[2:] if in_class else place)]
    return where + _member(members[0] if members else "", kind, wrong)


def _member(name: str, kind: str, wrong: object) -> str:
    """Say what is wrong with a member of the palette or, without a name, with a class."""
    if not name:
        return 'it is no object: write {"id": 1, "name": "sky", "color": "#7ec8e3"}'
    if kind == "missing":
        return _MISSING.get(name, f'it has no "{name}"')
    if kind == "extra_forbidden":
        return f'"{name}" is nothing that a palette has'
    shown = json.dumps(wrong, ensure_ascii=False, default=str)[:60]
    return _WANTED[name].replace("%s", shown) if name in _WANTED else '"classes" is no list'


def _class_at(index: int, palette: object) -> str:
    """Name a class by its place in the list and, where it has one, its name."""
    classes = palette.get("classes") if isinstance(palette, dict) else None
    entry = classes[index] if isinstance(classes, list | tuple) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    told = f', "{name}"' if isinstance(name, str) and name else ""
    return f"class {index + 1}{told}: "
