"""A photo with its truth and its prediction at the size of a screen, and the pictures of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import read_label
from segstudio.core.overlay import blend, blend_errors, error_map
from segstudio.core.palette import Palette
from segstudio.photos.cache import thumbnail
from segstudio.photos.reader import read_photo, read_photo_sized

Bytes = npt.NDArray[np.uint8]


class Mode(Enum):
    """What a review shows of a photo."""

    PHOTO = "Photo"
    TRUTH = "Your outlines"
    PREDICTION = "Prediction"
    ERRORS = "Errors"
    SIDE_BY_SIDE = "Side by side"


@dataclass(frozen=True, slots=True)
class Look:
    """How to show a photo: the mode, the opacity of colours (0 to 1), hidden palette ids."""

    mode: Mode
    opacity: float = 0.5
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """uint8 (H, W, 3) RGB and the label images uint8 (H, W) of the same size, where there are."""

    photo: Bytes
    truth: Bytes | None
    prediction: Bytes | None


def load_layers(photo: Path, truth: Path | None, prediction: Path | None, longest: int) -> Layers:
    """Read a photo and its label images with at most `longest` pixels on the longest side.

    A label image that is missing or damaged counts as none; SegStudioError where the photo is.
    """
    pixels = read_photo_sized(photo, longest)
    size = (pixels.shape[1], pixels.shape[0])
    return Layers(pixels, _label(truth, size), _label(prediction, size))


def load_preview(path: Path) -> Bytes:
    """Read a preview of a run, uint8 (H, W, 3) RGB; SegStudioError where it is damaged."""
    return read_photo(path)


def load_thumbnail(photo: Path, longest: int, cache: Path) -> Bytes:
    """Read a photo's small copy, uint8 (H, W, 3) RGB, kept in `cache`; SegStudioError if none."""
    return thumbnail(photo, longest, cache)


def missing(layers: Layers, mode: Mode) -> str:
    """Return in words what a mode needs and a photo lacks; empty where nothing."""
    if mode in (Mode.TRUTH, Mode.ERRORS, Mode.SIDE_BY_SIDE) and layers.truth is None:
        return "This photo has no outlines of yours to compare with."
    if mode in (Mode.PREDICTION, Mode.ERRORS, Mode.SIDE_BY_SIDE) and layers.prediction is None:
        return "There is no prediction of this photo yet. Score this run to get one."
    return ""


def compose(layers: Layers, look: Look, palette: Palette) -> tuple[Bytes, ...]:
    """Return the pictures to show, uint8 (H, W, 3): two (truth, prediction) side by side, else one.

    What is missing shows the photo alone.
    """
    if look.mode is Mode.SIDE_BY_SIDE:
        labels = (layers.truth, layers.prediction)
        return tuple(_overlay(layers.photo, label, look, palette) for label in labels)
    if look.mode is Mode.TRUTH:
        return (_overlay(layers.photo, layers.truth, look, palette),)
    if look.mode is Mode.PREDICTION:
        return (_overlay(layers.photo, layers.prediction, look, palette),)
    if look.mode is Mode.ERRORS and layers.truth is not None and layers.prediction is not None:
        codes = error_map(layers.truth, layers.prediction, palette.background_id)
        return (blend_errors(layers.photo, codes, opacity=look.opacity),)
    return (layers.photo,)


def _overlay(photo: Bytes, label: Bytes | None, look: Look, palette: Palette) -> Bytes:
    if label is None:
        return photo
    return blend(photo, label, palette, opacity=look.opacity, hidden=look.hidden)


def _label(path: Path | None, size: tuple[int, int]) -> Bytes | None:
    if path is None or not path.is_file():
        return None
    try:
        label = read_label(path)
    except SegStudioError:
        return None
    if (label.shape[1], label.shape[0]) == size:
        return label
    return np.asarray(cv2.resize(label, size, interpolation=cv2.INTER_NEAREST), np.uint8)
