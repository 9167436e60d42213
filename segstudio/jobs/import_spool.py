"""Shapes kept on disk between reading and painting, so that memory does not grow with the set."""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass, field
from threading import Lock
from typing import BinaryIO

from pydantic import TypeAdapter

from segstudio.core.annotation import Shape

_SHAPES: TypeAdapter[tuple[Shape, ...]] = TypeAdapter(tuple[Shape, ...])
_FAST = 1


def _scratch() -> BinaryIO:
    return tempfile.TemporaryFile(prefix="segstudio-")


@dataclass
class ShapeSpool:
    """A temporary file of shapes, gone when it is closed; its methods may run on any thread."""

    _file: BinaryIO = field(default_factory=_scratch)
    _lock: Lock = field(default_factory=Lock)
    _end: int = 0

    def keep(self, shapes: tuple[Shape, ...]) -> StoredShapes:
        """Write shapes away and return how to get them back."""
        data = zlib.compress(_SHAPES.dump_json(shapes), _FAST)
        with self._lock:
            start, self._end = self._end, self._end + len(data)
            self._file.seek(start)
            self._file.write(data)
        return StoredShapes(self, start, len(data))

    def fetch(self, start: int, length: int) -> tuple[Shape, ...]:
        """Read back what was written at a place."""
        with self._lock:
            self._file.seek(start)
            data = self._file.read(length)
        return _SHAPES.validate_json(zlib.decompress(data))

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class StoredShapes:
    """The shapes of one annotation in a spool; calling it reads them."""

    spool: ShapeSpool
    start: int
    length: int

    def __call__(self) -> tuple[Shape, ...]:
        """Return the shapes."""
        return self.spool.fetch(self.start, self.length)
