"""What no photo is: sizes that are refused, and what decoders raise told in plain words."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms, UnidentifiedImageError

from segstudio.core.errors import SegStudioError

# Larger than any camera's photo; a header may claim much more than memory holds.
MAX_PIXELS = 250_000_000
# No large photo says so little; a blank picture made to fill the memory does.
_LARGE, _PIXELS_PER_BYTE = 50_000_000, 200
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Decoders remark on small faults of a file; what matters is raised and told.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)
warnings.simplefilter("error", Image.DecompressionBombWarning)

# What decoders raise on damaged or hostile bytes.
DECODER_ERRORS = (
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


def check_pixels(size: tuple[int, int], file_bytes: int, name: str) -> None:
    """Refuse sizes (width, height) that no photo has before anything is decoded."""
    width, height = size
    if width < 1 or height < 1:
        raise SegStudioError(f"{name} has no pixels.", remedy="Leave it out.")
    if width * height > MAX_PIXELS:
        raise SegStudioError(
            f"{name} is {width} x {height} pixels, more than the "
            f"{MAX_PIXELS // 1_000_000} megapixels that SegStudio reads.",
            remedy="Make a smaller copy of it, or leave it out.",
        )
    if width * height > max(_LARGE, file_bytes * _PIXELS_PER_BYTE):
        raise SegStudioError(
            f"{name} says that it is {width} x {height} pixels, but the file has only "
            f"{file_bytes:,} bytes.",
            meaning="That is too little for a photo of this size: it is damaged, or blank.",
            remedy="Leave it out, or save it anew from another program.",
        )


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn what a decoder raises into a message that names the photo."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        limit = f"the {MAX_PIXELS // 1_000_000} megapixels that SegStudio reads"
        much = "the memory that is free" if isinstance(error, MemoryError) else limit
        raise SegStudioError(
            f"{name} is too large to be read: it needs more than {much}.",
            remedy="Make a smaller copy of it, or leave it out.",
        ) from error
    except FileNotFoundError as error:
        raise SegStudioError(
            f"There is no photo {name}.",
            meaning="It was moved, renamed or deleted.",
            remedy="Put it back, or leave it out.",
        ) from error
    except (PermissionError, IsADirectoryError) as error:
        raise SegStudioError(
            f"{name} cannot be opened: {error.strerror or error}.",
            meaning="It is no file, or one that you may not read.",
            remedy="Allow reading it, or leave it out.",
        ) from error
    except UnidentifiedImageError as error:
        raise SegStudioError(
            f"{name} is no photo: its content is no image that SegStudio knows.",
            remedy="Open it in another program and save it as JPEG or PNG, or leave it out.",
        ) from error
    except DECODER_ERRORS as error:
        raise SegStudioError(
            f"{name} cannot be decoded as a photo: {_reason(error)}.",
            meaning="The file is damaged, cut short or not an image that SegStudio knows.",
            remedy="Open it in another program and save it anew, or leave it out.",
        ) from error


def _reason(error: BaseException) -> str:
    """Return what a decoder says, without its own names for things."""
    text = str(error) or type(error).__name__
    if "MAX_TEXT" in text:
        return "the text or colour profile in it is larger than any photo's"
    return text.rstrip(".")
