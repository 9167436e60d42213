"""Thumbnails, kept as JPEGs; deleting them loses nothing."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic
from segstudio.photos.reader import Pixels, read_photo, read_photo_sized

_QUALITY = 88


def thumbnail(path: Path, longest: int, cache_dir: Path) -> Pixels:
    """Return a photo shrunk to `longest` pixels, uint8 RGB (H, W, 3), from the cache when there.

    A photo that changed since (time or size) is read anew. Raises SegStudioError like read_photo.
    """
    cached = cache_dir / _key(path, longest)
    if cached.is_file():
        try:
            return read_photo(cached)
        except SegStudioError:
            cached.unlink(missing_ok=True)
    pixels = read_photo_sized(path, longest)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=_QUALITY)
    write_atomic(cached, stream.getvalue())
    return np.ascontiguousarray(pixels)


def _key(path: Path, longest: int) -> str:
    """Return the cache file's name, which changes whenever the photo's file does."""
    try:
        state = path.stat()
    except OSError as error:
        raise SegStudioError(f"There is no photo {path}.") from error
    stamp = f"{path.resolve()}|{state.st_mtime_ns}|{state.st_size}|{longest}"
    digest = hashlib.sha256(stamp.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"{digest[:2]}/{digest}.jpg"
