"""Label images on disk: 8-bit indexed PNGs whose pixel values are palette ids."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic
from segstudio.core.palette import Palette

LabelArray = npt.NDArray[np.uint8]
LABELS = "labels"


def encode_label(label: LabelArray, palette: Palette) -> bytes:
    """Return a label image, uint8 (H, W) palette ids, as an indexed PNG with its colours."""
    image = Image.fromarray(label, mode="L")
    image.putpalette(palette.colors().tobytes())
    stream = io.BytesIO()
    # Run-length matching makes label images smaller than the default, three times as fast.
    image.save(stream, format="PNG", compress_type=zlib.Z_RLE)
    return stream.getvalue()


def refuse_foreign_labels(root: Path) -> None:
    """Raise SegStudioError where a folder that we never wrote into has label images already."""
    folder = root / LABELS
    if folder.is_dir() and any(folder.iterdir()):
        raise SegStudioError(
            f"The folder {folder} is not empty.",
            meaning="SegStudio did not make what is in it and would write label images over it.",
            remedy="Choose another folder to write into, or move that one away.",
        )


def write_label(path: Path, label: LabelArray, palette: Palette) -> None:
    """Write a label image, uint8 (H, W) palette ids, atomically."""
    write_atomic(path, encode_label(label, palette))


def read_label(path: Path) -> LabelArray:
    """Read the palette ids of a label image, uint8 (H, W).

    Raises SegStudioError where the file is missing, damaged or not single-channel 8-bit.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in ("L", "P"):
                raise SegStudioError(
                    f"{path} is no label image: its pixels are {image.mode}, not 8-bit ids.",
                    remedy="Import it as a mask, so that its colours are looked up in the palette.",
                )
            return np.array(image)
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise SegStudioError(
            f"The label image {path} cannot be read: {error}.",
            meaning="It is missing or damaged.",
            remedy="Import the annotations again; label images are made from them.",
        ) from error
