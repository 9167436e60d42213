"""Opening a photo: what it is by its content, how large, how turned, and whether it is whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image

from segstudio.photos.extras import is_heif, is_raw, is_raw_tiff, open_heif, open_raw
from segstudio.photos.refusals import DECODER_ERRORS, check_pixels

# Whatever a file is called, only these are photos; others have decoders that run programs.
_KINDS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000")
_HEAD, _TAIL = 64, 1024
_WIDTH, _HEIGHT = 256, 257


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """Size in pixels upright and as stored, and the EXIF orientation (1-8) between the two."""

    width: int
    height: int
    stored_width: int
    stored_height: int
    orientation: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo that was opened; `turn` is the EXIF orientation that decoding leaves to be done."""

    image: Image.Image
    size: PhotoSize
    turn: int


@contextmanager
def opened(stream: BinaryIO, name: str) -> Iterator[Opened]:
    """Open the photo in a seekable stream by its content; its pixels are not decoded so far.

    Raises SegStudioError for sizes that no photo has, and whatever decoders raise.
    """
    image, orientation = _identified(stream, name)
    with image:
        width, height = image.size
        turn = orientation
        if image.format == "TIFF":
            # Pillow turns a TIFF while decoding and may say its upright size before.
            tags = getattr(image, "tag_v2", {})
            width, height = int(tags.get(_WIDTH, width)), int(tags.get(_HEIGHT, height))
            turn = 1
        check_pixels((width, height), name)
        upright = (height, width) if orientation >= 5 else (width, height)
        yield Opened(image, PhotoSize(*upright, width, height, orientation), turn)


def is_whole(stream: BinaryIO) -> bool:
    """Tell whether a photo ends where its format says; False where only decoding can tell."""
    stream.seek(0)
    head = stream.read(12)
    end = stream.seek(0, io.SEEK_END)
    if head[:4] == b"RIFF":
        return end >= 8 + int.from_bytes(head[4:8], "little")
    if head[4:8] == b"ftyp":
        return _boxes_end(stream, end)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read(_TAIL)
    if head.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in tail
    return head.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in tail


def _identified(stream: BinaryIO, name: str) -> tuple[Image.Image, int]:
    """Return the picture in a stream and its EXIF orientation."""
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if is_heif(head):
        return open_heif(stream, name), 1
    if not is_raw(head):
        Image.init()
        image = Image.open(stream, formats=[kind for kind in _KINDS if kind in Image.OPEN])
        if not is_raw_tiff(image):
            return image, _orientation(image)
        stream.seek(0)
    return open_raw(stream, name)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 where there is none or the EXIF data is damaged."""
    try:
        # A TIFF is turned by its own tag alone while it is decoded.
        tags = getattr(image, "tag_v2", None) if image.format == "TIFF" else image.getexif()
        value = tags.get(ExifTags.Base.Orientation, 1) if tags is not None else 1
    except DECODER_ERRORS:
        return 1
    return int(value) if value in range(1, 9) else 1


def _boxes_end(stream: BinaryIO, end: int) -> bool:
    """Tell whether the boxes of an ISO media file (HEIC, AVIF, CR3) fill it exactly."""
    place = 0
    while place < end:
        stream.seek(place)
        head = stream.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:
            return True
        if size < 8:
            return False
        place += size
    return place == end
