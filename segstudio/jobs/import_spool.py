"""Shapes kept between reading and painting: a few in memory, the rest on disk, so it stays flat."""

from __future__ import annotations

import contextlib
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import BinaryIO

from pydantic import TypeAdapter

from segstudio.core.annotation import Mask, Polygon, Shape
from segstudio.core.errors import SegStudioError

# Some 100 MB as Python objects: enough for most sets, which then need no disk at all.
POINTS_IN_MEMORY = 500_000

_SHAPES: TypeAdapter[tuple[Shape, ...]] = TypeAdapter(tuple[Shape, ...])
_FAST = 1


def _scratch() -> BinaryIO:
    with _refusing():
        # With a buffer, a full disk would show only after other shapes were taken.
        return tempfile.TemporaryFile(prefix="segstudio-", buffering=0)


@contextmanager
def _refusing() -> Iterator[None]:
    """Say in plain words that the temporary file failed."""
    try:
        yield
    except OSError as error:
        raise SegStudioError(
            f"The temporary file for shapes cannot be used: {error.strerror or error}.",
            meaning="Exports too large for the memory are kept on disk while they are read.",
            remedy="Free some space on the disk that holds temporary files, then try again.",
        ) from error


@dataclass
class ShapeSpool:
    """Keeps shapes until it is closed; its methods may run on any thread."""

    in_memory: int = POINTS_IN_MEMORY
    _file: BinaryIO = field(default_factory=_scratch)
    _lock: Lock = field(default_factory=Lock)
    _end: int = 0

    def keep(self, shapes: tuple[Shape, ...]) -> Callable[[], tuple[Shape, ...]]:
        """Take shapes and return what gives them back; a full disk leaves them in the memory."""
        points = sum(_points(shape) for shape in shapes)
        with self._lock:
            if points <= self.in_memory:
                self.in_memory -= points
                return lambda: shapes
        data = zlib.compress(_SHAPES.dump_json(shapes), _FAST)
        with self._lock:
            start, written = self._end, 0
            with contextlib.suppress(OSError):
                self._file.seek(start)
                written = self._file.write(data)
            if written < len(data):
                # Packed, they are small: better than losing an annotation.
                return lambda: _unpacked(data)
            self._end += written
        return lambda: self._fetch(start, len(data))

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def _fetch(self, start: int, length: int) -> tuple[Shape, ...]:
        with self._lock, _refusing():
            self._file.seek(start)
            data = self._file.read(length)
        return _unpacked(data)


def _unpacked(data: bytes) -> tuple[Shape, ...]:
    return _SHAPES.validate_json(zlib.decompress(data))


def _points(shape: Shape) -> int:
    """Return how much memory a shape takes, in points."""
    match shape.geometry:
        case Polygon(points):
            return len(points) + 1
        case Mask():
            return len(shape.geometry.runs) // 100 + 1
        case _:
            return 1
