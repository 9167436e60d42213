"""COCO instances: one JSON with lists of images, annotations and categories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from segstudio.core.annotation import Annotation, Geometry, Shape
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.coco_lists import Image, Lists, id_of
from segstudio.formats.coco_outlines import mask_of, parts_of, polygon_of, size_of
from segstudio.formats.json_kinds import other_tool
from segstudio.formats.json_text import JsonText
from segstudio.formats.numbers import shorten
from segstudio.formats.source import Source
from segstudio.formats.split_parts import part_named, subset_of

# What COCO itself and CVAT call the file of a part of the set.
_OF_SUBSET = re.compile(r"instances_(.+)")
_KEYPOINTS = "person_keypoints_"
_WORDS = re.compile(r"[A-Za-z]+")
_SHOWN = 5


class Coco:
    """An object with `images`, `annotations` and `categories`, which refer to each other by id."""

    name = "coco"
    title = "COCO instances"
    suffixes: tuple[str, ...] = (".json",)
    one_photo = False
    last_resort = False

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell COCO's instances by its lists; its captions and panoptic parts have no outlines."""
        kind = candidate.json
        outlines = candidate.file.replace(_KEYPOINTS, "instances_")
        if outlines != candidate.file and outlines in candidate.source.files():
            return Refusal('these are COCO keypoints; the outlines are in "instances_" beside it')
        if kind.opening == "{" and other_tool(kind) is None:
            first = kind.inner.get("annotations", frozenset())
            if "image_id" in first or {"images", "annotations"} <= kind.names:
                return Match('lists of "images" and "annotations": COCO instances')
            if {"images", "categories"} <= kind.names:
                return Refusal('it has "images" and "categories" as COCO, but no "annotations"')
        return candidate.json_refusal('it has no "images" and "annotations" as COCO')

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read all photos of the file."""
        shown = source.shown(file)
        text = JsonText.of(source.read(file), shown)
        lists = Lists(shown)
        for entry in text.entries():
            lists.take(entry)
        lists.check()
        yield from lists.labels()
        if text.assumed:
            message = f"the file is not in UTF-8; it was read as {text.assumed}: look at names"
            yield Problem("warning", shown, message, 1)
        yield from lists.problems
        unknown: Counter[str] = Counter()
        folder, subset = _subset(file)
        for key, image in lists.images.items():
            photo = f"{folder}{image.path}" if image.path else ""
            reader = _Reader(text, lists, image, photo, unknown)
            for place, line, index in lists.of_image(key):
                reader.read(place, line, index)
            yield reader.annotation(subset)
            yield from reader.told()
        yield from _left_over(lists, unknown)


@dataclass
class _Reader:
    """Reads the annotations of one image."""

    text: JsonText
    lists: Lists
    image: Image
    photo: str
    unknown: Counter[str]
    shapes: list[Shape] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    without: Counter[str] = field(default_factory=Counter)
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.size = self.image.size

    def read(self, place: int, line: int, index: int) -> None:
        """Keep the shapes of an annotation, or why there are none."""
        value = self.text.at(place)
        assert isinstance(value, dict)
        key = id_of(value.get("category_id"))
        category = self.lists.categories.get(key)
        if category is None:
            self.unknown[key] += 1
            return
        parts = parts_of(value.get("segmentation"))
        if not parts:
            self.without["with points only" if value.get("keypoints") else "with a box only"] += 1
        for number, part in enumerate(parts, start=1):
            try:
                self.shapes.append(Shape(category.name, self._geometry(part), 0, line))
            except ValueError as error:
                which = f", part {number}" if len(parts) > 1 else ""
                what = f'annotations[{index}], segmentation of "{shorten(category.name)}"{which}'
                self._tell(f"{what} left out: {error}", line)

    def annotation(self, subset: str) -> Annotation:
        """Return what was kept."""
        width, height = self.size or (None, None)
        shapes, file = tuple(self.shapes), self.lists.file
        return Annotation(self.photo, width, height, shapes, file, self.image.line, subset)

    def told(self) -> list[Problem]:
        """Return the problems of this image."""
        if self.without:
            counts = ", ".join(f"{count} {kind}" for kind, count in self.without.items())
            self._tell(f"annotations left out: {counts}, which have no outline", self.image.line)
        return self.problems

    def _geometry(self, part: object) -> Geometry:
        if not isinstance(part, dict):
            return polygon_of(part)
        if self.size is None:
            self.size = size_of(part)
        return mask_of(part, self.size)

    def _tell(self, message: str, line: int) -> None:
        name = shorten(self.photo) or "image without file_name"
        self.problems.append(Problem("warning", self.lists.file, f"{name}: {message}", line))


def _left_over(lists: Lists, unknown: Counter[str]) -> list[Problem]:
    """Tell of annotations that refer to nothing, and of those drawn in spite of their mark."""
    homeless = {
        key: len(list(lists.of_image(key))) for key in lists.places if key not in lists.images
    }
    problems = []
    for what, name, counts in (
        ("category", "categories", unknown),
        ("image", "images", homeless),
    ):
        if counts:
            ids = ", ".join(shorten(key) or "none" for key in list(counts)[:_SHOWN])
            more = " and others" if len(counts) > _SHOWN else ""
            text = (
                f"{sum(counts.values())} annotation(s) left out: their {what}_id ({ids}{more}) is "
                f"not in the list of {name}"
            )
            problems.append(Problem("warning", lists.file, text, 1))
    if lists.crowds:
        text = f"{lists.crowds} annotation(s) of crowds (iscrowd) are drawn like the others"
        problems.append(Problem("info", lists.file, text, 1))
    return problems


def _subset(file: str) -> tuple[str, str]:
    """Return the folder that a file's photos are in, and the part of the split that they are.

    A set with a file for each part has their photos in folders called like it.
    """
    own = PurePosixPath(file).stem
    match = _OF_SUBSET.fullmatch(own)
    folder = f"{match.group(1)}/" if match and match.group(1) != "default" else ""
    words = (part_named(word) for word in _WORDS.findall(own))
    return folder, next((part for part in words if part), None) or subset_of(file) or ""
