"""What a photo is known again by: a tiny picture, a hash of its gradients, when it was taken."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from segstudio.photos.opening import opened
from segstudio.photos.pixels import Pixels, small_pixels
from segstudio.photos.refusals import DECODER_ERRORS, refusing

TINY = 16
"""Side of the tiny grey picture in pixels."""
BITS = 128
_READ = 64
_STEPS = 8
_TIME = "%Y:%m:%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class PhotoMark:
    """`tiny` 16 x 16 grey bytes, `bits` 128 bits of the gradients as 16 bytes.

    `taken` is the capture time in seconds by the camera's own clock, None where the file does not
    say; `camera` its maker, model and serial number, empty where it does not say.
    """

    tiny: bytes
    bits: bytes
    taken: float | None = None
    camera: str = ""


def read_mark(path: Path) -> PhotoMark:
    """Read the mark of a photo, fast for JPEG; SegStudioError where it cannot be decoded."""
    with refusing(str(path)), path.open("rb") as stream, opened(stream, str(path)) as photo:
        taken, camera = _told(photo.image)
        return mark_of(small_pixels(photo.image, photo.turn, _READ), taken, camera)


def mark_of(pixels: Pixels, taken: float | None = None, camera: str = "") -> PhotoMark:
    """Return the mark of a picture, uint8 RGB (H, W, 3).

    The bits say between which neighbours of an 8 x 8 grid it gets brighter, to the right and
    downwards: the difference hash (Krawetz, "Kind of Like That", 2013) in both directions.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    wide, high = _shrunk(grey, _STEPS + 1, _STEPS), _shrunk(grey, _STEPS, _STEPS + 1)
    brighter = [(wide[:, 1:] > wide[:, :-1]).ravel(), (high[1:] > high[:-1]).ravel()]
    tiny = np.rint(_shrunk(grey, TINY, TINY)).astype(np.uint8)
    return PhotoMark(tiny.tobytes(), np.packbits(np.concatenate(brighter)).tobytes(), taken, camera)


def _shrunk(grey: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _told(image: Image.Image) -> tuple[float | None, str]:
    """Return when a picture says that it was taken, and by which camera."""
    taken: float | None = None
    camera = ""
    # Pillow's own for PNG would decode everything to look behind it.
    with contextlib.suppress(*DECODER_ERRORS):
        exif = Image.Image.getexif(image)
        more = exif.get_ifd(ExifTags.IFD.Exif)
        own = (exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model))
        named = (*own, more.get(ExifTags.Base.BodySerialNumber))
        camera = " ".join(text for part in named if part and (text := str(part).strip("\0 ")))
        taken = _seconds(
            more.get(ExifTags.Base.DateTimeOriginal), more.get(ExifTags.Base.SubsecTimeOriginal)
        )
    return taken, camera


def _seconds(time: object, fraction: object) -> float | None:
    """Return an EXIF time as seconds; None where it is none."""
    try:
        moment = datetime.strptime(str(time).strip("\0 "), _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    digits = str(fraction).strip("\0 ") if fraction else ""
    return moment.timestamp() + (float(f"0.{digits}") if digits.isdecimal() else 0.0)
