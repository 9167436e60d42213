"""The lists of a COCO file: images, categories, and where the annotations of each image are."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem, Severity
from segstudio.formats.base import LabelName
from segstudio.formats.coco_outlines import parts_of
from segstudio.formats.json_text import Entry, plain_text, told, whole_pixels
from segstudio.formats.numbers import shorten
from segstudio.formats.pairing import declared_path

_LISTS = frozenset({"images", "categories", "annotations"})
_Object = dict[str, object]


@dataclass(frozen=True, slots=True)
class Image:
    """One of the list of images; `size` is (width, height), None where none is stated."""

    path: str
    size: tuple[int, int] | None
    line: int


@dataclass(frozen=True, slots=True)
class Category:
    """One of the list of categories; `above` is the group that it says to be in."""

    name: str
    above: str


@dataclass
class Lists:
    """What a file holds; of annotations only where they are, by the id of their image.

    Keys are ids as text. `places` has three numbers for every annotation: where it is in the
    text, on which line, and its place in the list.
    """

    file: str
    images: dict[str, Image] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    places: dict[str, array[int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    annotations: int = 0
    outlined: int = 0
    crowds: int = 0

    def take(self, entry: Entry) -> None:
        """Take one value of the file; of lists with the same name the last counts."""
        if entry.key not in _LISTS:
            return
        if entry.begins:
            self._forget(entry.key)
        if entry.index is None:
            if entry.value != []:
                self._tell(f'"{entry.key}" is {told(entry.value)}, no list', entry.line)
        elif not isinstance(entry.value, dict):
            place = f"{entry.key}[{entry.index}]"
            self._tell(f"{place} left out: it is {told(entry.value)}, no object", entry.line)
        elif entry.key == "images":
            self._image(f"images[{entry.index}]", entry.value, entry.line)
        elif entry.key == "categories":
            self._category(f"categories[{entry.index}]", entry.value, entry.line)
        else:
            self._annotation(entry, entry.value)

    def of_image(self, key: str) -> Iterator[tuple[int, int, int]]:
        """Yield place, line and place in the list of every annotation of an image."""
        numbers = self.places.get(key, ())
        return zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)

    def check(self) -> None:
        """Refuse a file without images, and one in which nothing is outlined."""
        if not self.images:
            raise SegStudioError(
                f"{self.file}, line 1: its list of images is missing or empty.",
                meaning="Nothing says which photos the shapes belong to.",
                remedy="Export the annotations again.",
            )
        if self.annotations and not self.outlined:
            raise SegStudioError(
                f"{self.file}, line 1: none of its {self.annotations} annotations has an outline "
                '("segmentation").',
                meaning="They are boxes or points made for finding objects: there is nothing to "
                "fill.",
                remedy="Outline the objects with polygons or masks and export them again.",
            )

    def labels(self) -> list[LabelName]:
        """Return the categories in their order, without one that only stands for the others.

        Roboflow puts such a group above all classes.
        """
        below = Counter(category.above for category in self.categories.values())
        names = dict.fromkeys(
            category.name
            for key, category in self.categories.items()
            if key in self.used
            or category.above != "none"
            or not 0 < below[category.name] == len(self.categories) - 1
        )
        return [LabelName(name) for name in names if name != IGNORE_LABEL]

    def _forget(self, key: str) -> None:
        """Drop a list that comes again."""
        if key == "images":
            self.images.clear()
        elif key == "categories":
            self.categories.clear()
            self.names.clear()
        else:
            self.places.clear()
            self.used.clear()
            self.annotations = self.outlined = self.crowds = 0

    def _image(self, place: str, value: _Object, line: int) -> None:
        key, path = id_of(value.get("id")), _path(value.get("file_name"))
        what = f"{place}, {shorten(path) or 'without file_name'}"
        if not key:
            return self._tell(f"{what} left out: its id is missing or no number", line, "error")
        if key in self.images:
            first = shorten(self.images[key].path)
            text = f"{what} left out: its id {key} is that of {first} already"
            return self._tell(text, line, "error")
        width, height = (whole_pixels(value.get(name)) for name in ("width", "height"))
        size = (width, height) if width and height else None
        if size is None and (value.get("width"), value.get("height")) != (None, None):
            said = f"{told(value.get('width'))} x {told(value.get('height'))}"
            self._tell(f"{what}: {said} is no size; the photo's own is used", line)
        self.images[key] = Image(path, size, line)
        return None

    def _category(self, place: str, value: _Object, line: int) -> None:
        key, name = id_of(value.get("id")), plain_text(value.get("name"))
        if not key or not name.strip():
            return self._tell(f"{place} left out: it has no id or no name", line)
        if key in self.categories:
            first = shorten(self.categories[key].name)
            text = (
                f'{place}, "{shorten(name)}", left out: its id {key} is that of "{first}" already'
            )
            return self._tell(text, line)
        if name in self.names:
            self._tell(f'{place}: "{shorten(name)}" is listed twice; both are one class', line)
        self.names.add(name)
        self.categories[key] = Category(name, plain_text(value.get("supercategory")))
        return None

    def _annotation(self, entry: Entry, value: _Object) -> None:
        self.annotations += 1
        self.outlined += bool(parts_of(value.get("segmentation")))
        self.crowds += value.get("iscrowd") in (1, "1")
        self.used.add(id_of(value.get("category_id")))
        places = self.places.setdefault(id_of(value.get("image_id")), array("q"))
        places.extend((entry.place, entry.line, entry.index or 0))

    def _tell(self, message: str, line: int, severity: Severity = "warning") -> None:
        self.problems.append(Problem(severity, self.file, message, line))


def id_of(value: object) -> str:
    """Return an id as text, whichever way it is written, "" for what is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plain_text(value)


def _path(value: object) -> str:
    """Return an image's relative path, of a web address the last part."""
    text = plain_text(value).strip()
    if "://" in text:
        try:
            text = unquote(urlsplit(text).path).rpartition("/")[2]
        except ValueError:
            text = text.rpartition("/")[2]
    return declared_path(text)
