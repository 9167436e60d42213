"""JSON of exports: any encoding, read entry by entry; errors name file, line and column."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Self

from segstudio.core.errors import SegStudioError
from segstudio.formats.numbers import finite, pixels, shorten

_BLANKS = re.compile(r"[ \t\n\r]*")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
# Longer whole numbers are no coordinates and no ids; Python refuses those of 4,300 digits.
_LONGEST_WHOLE = 300
_END = "the file ends too early"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a file: a member of the outermost object, or an element of a list in it.

    `index` is the place in the list, None where the value is no list or an empty one; `key` is ""
    where the outermost value is no object. `place` is where the value begins, `line` its line.
    """

    key: str
    index: int | None
    value: object
    place: int
    line: int

    @property
    def begins(self) -> bool:
        """Whether a member begins here; one of the same key before it no longer counts."""
        return not self.index


@dataclass(frozen=True, slots=True)
class JsonText:
    """A JSON file as text; `assumed` names the encoding where it had to be guessed."""

    name: str
    text: str
    assumed: str | None = None

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        """Decode a file: Unicode as it is marked, else what Windows programs write.

        Raises SegStudioError where it is no text.
        """
        encoding = json.detect_encoding(data)
        try:
            return cls(name, data.decode(encoding))
        except UnicodeDecodeError as error:
            if encoding.startswith("utf-8"):
                for guess, shown in _windows_encodings(data):
                    try:
                        return cls(name, data.decode(guess), shown)
                    except UnicodeDecodeError:
                        continue
            raise SegStudioError(
                f"{name}, line 1: this is no text ({error.reason}).",
                meaning="The file is damaged or something else than JSON.",
                remedy="Export or download it again.",
            ) from error

    @property
    def opening(self) -> str:
        """The first sign: "{" where the outermost value is an object, "[" where it is a list."""
        place = self._skip(0)
        return self.text[place : place + 1]

    def entries(self) -> Iterator[Entry]:
        """Yield the values in the order of the file, each parsed when its turn comes.

        Raises SegStudioError with line and column when it comes to where the JSON breaks.
        """
        lines = _Lines(self.text)
        try:
            end = yield from self._members(lines)
            if end < len(self.text):
                raise json.JSONDecodeError("something follows after its end", self.text, end)
        except (RecursionError, ValueError) as error:
            raise self._refusal(error, lines) from error

    def at(self, place: int) -> object:
        """Return the value that begins at a place which `entries` gave."""
        return _DECODER.raw_decode(self.text, place)[0]

    def _members(self, lines: _Lines) -> Generator[Entry, None, int]:
        """Yield the entries and return where the outermost value ends."""
        place = self._skip(0)
        if self.opening != "{":
            return (yield from self._value("", place, lines))
        place = self._skip(place + 1)
        if self.text.startswith("}", place):
            return self._skip(place + 1)
        while True:
            if not self.text.startswith('"', place):
                reason = "a name in quotes is missing"
                raise json.JSONDecodeError(reason, self.text, place)
            key, place = self._parsed(place)
            assert isinstance(key, str)
            place = self._sign(":", place)
            place = yield from self._value(key, place, lines)
            if self.text.startswith("}", place):
                return self._skip(place + 1)
            place = self._sign(",", place)

    def _value(self, key: str, place: int, lines: _Lines) -> Generator[Entry, None, int]:
        """Yield a value, a list by its elements, and return where the next sign is."""
        start = place
        if not self.text.startswith("[", place):
            value, place = self._parsed(place)
            yield Entry(key, None, value, start, lines.at(start))
            return place
        place = self._skip(place + 1)
        if self.text.startswith("]", place):
            yield Entry(key, None, [], start, lines.at(start))
            return self._skip(place + 1)
        index = 0
        while True:
            start = place
            value, place = self._parsed(place)
            yield Entry(key, index, value, start, lines.at(start))
            if self.text.startswith("]", place):
                return self._skip(place + 1)
            place, index = self._sign(",", place), index + 1

    def _parsed(self, place: int) -> tuple[object, int]:
        """Return the value at a place and where the next sign is."""
        value, end = _DECODER.raw_decode(self.text, place)
        return value, self._skip(end)

    def _sign(self, sign: str, place: int) -> int:
        """Step over a sign and the blanks behind it."""
        if not self.text.startswith(sign, place):
            raise json.JSONDecodeError(f'a "{sign}" is missing', self.text, place)
        return self._skip(place + 1)

    def _skip(self, place: int) -> int:
        """Step over blanks."""
        match = _BLANKS.match(self.text, place)
        return match.end() if match else place

    def _refusal(self, error: Exception, lines: _Lines) -> SegStudioError:
        """Turn a parser's error into one with file, line and column."""
        if isinstance(error, RecursionError):
            return SegStudioError(
                f"{self.name}, line {lines.last}: it is nested too deeply to be read.",
                meaning="No labelling tool writes that; the file is damaged or made to do harm.",
                remedy="Leave it out.",
            )
        line, column, reason = lines.last, 1, str(error)
        if isinstance(error, json.JSONDecodeError):
            line, column = error.lineno, error.colno
            short = error.pos >= len(self.text.rstrip()) or error.msg.startswith("Unterminated")
            reason = _END if short else error.msg
            if not short and error.pos == self._skip(0):
                return SegStudioError(
                    f"{self.name}, line {line}: this is not JSON.",
                    meaning="Its name or place says JSON, its content does not begin like it.",
                    remedy="Export the annotations again, or leave the file out.",
                )
        return SegStudioError(
            f"{self.name}, line {line}, column {column}: this is no complete JSON ({reason}).",
            meaning="The file is damaged, cut short or something else than JSON.",
            remedy="Export or download it again.",
        )


@dataclass(slots=True)
class _Lines:
    """Counts lines on the way through a text."""

    text: str
    place: int = 0
    last: int = 1

    def at(self, place: int) -> int:
        """Return the line of a place that is not before the one asked for last."""
        self.last += self.text.count("\n", self.place, place)
        self.place = place
        return self.last


def number(value: object) -> float:
    """Return the finite number that a value is or states; ValueError says what it is instead."""
    if isinstance(value, str):
        return finite(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{told(value)} is no number")
    if not math.isfinite(value):
        raise ValueError(f'"{value}" is not finite')
    return float(value)


def whole_pixels(value: object) -> int | None:
    """Return a photo's width or height in pixels, None where the value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return pixels(str(value))


def plain_text(value: object) -> str:
    """Return a text, or a whole number as text, "" for all else.

    Halves of signs, which cannot be written to a file, become a mark.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def told(value: object) -> str:
    """Return a value as a message shows it: as in the file, in quotes, not endless."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return f'"{shorten(plain_text(value))}"' if isinstance(value, str) else json.dumps(value)


def _windows_encodings(data: bytes) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return encodings, with the names to show, of a text that is no UTF-8, the likelier first.

    Chinese signs are pairs of high bytes; western accents stand alone among plain letters.
    """
    chinese, western = ("gb18030", "GBK (Chinese)"), ("cp1252", "Windows-1252 (western)")
    runs = [len(match.group()) for match in _HIGH_BYTES.finditer(data)]
    return (western, chinese) if 2 * runs.count(1) > len(runs) else (chinese, western)


def _whole(text: str) -> int | float:
    """Return a whole number; one of endless digits as a float, which may be infinite."""
    return int(text) if len(text) <= _LONGEST_WHOLE else float(text)


_DECODER = json.JSONDecoder(parse_int=_whole, strict=False)
