"""Where a photo is: how a project remembers it, and finding it again when it was moved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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


def find_moved_photo(root: Path, entry: PhotoEntry, others: Sequence[PhotoEntry]) -> Path:
    """Return where `entry` is now: by name near the project and its other photos, by content.

    Raises SegStudioError where no file has both its name and its content.
    """
    for path in _candidates(root, entry, others):
        try:
            if path.is_file() and fingerprint(path) == entry.digest:
                return path
        except OSError:
            continue
    raise SegStudioError(
        f"The photo {entry.name} is not at {root / entry.path} any more.",
        meaning="It was moved, renamed, changed or deleted, or its drive is not connected.",
        remedy="Put it back, or import again and name the folder where the photos are now.",
    )


def _candidates(root: Path, entry: PhotoEntry, others: Sequence[PhotoEntry]) -> Iterator[Path]:
    """Yield the places worth a look, each once."""
    folders = {(root / other.path).parent: None for other in others}
    seen: set[Path] = set()
    for folder in (root / "photos", root, root.parent, *folders, *(f.parent for f in folders)):
        for tail in (entry.name, PurePosixPath(entry.name).name):
            path = folder / tail
            if path not in seen:
                seen.add(path)
                yield path
