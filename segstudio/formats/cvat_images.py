"""CVAT for images 1.1: one XML with an `<image>` element per photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.cvat_meta import Meta, Size, below_subset, read_meta
from segstudio.formats.cvat_shapes import ShapeReader
from segstudio.formats.numbers import pixels, shorten
from segstudio.formats.source import Source
from segstudio.formats.split_parts import subset_named
from segstudio.formats.xml import line_of, stream


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
        if "image" in kind.marks:
            return Match("<annotations> with <image>: CVAT for images")
        if "track" in kind.marks:
            return Refusal("it has <track>, so it is CVAT for video")
        if "interpolation" in kind.marks:
            return Refusal("it has no <image> and its <mode> is that of a video")
        if kind.marks & {"meta", "version"}:
            return Match("<annotations> with <meta> and no <track>: CVAT for images")
        return Refusal("<annotations> without <image>")

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read all photos of the file."""
        shown = source.shown(file)
        reading = _File(shown)
        for element in stream(source.read(file), shown, ("meta", "image", "track")):
            if element.tag == "meta":
                reading.meta = read_meta(element)
                yield from reading.meta.labels
            elif element.tag == "image":
                yield from reading.image(element)
            else:
                reading.tracks.append(line_of(element))
        if reading.tracks:
            text = f"{len(reading.tracks)} track(s) left out: they belong to a video"
            yield Problem("warning", shown, text, reading.tracks[0])
        if not reading.images:
            raise SegStudioError(
                f"{shown}, line 1: there is no <image> in it.",
                meaning="The export of a CVAT task names every photo, also those without shapes.",
                remedy="Export the task again, after it has photos.",
            )


@dataclass
class _File:
    """A file while it is read: what its head says, and which photos came so far.

    `names` says which task a photo's name belongs to.
    """

    file: str
    meta: Meta = field(default_factory=Meta)
    images: int = 0
    names: dict[str, str] = field(default_factory=dict)
    tracks: list[int | None] = field(default_factory=list)

    def image(self, element: etree._Element) -> Iterator[Item]:
        """Yield the annotation of an `<image>` and what was left out of it."""
        self.images += 1
        name, subset = self._name(element)
        place = shorten(name) or "image without a name"
        reader = ShapeReader(self.file)
        size = _size(element, place, reader)
        children = [child for child in element if isinstance(child.tag, str)]
        shapes = [reader.read(child, child.get("label"), place, size) for child in children]
        reader.finish(place)
        yield Annotation(
            photo=name,
            width=size[0] if size else None,
            height=size[1] if size else None,
            shapes=tuple(shape for shape in shapes if shape is not None),
            source=self.file,
            line=line_of(element),
            subset=subset_named(subset),
        )
        yield from reader.problems

    def _name(self, element: etree._Element) -> tuple[str, str]:
        """Return a photo's name and its subset; photos of several tasks stay apart."""
        number = element.get("task_id", "")
        subset = element.get("subset")
        name = below_subset((element.get("name") or "").replace("\\", "/"), subset or "")
        if name and self.names.setdefault(name, number) != number:
            name = f"task_{number}/{name}"
        return name, self.meta.task(number).subset if subset is None else subset


def _size(element: etree._Element, place: str, reader: ShapeReader) -> Size | None:
    """Return (width, height); None and a problem where either is no size."""
    stated = {key: element.get(key) for key in ("width", "height")}
    width, height = pixels(stated["width"]), pixels(stated["height"])
    if width and height:
        return width, height
    said = ", ".join(
        f"no {key}" if text is None else f'{key} "{shorten(text)}"' for key, text in stated.items()
    )
    reader.tell(place, f"{said}: this is no size; the photo's own is used", line_of(element))
    return None
