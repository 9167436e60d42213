"""Where a photo is: how a project remembers it, and finding it again when it was moved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.files import fingerprint
from segstudio.project.entries import PhotoEntry


def stored_path(root: Path, photo: Path) -> str:
    """Return how a project refers to a photo: relative when it is near, else absolute."""
    photo = photo.resolve()
    if photo.is_relative_to(root.parent):
        return Path(os.path.relpath(photo, root)).as_posix()
    return str(photo)


class PhotoFinder:
    """Finds the photos of the project in `root`, also those that were moved."""

    def __init__(self, root: Path) -> None:
        self._root = root
        # Where a whole drive is away, every photo is looked for in the same folders.
        self._folders: tuple[Sequence[PhotoEntry], tuple[Path, ...]] = ((), ())

    def find(self, entry: PhotoEntry, photos: tuple[PhotoEntry, ...]) -> Path:
        """Return where `entry` is: where it was, else by its name near the project and `photos`.

        Raises SegStudioError where no file has both its name and its content.
        """
        place = self._root / entry.path
        if place.is_file():
            return place
        known, folders = self._folders
        if known is not photos:
            folders = _folders_near(self._root, photos)
            self._folders = photos, folders
        for path in _candidates(entry, folders):
            try:
                if path.is_file() and fingerprint(path) == entry.digest:
                    return path
            except OSError:
                continue
        raise SegStudioError(
            f"The photo {entry.name} is not at {place} any more.",
            meaning="It was moved, renamed, changed or deleted, or its drive is not connected.",
            remedy="Put it back, or import again and name the folder where the photos are now.",
        )


def _folders_near(root: Path, photos: Iterable[PhotoEntry]) -> tuple[Path, ...]:
    own = dict.fromkeys((root / photo.path).parent for photo in photos)
    above = (folder.parent for folder in own)
    return tuple(dict.fromkeys((root / "photos", root, root.parent, *own, *above)))


def _candidates(entry: PhotoEntry, folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the places worth a look, each once."""
    seen: set[Path] = set()
    for folder in folders:
        for tail in (entry.name, PurePosixPath(entry.name).name):
            path = folder / tail
            if path not in seen:
                seen.add(path)
                yield path
