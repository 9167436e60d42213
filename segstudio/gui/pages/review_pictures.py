"""Brings the pictures of a review to the screen: loaded aside, neighbours beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segstudio.core.palette import Palette
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.review.layers import Layers, Look, compose, load_layers

LONGEST = 2048
_KEPT = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo and its label images are; None where there is no such label image."""

    photo: Path
    truth: Path | None
    prediction: Path | None


@dataclass(frozen=True, slots=True)
class _LayersKey:
    place: Place


@dataclass(frozen=True, slots=True)
class _PictureKey:
    place: Place
    look: Look
    palette: Palette


class ReviewPictures(QObject):
    """Turns a wish (photo, look) into pictures; `ready` tells when the wish of now is met."""

    ready = Signal(object, object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = ImageSource(_KEPT, self)
        self._source.loaded.connect(self._came)
        self._source.failed.connect(self._refused)
        self._wish: _PictureKey | None = None
        self._neighbours: tuple[Place, ...] = ()

    def show(
        self, place: Place, look: Look, palette: Palette, neighbours: Sequence[Place] = ()
    ) -> None:
        """Ask for a photo's pictures in a look, and for its neighbours' afterwards."""
        self._wish = _PictureKey(place, look, palette)
        self._neighbours = tuple(neighbours)
        self._source.drop_waiting()
        self._advance(self._wish, urgent=True)

    def layers(self, place: Place) -> Layers | None:
        """Return the layers of a photo where they are loaded."""
        found = self._source.get(_LayersKey(place))
        return found if isinstance(found, Layers) else None

    def forget(self) -> None:
        """Forget everything, as label images or predictions changed on disk."""
        self._wish = None
        self._source.forget()

    def close(self) -> None:
        """End the loading thread."""
        self._source.close()

    def _advance(self, key: _PictureKey, *, urgent: bool) -> bool:
        """Take the next step towards a wish; True where nothing is left to do."""
        pictures = self._source.get(key)
        if isinstance(pictures, tuple):
            if key == self._wish:
                self._deliver(key, pictures)
            return True
        layers = self.layers(key.place)
        if layers is None:
            place = key.place
            load = partial(load_layers, place.photo, place.truth, place.prediction, LONGEST)
            self._source.request(_LayersKey(place), load, urgent=urgent)
        else:
            self._source.request(
                key, partial(compose, layers, key.look, key.palette), urgent=urgent
            )
        return False

    def _deliver(self, key: _PictureKey, pictures: tuple[Pixels, ...]) -> None:
        layers = self.layers(key.place)
        if layers is not None:
            self.ready.emit(layers, pictures)
        self._prepare_neighbours()

    def _prepare_neighbours(self) -> None:
        if self._wish is None:
            return
        for place in self._neighbours:
            self._advance(_PictureKey(place, self._wish.look, self._wish.palette), urgent=False)

    def _came(self, key: object, _value: object) -> None:
        if self._wish is None:
            return
        if isinstance(key, _LayersKey):
            urgent = key.place == self._wish.place
            wish = _PictureKey(key.place, self._wish.look, self._wish.palette)
            self._advance(wish, urgent=urgent)
        elif key == self._wish:
            self._advance(self._wish, urgent=True)

    def _refused(self, key: object, error: object) -> None:
        if self._wish is not None and isinstance(key, _LayersKey) and key.place == self._wish.place:
            self.failed.emit(error)
