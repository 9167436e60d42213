"""Arrays by key in a cache folder: mapped into memory, least recently used ones removed first."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.files import write_atomic_with

FEATURES = "features"
"""The folder of stored features in a project's cache."""
Halves = npt.NDArray[np.float16]


def key_of(**parts: object) -> str:
    """Return a key of everything that a stored array depends on; the parts must fit into JSON."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def digest(arrays: Mapping[str, npt.NDArray[np.generic]]) -> str:
    """Return a key of the contents of named arrays."""
    total = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name}{array.dtype.str}{array.shape}".encode())
        total.update(array.reshape(-1).view(np.uint8).data)
    return total.hexdigest()


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk of a folder that is there."""
    return shutil.disk_usage(folder).free


def stored_bytes(folder: Path) -> int:
    """Return what the maps in a store's folder take."""
    return sum(size for _, size, _ in _files(folder))


class FeatureStore:
    """fp16 maps (h, w, R), one file each; where the disk takes no more they stay in memory."""

    def __init__(self, folder: Path, report: Reporter) -> None:
        self.folder = folder
        self._report = report
        self._unwritten: dict[str, Halves] = {}
        self._used: set[str] = set()

    def get(self, key: str, make: Callable[[], Halves]) -> Halves:
        """Return the map of that key, made and stored first where there is no whole one."""
        found = self.find(key)
        return self._put(key, make()) if found is None else found

    def find(self, key: str) -> Halves | None:
        """Return the map of that key, None where it is not stored whole."""
        if key in self._unwritten:
            return self._unwritten[key]
        path = self._path(key)
        try:
            array: Halves = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if key not in self._used:
            # Its time tells when it was used last.
            with contextlib.suppress(OSError):
                os.utime(path)
            self._used.add(key)
        return array

    def make_room(self, limit: int, keep: Iterable[str]) -> int:
        """Remove what was not used for longest until all but `keep` takes `limit` bytes at most.

        Returns the bytes that were removed.
        """
        kept = {self._path(key).name for key in keep}
        files = [file for file in _files(self.folder) if file[2].name not in kept]
        total = sum(size for _, size, _ in files)
        removed = 0
        for _, size, path in sorted(files):
            if total - removed <= limit:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                removed += size
        return removed

    def _put(self, key: str, array: Halves) -> Halves:
        """Store a map and return it as stored."""
        try:
            write_atomic_with(self._path(key), lambda stream: np.save(stream, array))
        except SegStudioError as error:
            if not self._unwritten:
                self._report(Message(f"Stored features stay in memory for this run: {error.what}"))
            self._unwritten[key] = array
        return array

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npy"


def _files(folder: Path) -> list[tuple[int, int, Path]]:
    """Return when each stored map was used last, in ns, its bytes and its path."""
    files = []
    for path in folder.glob("*.npy"):
        with contextlib.suppress(OSError):
            stat = path.stat()
            files.append((stat.st_mtime_ns, stat.st_size, path))
    return files
