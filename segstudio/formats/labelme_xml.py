"""LabelMe XML: the MIT web tool's, CVAT's "LabelMe ZIP 3.0" and datumaro's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml import etree

from segstudio.core.annotation import Annotation, Box, Geometry, Polygon, Shape
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.numbers import enough, finite, pixels, shorten
from segstudio.formats.source import Source
from segstudio.formats.xml import line_of, parse, text_of


class _Skip(Exception):
    """An object is left out; the text says why."""


@dataclass
class _Object:
    """What is being read: the object and where it stands."""

    element: etree._Element
    photo: str
    file: str

    def problem(self, message: str) -> Problem:
        """Return a warning at the object's line."""
        line = line_of(self.element)
        return Problem("warning", self.file, f"{self.photo}: {message}", line)


class LabelMeXml:
    """One file per photo, root `<annotation>`, objects with `<polygon>` or `<segm>`."""

    name = "labelme-xml"
    title = "LabelMe XML (also CVAT's LabelMe ZIP 3.0)"
    suffixes: tuple[str, ...] = (".xml",)
    one_photo = True
    last_resort = False

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell LabelMe's `<annotation>` from Pascal VOC's, which has the same root."""
        kind = candidate.xml
        if kind.root != "annotation":
            return Refusal(f"the root element is <{kind.root}>, not <annotation>")
        if kind.marks & {"polygon", "segm"}:
            return Match("<annotation> with <polygon> or <segm>: LabelMe XML")
        if "bndbox" in kind.marks:
            return Refusal(
                "this is Pascal VOC detection XML: its objects have a <bndbox> and no polygon, "
                "so there is nothing to fill"
            )
        if kind.marks & {"imagesize", "sourceAnnotation", "filename"}:
            return Match("<annotation> without objects: LabelMe XML of an empty photo")
        return Refusal("<annotation> without <filename> and objects")

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read the annotation of one photo."""
        shown = source.shown(file)
        root = parse(source.read(file), shown)
        photo = text_of(root, "filename").replace("\\", "/") or PurePosixPath(file).stem
        problems: list[Problem] = []
        shapes: list[Shape] = []
        deleted = 0
        for element in root.iterfind("object"):
            item = _Object(element, shorten(photo), shown)
            try:
                if _is_deleted(item, problems):
                    deleted += 1
                    continue
                shapes.append(_shape(item))
            except _Skip as reason:
                problems.append(item.problem(str(reason)))
        if deleted:
            text = f"{shorten(photo)}: {deleted} object(s) marked <deleted> are left out"
            problems.append(Problem("info", shown, text, line_of(root)))
        height, width = _size(root, shorten(photo), shown, problems)
        yield Annotation(photo, width, height, tuple(shapes), shown, line_of(root))
        yield from problems


def _is_deleted(item: _Object, problems: list[Problem]) -> bool:
    """Tell whether an object was deleted in the tool; unclear values count, and are told."""
    text = text_of(item.element, "deleted")
    if text in ("", "0"):
        return False
    if text != "1":
        problems.append(
            item.problem(
                f'object "{_label(item)}": <deleted> is "{shorten(text)}", neither 0 nor 1; '
                "the object is not drawn"
            )
        )
    return True


def _label(item: _Object) -> str:
    return text_of(item.element, "name")


def _shape(item: _Object) -> Shape:
    """Return the object's shape; _Skip says why there is none."""
    label = _label(item)
    if not label:
        raise _Skip("object without <name> left out: it has no label")
    what = f'object "{shorten(label)}"'
    if (segm := item.element.find("segm")) is not None:
        mask = shorten(text_of(segm, "mask"))
        raise _Skip(f"{what} left out: it is a painted mask ({mask}), which is not drawn yet")
    polygon = item.element.find("polygon")
    if polygon is None:
        box = " but a <bndbox>" if item.element.find("bndbox") is not None else ""
        raise _Skip(f"{what} left out: it has no polygon{box}")
    if polygon.find("t") is not None or polygon.find("pt/t") is not None:
        raise _Skip(f"{what} left out: polygons that move through a video are not read")
    try:
        geometry = _geometry(polygon, text_of(item.element, "type"))
    except ValueError as error:
        raise _Skip(f"polygon of {what} left out: {error}") from None
    return Shape(label, geometry, 0, line_of(item.element))


def _geometry(polygon: etree._Element, kind: str) -> Geometry:
    """Return the outline; ValueError says what is wrong with its points."""
    points = tuple(
        (finite(text_of(point, "x")), finite(text_of(point, "y")))
        for point in polygon.iterfind("pt")
    )
    if kind == "bounding_box" and len(points) == 2:
        (left, top), (right, bottom) = points
        return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return Polygon(enough(points))


def _size(
    root: etree._Element, photo: str, file: str, problems: list[Problem]
) -> tuple[int | None, int | None]:
    """Return (height, width) as declared; empty or missing is common, nonsense is a problem."""
    rows, columns = text_of(root, "imagesize/nrows"), text_of(root, "imagesize/ncols")
    height, width = pixels(rows), pixels(columns)
    if height and width:
        return height, width
    if rows or columns:
        line = root.find("imagesize")
        problems.append(
            Problem(
                "warning",
                file,
                f'{photo}: <imagesize> says "{shorten(columns)}" x "{shorten(rows)}", which is no '
                "size; the photo's own is used",
                line_of(line) if line is not None else None,
            )
        )
    return None, None
