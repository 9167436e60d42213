"""CVAT for video 1.1: one XML with a `<track>` per object and a shape per frame in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.cvat_frames import frame_name, frames_of
from segstudio.formats.cvat_meta import Meta, Size, read_meta
from segstudio.formats.cvat_shapes import ShapeReader, has_area
from segstudio.formats.cvat_tracks import Stated, Track
from segstudio.formats.numbers import shorten, whole
from segstudio.formats.photo_pool import photos_beside
from segstudio.formats.source import FolderSource, Source
from segstudio.formats.xml import line_of, stream
from segstudio.photos.reader import is_photo

_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


class CvatVideo:
    """Root `<annotations>`, then `<meta>` and the `<track>` elements."""

    name = "cvat-video"
    title = "CVAT for video 1.1"
    suffixes: tuple[str, ...] = (".xml",)
    one_photo = False
    last_resort = False

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell "for video" from "for images", which has the same root."""
        kind = candidate.xml
        if kind.root != "annotations":
            return Refusal(f"the root element is <{kind.root}>, not <annotations>")
        if "track" in kind.marks:
            return Match("<annotations> with <track>: CVAT for video")
        if "image" in kind.marks:
            return Refusal("it has <image>, so it is CVAT for images")
        if "interpolation" in kind.marks:
            return Match("<annotations> without shapes, and its <mode> is that of a video")
        return Refusal("<annotations> without <track>")

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read all frames of the file."""
        shown = source.shown(file)
        reading = _File(ShapeReader(shown))
        images: list[int | None] = []
        for element in stream(source.read(file), shown, ("meta", "image", "track")):
            if element.tag == "meta":
                reading.meta = read_meta(element)
                yield from reading.meta.labels
            elif element.tag == "track":
                reading.track(element)
            else:
                images.append(line_of(element))
        if images:
            text = f"{len(images)} <image> left out: they belong to CVAT for images"
            yield Problem("warning", shown, text, images[0])
        yield from _notes(reading.meta, source, shown)
        yield from frames_of(reading.tracks, reading.meta, shown, reading.written_out)
        reading.shapes.finish("tracks")
        yield from reading.shapes.problems


@dataclass
class _File:
    """A file while it is read; `written_out` once a shape between keyframes was in it."""

    shapes: ShapeReader
    meta: Meta = field(default_factory=Meta)
    tracks: list[Track] = field(default_factory=list)
    written_out: bool = False

    def track(self, element: etree._Element) -> None:
        """Take in one `<track>`."""
        number = element.get("id")
        track = Track(
            name=f"track {shorten(number)}" if number else f"track number {len(self.tracks)}",
            label=element.get("label") or "",
            task=element.get("task_id", ""),
            subset=element.get("subset", ""),
            line=line_of(element),
        )
        self.tracks.append(track)
        children = [c for c in element if isinstance(c.tag, str) and c.tag != "attribute"]
        if not track.label.strip() and not any(child.get("label") for child in children):
            self.shapes.tell(track.name, "left out: it has no label", track.line)
            children = []
        size = self.meta.task(track.task).size
        for child in children:
            self._shape(child, track, size)

    def _shape(self, element: etree._Element, track: Track, size: Size | None) -> None:
        """Add the shape of one frame to its track."""
        line, stated = line_of(element), element.get("frame")
        try:
            frame = whole(stated or "")
        except ValueError:
            frame = -1
        if frame < 0:
            said = f'"{shorten(stated)}" is no frame number' if stated else "it has no frame"
            self.shapes.tell(track.name, f"{element.tag} left out: {said}", line)
            return
        place = f"{track.name}, {frame_name(frame)}"
        outside = self._outside(element, place)
        self.written_out |= element.get("keyframe", "1").strip().lower() in _NO
        shape = None
        # A hidden shape still says where the one before it moves to.
        if has_area(element) or not outside:
            shape = self.shapes.read(element, element.get("label") or track.label, place, size)
        track.shapes.append(Stated.of(frame, shape, outside, line))

    def _outside(self, element: etree._Element, place: str) -> bool:
        """Tell whether a shape is hidden; unclear values count, and are told."""
        text = element.get("outside", "").strip().lower()
        if text not in _YES and text not in _NO:
            message = (
                f'{element.tag}: outside is "{shorten(text)}", neither 0 nor 1; it is not drawn'
            )
            self.shapes.tell(place, message, line_of(element))
        return text not in _NO


def _notes(meta: Meta, source: Source, file: str) -> Iterator[Problem]:
    """Say how the pictures of the frames come about, where none are at hand."""
    if isinstance(source, FolderSource) and source.single_file:
        pictures = bool(photos_beside(source, ()))
    else:
        pictures = any(is_photo(name) for name in source.files())
    if any(task.photos for task in meta.tasks.values()):
        text = (
            "the task was made of photos, and this format numbers them instead of naming them; "
            'export it as "CVAT for images 1.1" to have each annotation with its photo'
        )
        yield Problem("info", file, text, meta.line)
    elif not pictures:
        video = f'the video "{shorten(meta.video)}"' if meta.video else "the video"
        text = (
            f"no frames of {video} are beside this file; unless you have them elsewhere, export "
            f"the task again with images, or save frames as {frame_name(0)}.png, "
            f"{frame_name(1)}.png and so on, counted from 0"
        )
        yield Problem("info", file, text, meta.line)
