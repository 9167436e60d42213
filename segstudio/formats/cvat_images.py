"""CVAT for images 1.1: one XML with an `<image>` element per photo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from segstudio.core.annotation import Annotation, Box, Geometry, Polygon, Shape
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, LabelName, Match, Refusal
from segstudio.formats.numbers import finite, pixels, point_list, shorten
from segstudio.formats.source import Source
from segstudio.formats.xml import line_of, stream, text_of

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_NO_AREA = ("polyline", "points", "cuboid", "skeleton")
_NOT_YET = ("ellipse", "mask")


class CvatImages:
    """Root `<annotations>`, then `<meta>` and the `<image>` elements."""

    name = "cvat-images"
    title = "CVAT for images 1.1"
    suffixes: tuple[str, ...] = (".xml",)
    one_photo = False
    last_resort = False

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell "for images" from "for video", which has the same root."""
        kind = candidate.xml
        if kind.root != "annotations":
            return Refusal(f"the root element is <{kind.root}>, not <annotations>")
        if "track" in kind.marks:
            return Refusal(
                "this is CVAT for video (it has <track>), which is not read; "
                'export the task again as "CVAT for images 1.1"'
            )
        return Match("<annotations> with <image>: CVAT for images")

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read all photos of the file."""
        shown = source.shown(file)
        for element in stream(source.read(file), shown, ("meta", "image", "track")):
            if element.tag == "meta":
                yield from _labels(element)
            elif element.tag == "image":
                problems: list[Problem] = []
                yield _Image(element, shown, problems).read()
                yield from problems
            else:
                text = f'track of "{element.get("label")}" left out: it belongs to a video'
                yield Problem("warning", shown, text, line_of(element))


def _labels(meta: etree._Element) -> list[LabelName]:
    """Return the label list in its order; parts of skeletons are no classes."""
    found = []
    for label in meta.iterfind(".//labels/label"):
        name = label.findtext("name") or ""
        if not name or text_of(label, "parent"):
            continue
        color = text_of(label, "color")
        found.append(LabelName(name, color.lower() if _COLOR.fullmatch(color) else None))
    return found


@dataclass
class _Image:
    """One `<image>` while it is read; problems are told with the photo's name and the line."""

    element: etree._Element
    file: str
    problems: list[Problem]

    def read(self) -> Annotation:
        """Return the photo's annotation."""
        shapes = [self._shape(child) for child in self.element if isinstance(child.tag, str)]
        width, height = self._size()
        return Annotation(
            photo=self._path(),
            width=width,
            height=height,
            shapes=tuple(shape for shape in shapes if shape is not None),
            source=self.file,
            line=line_of(self.element),
        )

    def _path(self) -> str:
        """Return the name, below its subset's folder where a project export states one."""
        name = (self.element.get("name") or "").replace("\\", "/")
        subset = self.element.get("subset") or ""
        if not name or subset in ("", "default") or name.startswith(f"{subset}/"):
            return name
        return f"{subset}/{name}"

    def _tell(self, message: str, line: int | None) -> None:
        text = f"{shorten(self._path()) or 'image without a name'}: {message}"
        self.problems.append(Problem("warning", self.file, text, line))

    def _size(self) -> tuple[int | None, int | None]:
        """Return (width, height); None and a problem where either is no size."""
        stated = {key: self.element.get(key) for key in ("width", "height")}
        width, height = pixels(stated["width"]), pixels(stated["height"])
        if width and height:
            return width, height
        said = ", ".join(
            f"no {key}" if text is None else f'{key} "{shorten(text)}"'
            for key, text in stated.items()
        )
        self._tell(f"{said}: this is no size; the photo's own is used", line_of(self.element))
        return None, None

    def _shape(self, element: etree._Element) -> Shape | None:
        """Return a shape, or None after telling why there is none."""
        kind, line = str(element.tag), line_of(element)
        label = element.get("label")
        if kind in _READERS and label:
            try:
                return Shape(label, _READERS[kind](element), self._z_order(element), line)
            except ValueError as error:
                self._tell(f'{kind} of "{shorten(label)}" left out: {error}', line)
                return None
        if kind in _NO_AREA:
            reason = "it has no area"
        elif kind in _NOT_YET:
            reason = f"{_details(element)} is a kind of shape that is not drawn yet"
        elif kind in _READERS:
            reason = "it has no label"
        elif kind == "tag":
            reason = "a tag marks the whole photo and has no outline"
        else:
            reason = "unknown kind of shape"
        self._tell(f'{kind} of "{shorten(label or "")}" left out: {reason}', line)
        return None

    def _z_order(self, element: etree._Element) -> int:
        text = element.get("z_order", "0")
        try:
            return int(finite(text))
        except ValueError as error:
            self._tell(f"{element.tag}: z_order {error}; 0 is used", line_of(element))
            return 0


def _details(element: etree._Element) -> str:
    """Name what describes a mask, so that its shape can be found in the file."""
    return "its rle" if element.tag == "mask" else "this"


def _polygon(element: etree._Element) -> Geometry:
    try:
        return Polygon(point_list(element.get("points", "")))
    except ValueError as error:
        raise ValueError(f"points: {error}") from None


def _box(element: etree._Element) -> Geometry:
    left, top, right, bottom = (_number(element, key) for key in ("xtl", "ytl", "xbr", "ybr"))
    return Box(
        min(left, right),
        min(top, bottom),
        max(left, right),
        max(top, bottom),
        _number(element, "rotation", "0"),
    )


def _number(element: etree._Element, key: str, default: str | None = None) -> float:
    """Return a numeric attribute; ValueError names it where it is missing or wrong."""
    text = element.get(key, default)
    if text is None:
        raise ValueError(f"{key} is missing")
    try:
        return finite(text)
    except ValueError as error:
        raise ValueError(f"{key} {error}") from None


_READERS: dict[str, Callable[[etree._Element], Geometry]] = {"polygon": _polygon, "box": _box}
