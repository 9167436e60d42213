"""LabelMe XML: the MIT web tool's, CVAT's "LabelMe ZIP 3.0" and datumaro's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree

from segstudio.core.annotation import Annotation, Box, Geometry, Polygon, Shape
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.cvat_meta import below_subset
from segstudio.formats.labelme_masks import read_mask
from segstudio.formats.numbers import enough, finite, pixels, shorten
from segstudio.formats.source import Source
from segstudio.formats.split_parts import part_named
from segstudio.formats.xml import line_of, parse, text_of


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
        photo = _photo(root, file)
        reading = _File(source, file, shown, shorten(photo), _folder(root))
        reading.size = _size(root, reading)
        shapes = [reading.shape(element) for element in root.iterfind("object")]
        if reading.deleted:
            text = f"{reading.photo}: {reading.deleted} object(s) marked <deleted> are left out"
            reading.problems.append(Problem("info", shown, text, line_of(root)))
        yield Annotation(
            photo=photo,
            width=reading.size[0] if reading.size else None,
            height=reading.size[1] if reading.size else None,
            shapes=tuple(shape for shape in shapes if shape is not None),
            source=shown,
            line=line_of(root),
            subset=part_named(PurePosixPath(file).parent.name) or "",
        )
        yield from reading.problems


@dataclass
class _File:
    """A file while it is read: what belongs to it, and what there is to tell.

    `size` is that of the photo (width, height): as stated, else that of the first mask picture.
    """

    source: Source
    file: str
    shown: str
    photo: str
    folder: str
    size: tuple[int, int] | None = None
    deleted: int = 0
    problems: list[Problem] = field(default_factory=list)

    def tell(self, element: etree._Element, message: str) -> None:
        """Add a warning at an element's line."""
        line = line_of(element)
        self.problems.append(Problem("warning", self.shown, f"{self.photo}: {message}", line))

    def shape(self, element: etree._Element) -> Shape | None:
        """Return an object's shape, None where there is none to draw."""
        label = text_of(element, "name")
        what = f'object "{shorten(label)}"'
        try:
            if self._is_deleted(element, what):
                self.deleted += 1
                return None
            if not label:
                raise ValueError("it has no <name>")
            return Shape(label, self._geometry(element), 0, line_of(element))
        except ValueError as error:
            self.tell(element, f"{what} left out: {error}")
            return None

    def _is_deleted(self, element: etree._Element, what: str) -> bool:
        """Tell whether an object was deleted in the tool; unclear values count, and are told."""
        text = text_of(element, "deleted")
        if text.lower() in ("", "0", "no", "false"):
            return False
        if text != "1":
            told = f'<deleted> is "{shorten(text)}", neither 0 nor 1'
            self.tell(element, f"{what}: {told}; the object is not drawn")
        return True

    def _geometry(self, element: etree._Element) -> Geometry:
        """Return what an object covers; ValueError says why that is nothing."""
        if (segm := element.find("segm")) is not None:
            name = text_of(segm, "mask")
            mask, size = read_mask(self.source, self.file, self.folder, name, self.size)
            self.size = self.size or size
            return mask
        polygon = element.find("polygon")
        if polygon is None:
            box = " but a <bndbox>" if element.find("bndbox") is not None else ""
            raise ValueError(f"it has no polygon{box}")
        if any(polygon.find(path) is not None for path in ("t", "x", "pt/t")):
            raise ValueError("polygons that move through a video are not read")
        try:
            return _outline(polygon, text_of(element, "type"))
        except ValueError as error:
            raise ValueError(f"polygon: {error}") from None


def _outline(polygon: etree._Element, kind: str) -> Geometry:
    """Return the outline; ValueError says what is wrong with its points."""
    points = tuple(
        (finite(text_of(point, "x")), finite(text_of(point, "y")))
        for point in polygon.iterfind("pt")
    )
    if kind == "bounding_box" and len(points) == 2:
        (left, top), (right, bottom) = points
        return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return Polygon(enough(points))


def _folder(root: etree._Element) -> str:
    """Return the folder that the photo and its masks are said to be in, "" where none is."""
    folder = text_of(root, "folder").replace("\\", "/")
    inside = not folder.startswith("/") and ":" not in folder and ".." not in folder.split("/")
    return folder.strip("/") if inside else ""


def _photo(root: etree._Element, file: str) -> str:
    """Return the photo's name, in its folder; the annotation file's where it names none."""
    name = text_of(root, "filename").replace("\\", "/")
    return below_subset(name, _folder(root)) if name else PurePosixPath(file).stem


def _size(root: etree._Element, reading: _File) -> tuple[int, int] | None:
    """Return (width, height) as declared; empty or missing is common, nonsense is a problem."""
    rows, columns = text_of(root, "imagesize/nrows"), text_of(root, "imagesize/ncols")
    height, width = pixels(rows), pixels(columns)
    if height and width:
        return width, height
    element = root.find("imagesize")
    if (rows or columns) and element is not None:
        said = f'<imagesize> says "{shorten(columns)}" x "{shorten(rows)}", which is no size'
        reading.tell(element, f"{said}; the photo's own is used")
    return None
