"""labelme's JSON, of all versions, and that of tools that write like it (X-AnyLabeling)."""

from __future__ import annotations

import io
import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath

from segstudio.core.annotation import Annotation, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, EmbeddedPhoto, Item, Match, Refusal
from segstudio.formats.json_kinds import own_file
from segstudio.formats.json_text import Entry, JsonText, plain_text, told, whole_pixels
from segstudio.formats.labelme_shapes import NO_AREA, decoded, geometry_of, kind_of
from segstudio.formats.numbers import shorten
from segstudio.formats.source import Source
from segstudio.photos.names import stem
from segstudio.photos.reader import PhotoSize, check_photo

_HEADER = frozenset({"imagePath", "imageData", "imageWidth", "imageHeight"})
# How pictures begin, and what files of them are called.
_KINDS = (
    (b"\xff\xd8", (".jpg", ".jpeg", ".jfif", ".mpo")),
    (b"\x89PNG", (".png",)),
    (b"RIFF", (".webp",)),
    (b"II*\0", (".tif", ".tiff")),
    (b"MM\0*", (".tif", ".tiff")),
    (b"BM", (".bmp",)),
    (b"GIF8", (".gif",)),
)


class LabelmeJson:
    """One file per photo: an object with `shapes`, and the photo itself in `imageData`, or not."""

    name = "labelme-json"
    title = "labelme JSON (also X-AnyLabeling's)"
    suffixes: tuple[str, ...] = (".json",)
    one_photo = True
    last_resort = False

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell labelme's JSON by its `shapes`."""
        kind = candidate.json
        if kind.opening == "{" and "shapes" in kind.names and own_file(kind) is None:
            return Match('an object with "shapes": labelme JSON')
        if kind.opening == "{" and kind.names & {"imagePath", "imageData"}:
            return Refusal('it has "imagePath" or "imageData" as labelme\'s files, but no "shapes"')
        return candidate.json_refusal('there is no "shapes" in it, so it is not labelme\'s')

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read the annotation of one photo."""
        shown = source.shown(file)
        text = JsonText.of(source.read(file), shown)
        document = _Document()
        for entry in text.entries():
            document.take(entry)
        if not document.has_shapes:
            raise SegStudioError(
                f'{shown}, line 1: there is no list "shapes" in it.',
                meaning="Every file that labelme writes has one, even of a photo without shapes.",
                remedy="Save the photo again in labelme, or leave the file out.",
            )
        photo = _photo_name(document.header.get("imagePath"), file)
        if text.assumed:
            document.note(f"the file is not in UTF-8; it was read as {text.assumed}: look at names")
        picture = document.picture()
        width, height = document.size(picture[1] if picture else None)
        yield Annotation(photo, width, height, tuple(document.shapes), shown, 1)
        if picture:
            read = partial(_picture, source, file)
            yield EmbeddedPhoto(photo, _picture_name(photo, picture[0]), read)
        document.note_without_area()
        for line, message in document.notes:
            yield Problem("warning", shown, f"{shorten(photo)}: {message}", line)


@dataclass
class _Document:
    """What was read of a file so far; `notes` are lines and what there is to tell about them."""

    header: dict[str, object] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    without_area: Counter[str] = field(default_factory=Counter)
    first_without_area: int = 1
    has_shapes: bool = False

    def take(self, entry: Entry) -> None:
        """Take one value of the file; of members with the same name the last counts."""
        if entry.key in _HEADER:
            self.header[entry.key] = entry.value if entry.index is None else []
        elif entry.key == "shapes":
            if entry.begins:
                self.has_shapes = entry.index is not None or entry.value == []
                self.shapes.clear()
                self.notes.clear()
                self.without_area.clear()
            if entry.index is not None:
                self._shape(entry.index, entry.value, entry.line)

    def note(self, message: str, line: int = 1) -> None:
        """Keep what there is to tell."""
        self.notes.append((line, message))

    def _shape(self, index: int, value: object, line: int) -> None:
        """Keep a shape, or why it is none."""
        place = f"shapes[{index}]"
        if not isinstance(value, dict):
            return self.note(f"{place} left out: it is {told(value)}, no shape", line)
        label, kind = plain_text(value.get("label")), kind_of(value)
        what = f'{place}, {shorten(kind)} of "{shorten(label)}"'
        if not label.strip():
            return self.note(f"{what} left out: it has no label", line)
        if kind in NO_AREA:
            if not self.without_area:
                self.first_without_area = line
            self.without_area[kind] += 1
            return None
        try:
            self.shapes.append(Shape(label, geometry_of(value), 0, line))
        except ValueError as error:
            self.note(f"{what} left out: {error}", line)
        return None

    def note_without_area(self) -> None:
        """Tell once how many shapes have no area."""
        if self.without_area:
            kinds = ", ".join(f"{count} {kind}" for kind, count in self.without_area.items())
            self.note(f"{kinds} left out: such shapes have no area", self.first_without_area)

    def picture(self) -> tuple[bytes, PhotoSize] | None:
        """Return how the embedded photo begins and its size, None where there is none to use."""
        stored = self.header.pop("imageData", None)
        if stored is None or stored == "":
            return None
        try:
            data = decoded(stored)
            return data[:8], check_photo(io.BytesIO(data), "imageData")
        except ValueError as error:
            self.note(f"imageData cannot be used: {error}")
        except SegStudioError as error:
            self.note(error.what)
        return None

    def size(self, picture: PhotoSize | None) -> tuple[int | None, int | None]:
        """Return width and height: as stated, unless the embedded photo shows another size."""
        stated = tuple(self.header.get(key) for key in ("imageWidth", "imageHeight"))
        width, height = (whole_pixels(value) for value in stated)
        if picture is None:
            if (width and height) or stated == (None, None):
                return width, height
            said = " x ".join(told(value) for value in stated)
            self.note(f"imageWidth x imageHeight is {said}, which is no size")
            return None, None
        upright, turned = (
            (picture.width, picture.height),
            (picture.stored_width, picture.stored_height),
        )
        if (width, height) in (upright, turned):
            return width, height
        if stated != (None, None):
            said = " x ".join(told(value) for value in stated)
            self.note(
                f"imageWidth x imageHeight is {said}, the picture in imageData has "
                f"{upright[0]} x {upright[1]} pixels; the picture counts"
            )
        return upright


def _photo_name(path: object, file: str) -> str:
    """Return the photo's path from the root of the source; the file's own name where none is said.

    Paths of Windows have backslashes; of absolute ones the last part counts.
    """
    own = str(PurePosixPath(file).with_suffix(""))
    text = plain_text(path).strip()
    stated = PureWindowsPath(text)
    if stated.name in ("", "..") or stated.suffix.lower() == ".json":
        return own
    relative = stated.name if stated.anchor else stated.as_posix()
    parts = posixpath.normpath(posixpath.join(posixpath.dirname(file), relative)).split("/")
    return "/".join(part for part in parts if part != "..")


def _picture_name(photo: str, start: bytes) -> str:
    """Return the photo's name with an extension that fits how its content starts."""
    fitting = next((suffixes for head, suffixes in _KINDS if start.startswith(head)), None)
    if fitting is None or photo.lower().endswith(fitting):
        return photo
    return f"{stem(photo)}{fitting[0]}"


def _picture(source: Source, file: str) -> bytes:
    """Return the photo inside a file, read anew so that no photo is kept in memory."""
    text = JsonText.of(source.read(file), source.shown(file))
    stored: object = None
    for entry in text.entries():
        if entry.key == "imageData":
            stored = entry.value
    try:
        return decoded(stored)
    except ValueError as error:
        raise SegStudioError(f"{text.name}, line 1: imageData: {error}.") from error
