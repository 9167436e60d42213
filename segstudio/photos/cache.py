"""Thumbnails, kept as JPEGs; deleting them loses nothing."""

from __future__ import annotations

import contextlib
import hashlib
import io
from pathlib import Path
from threading import Lock

from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic
from segstudio.photos.reader import Pixels, read_photo, read_photo_sized

_QUALITY = 88
# A cache folder may hold this many bytes. Its files are counted once for each tenth written.
_MOST_BYTES = 500_000_000
_kept: dict[Path, int] = {}
_keeping = Lock()


def thumbnail(path: Path, longest: int, cache_dir: Path) -> Pixels:
    """Return a photo shrunk to `longest` pixels, uint8 RGB (H, W, 3), from the cache when there.

    A photo that changed since (time or size) is read anew; a cache that cannot be written costs
    time only. Raises SegStudioError like read_photo.
    """
    cached = cache_dir / _key(path, longest)
    if cached.is_file():
        try:
            return read_photo(cached)
        except SegStudioError:
            with contextlib.suppress(OSError):
                cached.unlink(missing_ok=True)
    pixels = read_photo_sized(path, longest)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=_QUALITY)
    with contextlib.suppress(SegStudioError):
        write_atomic(cached, stream.getvalue())
        _note(cache_dir, stream.tell())
    return pixels


def _note(cache_dir: Path, written: int) -> None:
    """Count what was written into a cache folder, and delete its oldest files when it is full."""
    with _keeping:
        since = _kept.get(cache_dir, _MOST_BYTES) + written
        due = since > _MOST_BYTES // 10
        # Other threads go on writing meanwhile; their files are counted the next time.
        _kept[cache_dir] = 0 if due else since
    if due:
        _shrink(cache_dir)


def _shrink(cache_dir: Path) -> None:
    """Delete the oldest thumbnails until a tenth of the room is free; others may do the same."""
    files: list[tuple[int, int, Path]] = []
    for path in cache_dir.glob("*/*.jpg"):
        with contextlib.suppress(OSError):
            state = path.stat()
            files.append((state.st_mtime_ns, state.st_size, path))
    excess = sum(size for _, size, _ in files) - _MOST_BYTES
    if excess <= 0:
        return
    excess += _MOST_BYTES // 10
    for _, size, path in sorted(files):
        if excess <= 0:
            break
        # In use elsewhere, or deleted by another: neither matters.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        excess -= size


def _key(path: Path, longest: int) -> str:
    """Return the cache file's name, which changes whenever the photo's file does."""
    try:
        state = path.stat()
    except OSError as error:
        raise SegStudioError(
            f"There is no photo {path}.",
            meaning="It was moved, renamed or deleted.",
            remedy="Put it back, or leave it out.",
        ) from error
    stamp = f"{path.resolve()}|{state.st_mtime_ns}|{state.st_size}|{longest}"
    digest = hashlib.sha256(stamp.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"{digest[:2]}/{digest}.jpg"
