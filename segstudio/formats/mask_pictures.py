"""Pictures whose pixels are numbers: masks and label images, decoded without changing a value."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from segstudio.core.errors import SegStudioError
from segstudio.photos.reader import DECODER_ERRORS, MAX_PIXELS

Values = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_KINDS = ("PNG", "TIFF", "BMP", "GIF", "WEBP", "JPEG")
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "I", "I;16", "I;16B", "I;16L"})
# By a PNG's colour type; its compression makes at most this many bytes of one.
_CHANNELS = {2: 3, 4: 2, 6: 4}
_DENSEST = 1032
# Pillow spreads grey values of 2 and 4 bits over 0..255; the stored ones are these parts of it.
_SPREAD = {2: 85, 4: 17}


@dataclass(frozen=True, slots=True)
class MaskPicture:
    """A decoded picture: `values` are uint8 or uint16, (H, W) or with channels (H, W, C).

    `mode` is Pillow's; for "P" the values are the stored indices and `palette` holds the colours,
    uint8 (N, 3), None for every other mode; for "1" the values are 0 and 1. `kind` says how the
    file is encoded ("PNG", "JPEG", ...), whatever it is called.
    """

    values: Values
    mode: str
    palette: npt.NDArray[np.uint8] | None
    kind: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.values.shape[1], self.values.shape[0]


def read_mask_picture(data: bytes, name: str) -> MaskPicture:
    """Decode a mask with its values as stored: indices, 1-bit, 16-bit and alpha stay what they are.

    Raises SegStudioError where it is no picture, too large, or has no whole numbers as values.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as image:
            _check_size(image.size, data, name)
            if image.mode not in _MODES or _wide_colors(data):
                raise _unusable(name, image.mode)
            return _decoded(image, data, name)
    except DECODER_ERRORS as error:
        unknown = isinstance(error, UnidentifiedImageError)
        reason = "its content is no picture" if unknown else str(error) or type(error).__name__
        raise SegStudioError(
            f"{name} cannot be read as a mask: {reason}.",
            meaning="The file is damaged, cut short, too large or no picture.",
            remedy="Export the masks again, as PNG.",
        ) from error


def _check_size(size: tuple[int, int], data: bytes, name: str) -> None:
    """Refuse what would fill the memory, before anything is decoded.

    Other than a photo, a large mask may well have few bytes.
    """
    width, height = size
    if width * height > MAX_PIXELS:
        raise SegStudioError(
            f"{name} is {width} x {height} pixels, more than the {MAX_PIXELS // 1_000_000} "
            "megapixels that SegStudio reads.",
            remedy="Export the masks again, in the size of the photos.",
        )
    bits, color_type = _png_header(data)
    if width * height * bits * _CHANNELS.get(color_type, 1) > 8 * _DENSEST * len(data):
        raise OSError(f"{width} x {height} pixels cannot be in {len(data):,} bytes")


def _decoded(image: Image.Image, data: bytes, name: str) -> MaskPicture:
    """Return the pixels of an opened picture."""
    palette = None
    if image.mode == "P":
        image.load()
        palette = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    values = np.asarray(image)
    if values.dtype.kind == "b":
        # Pillow keeps the bits as bytes of 255.
        bits = (values.view(np.uint8) != 0).view(np.uint8)
        return MaskPicture(bits, image.mode, None, image.format or "")
    if values.dtype.itemsize > 1:
        if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
            raise _unusable(name, image.mode)
        return MaskPicture(values.astype(np.uint16), image.mode, None, image.format or "")
    spread = _SPREAD.get(_png_header(data)[0], 1) if image.mode == "L" else 1
    stored = (values // spread).astype(np.uint8) if spread > 1 else values
    return MaskPicture(stored, image.mode, palette, image.format or "")


def _png_header(data: bytes) -> tuple[int, int]:
    """Return the bits per value and the colour type of a PNG, zeros where it is none."""
    return (data[24], data[25]) if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 25 else (0, 0)


def _wide_colors(data: bytes) -> bool:
    """Tell whether colours have 16 bits each, which decoding would cut to 8."""
    bits, color_type = _png_header(data)
    return bits == 16 and color_type != 0


def _unusable(name: str, mode: str) -> SegStudioError:
    return SegStudioError(
        f"{name} cannot be used as a mask: its pixels are no whole numbers of 8 or 16 bits, nor "
        f"colours of 8 bits each (it is stored as {mode}).",
        remedy="Export the masks again, as PNG with 8 bits.",
    )
