"""Overlays and error maps: label colours over the photo, drawn with numpy alone."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from segstudio.core.palette import IGNORE, Palette

Bytes = npt.NDArray[np.uint8]


class ErrorKind(IntEnum):
    """What an error map says of a pixel."""

    RIGHT = 0
    MISSED = 1
    EXTRA = 2
    MIXED = 3
    IGNORED = 255


# Vermilion, blue and yellow of the colour-blind-safe set; what is right or ignored stays clear.
ERROR_COLORS = {
    ErrorKind.MISSED: (213, 94, 0),
    ErrorKind.EXTRA: (0, 114, 178),
    ErrorKind.MIXED: (240, 228, 66),
}


def colorize(label: Bytes, palette: Palette) -> Bytes:
    """Return the palette colours of a label image, uint8 (H, W) -> uint8 (H, W, 3) RGB."""
    # Several times as fast as indexing the table with the whole picture.
    return palette.colors().take(label, axis=0)


def blend(
    photo: Bytes,
    label: Bytes,
    palette: Palette,
    *,
    opacity: float = 0.5,
    hidden: Collection[int] = (),
) -> Bytes:
    """Blend label colours over a photo, uint8 (H, W, 3) RGB and uint8 (H, W) palette ids.

    `opacity` runs from 0 (photo only) to 1 (colours only). Ignored pixels and the ids in `hidden`
    show the photo. Raises ValueError where photo and label differ in size.
    """
    if photo.shape[:2] != label.shape:
        raise ValueError(f"photo {photo.shape[:2]} and label {label.shape} differ in size")
    shown = np.ones(256, bool)
    shown[[IGNORE, *hidden]] = False
    return _mix(photo, colorize(label, palette), shown[label], opacity)


def error_map(truth: Bytes, prediction: Bytes, background: int) -> Bytes:
    """Compare two label images, uint8 (H, W) palette ids; the result holds ErrorKind values.

    MISSED: the prediction says background where the truth has a class; EXTRA the other way round;
    MIXED: both have a class, not the same one. Where truth is ignore, IGNORED.
    """
    codes = np.full(truth.shape, ErrorKind.MIXED, np.uint8)
    codes[prediction == background] = ErrorKind.MISSED
    codes[truth == background] = ErrorKind.EXTRA
    codes[truth == prediction] = ErrorKind.RIGHT
    codes[truth == IGNORE] = ErrorKind.IGNORED
    return codes


def blend_errors(photo: Bytes, codes: Bytes, *, opacity: float = 0.7) -> Bytes:
    """Colour an error map's wrong pixels over a photo, uint8 (H, W, 3) RGB."""
    table = np.zeros((256, 3), np.uint8)
    wrong = np.zeros(256, bool)
    for kind, color in ERROR_COLORS.items():
        table[kind], wrong[kind] = color, True
    return _mix(photo, table[codes], wrong[codes], opacity)


def _mix(photo: Bytes, colors: Bytes, where: npt.NDArray[np.bool_], opacity: float) -> Bytes:
    """Mix colours into the photo at the pixels of `where`."""
    mixed = cv2.addWeighted(photo, 1.0 - opacity, colors, opacity, 0.0)
    # With a mask OpenCV copies in place, several times as fast as np.where over three channels.
    return np.asarray(cv2.copyTo(mixed, where.view(np.uint8), photo.copy()), np.uint8)
