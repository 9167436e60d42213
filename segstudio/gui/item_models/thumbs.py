"""Small pictures of photos with their overlays: loaded aside, coloured and sized when painted."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QPixmap

from segstudio.core.palette import Palette
from segstudio.gui.previews import small_layers
from segstudio.gui.widgets.image_pyramid import Pixels, as_qimage
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project
from segstudio.review.layers import Layers, Look, Mode, compose

LONGEST = 288
_KEPT = 360


@dataclass(frozen=True, slots=True)
class _Made:
    """A photo and its labels, shrunk to fit a box, and coloured in a look."""

    layers: Layers
    look: Look
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class _Thumb:
    """What was made of a photo at an age; no layers and picture where it cannot be read."""

    age: int
    layers: Layers | None = None
    look: Look | None = None
    picture: QPixmap | None = None


class Thumbs(QObject):
    """Keeps the pictures painted last; `came` carries the name of a photo that was loaded.

    Another look costs a fraction of a millisecond per picture in sight, another box a reload.
    """

    came = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = Look(Mode.TRUTH)
        self._box = QSize(LONGEST, LONGEST)
        self._project: Project | None = None
        self._palette: Palette | None = None
        self._age = 0
        self._kept: OrderedDict[str, _Thumb] = OrderedDict()
        self._source = ImageSource(1, self)
        self._source.loaded.connect(self._take)
        self._source.failed.connect(self._refuse)

    def show_project(self, project: Project | None) -> None:
        """Load a project's photos anew; pictures that are there stay until newer ones come."""
        if project is not self._project:
            self._kept.clear()
        self._project = project
        self._palette = project.palette if project is not None else None
        self._age += 1
        self._source.forget()

    def set_box(self, box: QSize) -> None:
        """Make pictures that fit into a box, in device px; older ones stay until they are there."""
        if box != self._box:
            self._box = box
            self._age += 1
            self._source.forget()

    def picture(self, entry: PhotoEntry) -> QPixmap | None:
        """Return a photo's picture, at most as large as the box; asks for it where it is not there.

        It is not there yet, or never will be where `failed`.
        """
        thumb = self._kept.get(entry.name)
        if thumb is None or thumb.age != self._age:
            self._ask(entry)
        if thumb is None or thumb.layers is None or self._palette is None:
            return None
        if thumb.look != self.look:
            thumb = _thumb(thumb.age, _colored(thumb.layers, self.look, self._palette))
            self._kept[entry.name] = thumb
        self._kept.move_to_end(entry.name)
        return thumb.picture

    def failed(self, name: str) -> bool:
        """Tell whether a photo was found to be unreadable."""
        thumb = self._kept.get(name)
        return thumb is not None and thumb.layers is None

    def drop_waiting(self) -> None:
        """Forget what is waited for; whoever still wants a picture asks again."""
        self._source.drop_waiting()

    def close(self) -> None:
        """End the loading thread."""
        self._source.close()

    def _ask(self, entry: PhotoEntry) -> None:
        if self._project is not None and self._palette is not None:
            # Made for the look of now, so that scrolling costs the window only the painting.
            load = partial(_load, self._project, entry, self._palette, self._box, self.look)
            self._source.request((entry.name, self._age), load, urgent=False)

    def _take(self, key: tuple[str, int], made: object) -> None:
        self._keep(key, made if isinstance(made, _Made) else None)

    def _refuse(self, key: tuple[str, int], _error: object) -> None:
        self._keep(key, None)

    def _keep(self, key: tuple[str, int], made: _Made | None) -> None:
        name, age = key
        self._kept[name] = _thumb(age, made) if made is not None else _Thumb(age)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.came.emit(name)


def _thumb(age: int, made: _Made) -> _Thumb:
    return _Thumb(age, made.layers, made.look, QPixmap.fromImage(as_qimage(made.pixels)))


def _load(project: Project, entry: PhotoEntry, palette: Palette, box: QSize, look: Look) -> _Made:
    """Read a photo; SegStudioError where it cannot be."""
    return _colored(_shrunk(small_layers(project, entry, palette, LONGEST), box), look, palette)


def _colored(layers: Layers, look: Look, palette: Palette) -> _Made:
    return _Made(layers, look, compose(layers, look, palette)[0])


def _shrunk(layers: Layers, box: QSize) -> Layers:
    """Return a photo and its labels so that they fit into a box; never enlarged."""
    height, width = layers.photo.shape[:2]
    factor = min(box.width() / width, box.height() / height)
    if factor >= 1:
        return layers
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    photo = cv2.resize(layers.photo, size, interpolation=cv2.INTER_AREA)
    truth = layers.truth
    if truth is not None:
        truth = np.asarray(cv2.resize(truth, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    return Layers(np.asarray(photo, np.uint8), truth, None)
