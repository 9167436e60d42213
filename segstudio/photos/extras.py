"""HEIC and RAW photos, which need the optional packages pi-heif and rawpy."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import numpy as np
from PIL import ExifTags, Image

from segstudio.core.errors import SegStudioError
from segstudio.photos.refusals import check_pixels

if TYPE_CHECKING:
    import rawpy

HEIF_SUFFIXES = (".heic", ".heif", ".hif")
RAW_SUFFIXES = (".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf")

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_RAW_HEADS = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD-RAW")
_DNG_VERSION, _SUB_IMAGES, _KIND_OF_IMAGE = 50706, 330, 254
# The type of an item in a HEIC file, and the content type behind a nameless one's.
_ITEM = re.compile(rb"infe(?:\x02.{7}|\x03.{9})(.{4}[^\0]*\0?[^\0]*)", re.DOTALL)
_LISTS_OF_ITEMS = 1 << 20
# A preview with a longest side shorter than this, in pixels, is only good for a camera's screen.
_SMALLEST_PREVIEW = 1000
# LibRaw's turns as EXIF orientations.
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}


def is_heif(head: bytes) -> bool:
    """Tell by a file's first 64 bytes whether it is a HEIC or HEIF photo."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and b"avif" not in head[8:40]


def is_raw(head: bytes) -> bool:
    """Tell by a file's first 64 bytes whether it is a RAW photo; see also `is_raw_tiff`."""
    if head[:4] in (b"II*\0", b"MM\0*"):
        return head[8:10] == b"CR"
    return head.startswith(_RAW_HEADS) or head[4:12] == b"ftypcrx "


def is_raw_tiff(image: Image.Image) -> bool:
    """Tell whether a TIFF is a RAW photo: its first picture then is only a small preview."""
    tags = getattr(image, "tag_v2", {})
    reduced = tags.get(_KIND_OF_IMAGE, 0)
    return _DNG_VERSION in tags or (
        isinstance(reduced, int) and reduced & 1 == 1 and _SUB_IMAGES in tags
    )


def open_heif(stream: BinaryIO, name: str) -> Image.Image:
    """Return a HEIC photo, not decoded so far; its decoder turns it upright itself."""
    try:
        from pi_heif import HeifImageFile
    except ImportError as error:
        _refuse(name, "HEIC", error)
    # pi-heif brings the whole program down over names of items that are no text.
    if not all(map(_is_text, _ITEM.findall(stream.read(_LISTS_OF_ITEMS)))):
        raise SyntaxError("its list of contents is damaged")
    stream.seek(0)
    image: Image.Image = HeifImageFile(stream)
    return image


def open_raw(stream: BinaryIO, name: str) -> tuple[Image.Image, int]:
    """Return a RAW photo's picture and the EXIF orientation that turns it upright.

    The preview that the camera put into the file is taken where it is large enough; else the
    photo is developed at half its size. Raises SegStudioError where neither can be had.
    """
    try:
        import rawpy
    except ImportError as error:
        _refuse(name, "RAW", error)
    file_bytes = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    try:
        with rawpy.imread(stream) as raw:
            sizes = raw.sizes
            check_pixels((sizes.raw_width, sizes.raw_height), file_bytes, name)
            preview = _preview(raw)
            if preview is not None:
                return preview, _preview_orientation(preview, raw)
            developed = raw.postprocess(half_size=True, use_camera_wb=True)
            return Image.fromarray(developed), 1
    except rawpy.LibRawError as error:
        raise SegStudioError(
            f"{name} cannot be decoded as a RAW photo: {error}.",
            meaning="The file is damaged, or from a camera that this version does not know.",
            remedy="Save it as JPEG with the program that you develop photos with.",
        ) from error


def _preview(raw: rawpy.RawPy) -> Image.Image | None:
    """Return the embedded preview, None where there is none of use."""
    import rawpy

    try:
        preview = raw.extract_thumb()
    except (rawpy.LibRawError, rawpy.NotSupportedError):
        return None
    if preview.format == rawpy.ThumbFormat.JPEG:
        try:
            picture: Image.Image = Image.open(io.BytesIO(bytes(preview.data)), formats=["JPEG"])
        except (OSError, SyntaxError, ValueError):
            return None
    elif preview.format == rawpy.ThumbFormat.BITMAP:
        picture = Image.fromarray(np.asarray(preview.data, np.uint8))
    else:
        return None
    return picture if max(picture.size) >= _SMALLEST_PREVIEW else None


def _preview_orientation(preview: Image.Image, raw: rawpy.RawPy) -> int:
    """Return the preview's own EXIF orientation, else that of the RAW photo.

    LibRaw adds the latter to a preview that does not begin with EXIF data.
    """
    orientation = preview.getexif().get(ExifTags.Base.Orientation, 0)
    if orientation not in range(1, 9):
        orientation = _ORIENTATIONS.get(raw.sizes.flip, 1)
    lies_like_sensor = (preview.width >= preview.height) == (raw.sizes.width >= raw.sizes.height)
    # A preview that does not was turned by the camera already.
    return int(orientation) if orientation < 5 or lies_like_sensor else 1


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse(name: str, kind: str, error: ImportError) -> NoReturn:
    """Say in one sentence what is missing and how to get it."""
    raise SegStudioError(
        f"{name} is a {kind} photo, and reading those needs an addition to SegStudio: install it "
        "with pip install 'segstudio[photo]'."
    ) from error
