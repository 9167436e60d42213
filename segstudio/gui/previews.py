"""Overlays at display size, made off the GUI thread: a photo with its annotation as it is now."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.overlay import Bytes, blend
from segstudio.core.palette import Palette
from segstudio.core.rasterize import rasterize
from segstudio.photos.cache import thumbnail
from segstudio.photos.reader import read_photo
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project
from segstudio.review.layers import Layers

LONGEST = 1920
_KEPT = 6


@dataclass(frozen=True)
class PreviewWish:
    """What to show: a photo of a project under a palette, its overlay at an opacity 0..1.

    Palette ids in `hidden` show the photo.
    """

    project: Project
    entry: PhotoEntry
    palette: Palette
    opacity: float
    hidden: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[object, ...]:
        """What two equal wishes share."""
        shown = self.palette.model_dump_json()
        return (self.project.root, self.entry, shown, self.opacity, self.hidden)


@dataclass(frozen=True, slots=True)
class Preview:
    """The picture, uint8 (H, W, 3), and its palette ids, uint8 (H, W), at display size.

    `factor` is photo pixels per preview pixel; `outlined` is False where the photo has no
    annotation.
    """

    rgb: Bytes
    label: Bytes
    factor: float
    outlined: bool


class PreviewMaker:
    """Makes previews; keeps the photos decoded last. Used from one thread only."""

    def __init__(self) -> None:
        self._photos: OrderedDict[tuple[Path, int], Bytes] = OrderedDict()

    def make(self, wish: PreviewWish) -> Preview:
        """Decode, rasterise and blend; SegStudioError where the photo cannot be read."""
        project, entry = wish.project, wish.entry
        photo = self._photo(project.photo_path(entry), entry, project.cache)
        height, width = photo.shape[:2]
        annotation = project.annotation(entry)
        shapes = annotation or Annotation(entry.name, entry.width, entry.height, (), "")
        label = _painted(shapes, entry, wish.palette, (width, height))
        rgb = photo
        if annotation is not None:
            rgb = blend(photo, label, wish.palette, opacity=wish.opacity, hidden=wish.hidden)
        return Preview(rgb, label, entry.width / width, annotation is not None)

    def warm(self, project: Project, entry: PhotoEntry) -> None:
        """Decode a photo that will likely be wanted next."""
        self._photo(project.photo_path(entry), entry, project.cache)

    def _photo(self, path: Path, entry: PhotoEntry, cache: Path) -> Bytes:
        key = (path, path.stat().st_mtime_ns)
        if key not in self._photos:
            small = max(entry.width, entry.height) <= LONGEST
            self._photos[key] = (
                read_photo(path) if small else thumbnail(path, LONGEST, cache / "display")
            )
            while len(self._photos) > _KEPT:
                self._photos.popitem(last=False)
        self._photos.move_to_end(key)
        return self._photos[key]


def small_layers(project: Project, entry: PhotoEntry, palette: Palette, longest: int) -> Layers:
    """Return a photo and what is outlined on it, at most `longest` pixels on the longest side.

    The photo's small copy comes from the project's cache. An annotation that is damaged counts as
    none; SegStudioError where the photo cannot be read.
    """
    photo = thumbnail(project.photo_path(entry), longest, project.cache / "thumbnails")
    try:
        annotation = project.annotation(entry)
    except SegStudioError:
        annotation = None
    if annotation is None:
        return Layers(photo, None, None)
    size = (photo.shape[1], photo.shape[0])
    return Layers(photo, _painted(annotation, entry, palette, size), None)


def _painted(
    annotation: Annotation, entry: PhotoEntry, palette: Palette, size: tuple[int, int]
) -> Bytes:
    """Return the palette ids of a photo's annotation at another size (width, height)."""
    scaled = scaled_annotation(annotation, size[0] / entry.width, size[1] / entry.height)
    return rasterize(scaled, palette, size).label


def scaled_annotation(annotation: Annotation, x: float, y: float) -> Annotation:
    """Return the annotation with its shapes scaled by factors per axis."""
    scaled = annotation.moved(lambda px, py: (px * x, py * y))
    return replace(scaled, width=None, height=None)
