"""Decoding photos: upright by their EXIF orientation, in sRGB, 8 bits; files are never changed."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from segstudio.photos.extras import HEIF_SUFFIXES, RAW_SUFFIXES
from segstudio.photos.opening import PhotoSize, is_whole, opened
from segstudio.photos.pixels import Pixels, small_pixels, upright_pixels
from segstudio.photos.refusals import DECODER_ERRORS, MAX_PIXELS, refusing

__all__ = [
    "DECODER_ERRORS",
    "MAX_PIXELS",
    "PHOTO_SUFFIXES",
    "PhotoSize",
    "Pixels",
    "check_photo",
    "is_photo",
    "is_raw",
    "photo_size",
    "read_photo",
    "read_photo_sized",
]

# Files of these names are taken for photos. What one really is, its content decides; where its
# kind cannot be decoded here, reading it says so.
PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif"),
    *(".avif", ".jp2", ".j2k"),
    *HEIF_SUFFIXES,
    *RAW_SUFFIXES,
)


def is_photo(path: Path | str) -> bool:
    """Tell by its suffix whether a file is taken for a photo."""
    return str(path).lower().endswith(PHOTO_SUFFIXES)


def is_raw(path: Path | str) -> bool:
    """Tell by its suffix whether a file is a RAW photo."""
    return str(path).lower().endswith(RAW_SUFFIXES)


def photo_size(path: Path) -> PhotoSize:
    """Return a photo's size from its header, without decoding; SegStudioError where it has none."""
    with refusing(str(path)), path.open("rb") as stream, opened(stream, str(path)) as photo:
        return photo.size


def check_photo(data: BinaryIO, name: str) -> PhotoSize:
    """Return the size of the photo in a seekable stream and make sure that it is complete.

    Kinds that say where they end are believed, others decoded. Raises SegStudioError.
    """
    with refusing(name), opened(data, name) as photo:
        if not is_whole(data):
            # Where the end is not marked, decoding tells, at an eighth of the size if it can be.
            data.seek(0)
            width, height = photo.image.size
            photo.image.draft(photo.image.mode, (width // 8, height // 8))
            photo.image.load()
        return photo.size


def read_photo(path: Path) -> Pixels:
    """Decode a photo to uint8 RGB (H, W, 3), upright, sRGB; SegStudioError where it cannot be."""
    with refusing(str(path)), path.open("rb") as stream, opened(stream, str(path)) as photo:
        pixels = upright_pixels(photo.image, photo.turn)
        if pixels.shape[:2] != (photo.size.height, photo.size.width):
            raise ValueError("its picture has another size than the file says")
        return pixels


def read_photo_sized(path: Path, longest: int) -> Pixels:
    """Decode a photo so that its longest side has at most `longest` pixels, fast for JPEG.

    Returns uint8 RGB (H, W, 3), upright, sRGB; a smaller photo is not enlarged.
    """
    with refusing(str(path)), path.open("rb") as stream, opened(stream, str(path)) as photo:
        return small_pixels(photo.image, photo.turn, longest)
