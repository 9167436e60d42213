"""Decoding photos: upright by their EXIF orientation, in sRGB, 8 bits; files are never changed."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError, features

from segstudio.core.errors import SegStudioError

Pixels = npt.NDArray[np.uint8]

_AVIF = (".avif",) if features.check("avif") else ()
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", *_AVIF)

# Larger than any camera's photo; a header may claim much more than memory holds.
MAX_PIXELS = 250_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

# What Pillow's decoders raise on damaged or hostile bytes.
_DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    ImageCms.PyCMSError,
    struct.error,
    zlib.error,
)
_TAIL = 1024


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """Size in pixels upright and as stored, and the EXIF orientation (1-8) between the two."""

    width: int
    height: int
    stored_width: int
    stored_height: int
    orientation: int


def is_photo(path: Path | str) -> bool:
    """Tell by its suffix whether a file is taken for a photo."""
    return str(path).lower().endswith(PHOTO_SUFFIXES)


def photo_size(path: Path) -> PhotoSize:
    """Return a photo's size from its header, without decoding; SegStudioError where it has none."""
    with _refusing(str(path)), path.open("rb") as stream:
        return _size(stream, str(path))


def check_photo(data: BinaryIO, name: str) -> PhotoSize:
    """Return the size of the photo in a seekable stream and make sure that it is complete.

    JPEG and PNG are judged by their end marks, other kinds decoded. Raises SegStudioError.
    """
    with _refusing(name):
        size = _size(data, name)
        if not _has_end_mark(data):
            data.seek(0)
            with Image.open(data) as image:
                image.draft(image.mode, (size.stored_width // 8, size.stored_height // 8))
                image.load()
        return size


def read_photo(path: Path) -> Pixels:
    """Decode a photo to uint8 RGB (H, W, 3), upright, sRGB; SegStudioError where it cannot be."""
    return _read(path, None)


def read_photo_sized(path: Path, longest: int) -> Pixels:
    """Decode a photo so that its longest side has at most `longest` pixels, fast for JPEG.

    Returns uint8 RGB (H, W, 3), upright, sRGB; a smaller photo is not enlarged.
    """
    return _read(path, longest)


def _read(path: Path, longest: int | None) -> Pixels:
    """Decode and, with `longest`, shrink before anything that costs time per pixel."""
    with _refusing(str(path)), Image.open(path) as image:
        _check_pixels(image, str(path))
        if longest is not None:
            image.draft(image.mode, (longest, longest))
        image.load()
        upright = ImageOps.exif_transpose(_eight_bits(image))
        if longest is not None and max(upright.size) > longest:
            # Images of one bit or with a colour table cannot be averaged.
            if upright.mode in ("1", "P", "PA"):
                upright = upright.convert("RGBA")
            upright.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return np.array(_rgb(_without_alpha(upright), image.info.get("icc_profile")))


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit, 32-bit and float grey to 8 bits; Pillow itself would clip."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image)
    top = float(values.max(initial=0))
    if image.mode == "F":
        full = 1.0 if top <= 1.0 else max(top, 255.0)
    elif image.mode == "I" and top <= 255:
        full = 255.0
    else:
        full = 65535.0 if top <= 65535 else top
    scaled = np.clip(values.astype(np.float32) * np.float32(255.0 / full), 0, 255)
    grey = Image.fromarray(np.nan_to_num(scaled).round().astype(np.uint8))
    grey.info = dict(image.info)
    grey.getexif().update(image.getexif())
    return grey


def _without_alpha(image: Image.Image) -> Image.Image:
    """Lay a see-through image on white, as viewers show it."""
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if not image.has_transparency_data:
        return image
    layered = image.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")


def _rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to RGB in sRGB; a damaged colour profile is left aside."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _size(stream: BinaryIO, name: str) -> PhotoSize:
    """Read size and orientation from the header of the photo in a stream."""
    with Image.open(stream) as image:
        _check_pixels(image, name)
        width, height = image.size
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        turned = orientation >= 5
        # Pillow's TIFF reader says the upright size already.
        if turned and image.format == "TIFF":
            return PhotoSize(width, height, height, width, orientation)
        if turned:
            return PhotoSize(height, width, width, height, orientation)
        return PhotoSize(width, height, width, height, orientation)


def _has_end_mark(stream: BinaryIO) -> bool:
    """Tell whether a JPEG or PNG ends as a complete one does; False for other kinds."""
    stream.seek(0)
    head = stream.read(8)
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read(_TAIL)
    if head.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in tail
    return head == b"\x89PNG\r\n\x1a\n" and b"IEND" in tail


def _check_pixels(image: Image.Image, name: str) -> None:
    """Refuse sizes that no photo has before anything is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise SegStudioError(
            f"{name} is {width} x {height} pixels, more than the "
            f"{MAX_PIXELS // 1_000_000} megapixels that SegStudio reads.",
            remedy="Make a smaller copy of it, or leave it out.",
        )
    if width < 1 or height < 1:
        raise SegStudioError(f"{name} has no pixels.", remedy="Leave it out.")


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Turn what a decoder raises into a message that names the photo."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise SegStudioError(
            f"{name} is too large to be read: {error}.",
            meaning=f"SegStudio reads photos of up to {MAX_PIXELS // 1_000_000} megapixels.",
            remedy="Make a smaller copy of it, or leave it out.",
        ) from error
    except FileNotFoundError as error:
        raise SegStudioError(f"There is no photo {name}.") from error
    except UnidentifiedImageError as error:
        raise SegStudioError(
            f"{name} is no photo: its content is no image that SegStudio knows.",
            remedy="Look at it in another program, or leave it out.",
        ) from error
    except _DECODER_ERRORS as error:
        raise SegStudioError(
            f"{name} cannot be decoded as a photo: {str(error) or type(error).__name__}.",
            meaning="The file is damaged, cut short or not an image that SegStudio knows.",
            remedy="Open it in another program and save it anew, or leave it out.",
        ) from error
