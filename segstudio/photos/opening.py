"""Opening a photo: what it is by its content, how large, how turned, and whether it is whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import BinaryIO

from PIL import ExifTags, Image, TiffImagePlugin

from segstudio.photos.extras import is_heif, is_raw, is_raw_tiff, open_heif, open_raw
from segstudio.photos.refusals import DECODER_ERRORS, check_pixels

# Whatever a file is called, only these are photos; others have decoders that run programs.
_KINDS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000")
_HEAD, _TAIL = 64, 1024
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PLANES = 256, 257, 258, 259, 284

# Guards a setting that holds for the whole process.
_libtiff = Lock()


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
    file_bytes = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if is_heif(head):
        image = open_heif(stream, name)
        check_pixels(image.size, file_bytes, name)
        return image, 1
    if not is_raw(head):
        image = _by_pillow(stream)
        if not is_raw_tiff(image):
            check_pixels(image.size, file_bytes, name)
            return image, _orientation(image, stream)
        stream.seek(0)
    return open_raw(stream, name)


def _by_pillow(stream: BinaryIO) -> Image.Image:
    """Open one of the kinds that Pillow decodes."""
    Image.init()
    kinds = [kind for kind in _KINDS if kind in Image.OPEN]
    image = Image.open(stream, formats=kinds)
    tags = getattr(image, "tag_v2", {})
    if tags.get(_PLANES) == 2 and tags.get(_COMPRESSION) == 1 and max(tags.get(_BITS, (8,))) > 8:
        # Pillow's own decoder takes the bytes of such planes for 8-bit values, libtiff does not.
        stream.seek(0)
        with _libtiff:
            TiffImagePlugin.READ_LIBTIFF = True
            try:
                return Image.open(stream, formats=kinds)
            finally:
                TiffImagePlugin.READ_LIBTIFF = False
    return image


def _orientation(image: Image.Image, stream: BinaryIO) -> int:
    """Return the EXIF orientation, 1 where there is none or the EXIF data is damaged."""
    if image.format == "PNG" and _exif_at_the_end(stream):
        image.load()
    try:
        if image.format == "TIFF":
            # A TIFF is turned by its own tag alone while it is decoded.
            value = getattr(image, "tag_v2", {}).get(ExifTags.Base.Orientation, 1)
        else:
            # Pillow's own for PNG would decode everything to look behind it.
            value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
    except DECODER_ERRORS:
        return 1
    return int(value) if value in range(1, 9) else 1


def _exif_at_the_end(stream: BinaryIO) -> bool:
    """Tell whether a PNG has its EXIF data behind its pixels."""
    back, place, pixels = stream.tell(), 8, False
    try:
        while True:
            stream.seek(place)
            head = stream.read(8)
            if len(head) < 8 or head[4:] == b"IEND":
                return False
            if pixels and head[4:] == b"eXIf":
                return True
            pixels = pixels or head[4:] == b"IDAT"
            place += 12 + int.from_bytes(head[:4], "big")
    finally:
        stream.seek(back)


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
