"""Tells what was dropped onto the window: annotation exports, photos, or a project."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from segstudio.formats.photo_pool import is_label_folder
from segstudio.photos.reader import is_photo

_EXPORTS = (".xml", ".zip", ".json", ".npy")
_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Dropped:
    """Sources to import, the folder of photos, and what was neither."""

    sources: tuple[Path, ...] = ()
    photos: Path | None = None
    other: tuple[Path, ...] = ()


def sort_dropped(paths: Iterable[Path]) -> Dropped:
    """Sort files and folders by what is in them; of a large folder only the first files count.

    The photos of a folder that holds an export as well are found with it.
    """
    sources: list[Path] = []
    photos: Path | None = None
    other: list[Path] = []
    for path in paths:
        has_export, has_photo = _contents(path)
        if has_export:
            sources.append(path)
        if has_photo and not has_export:
            photos = path if path.is_dir() else path.parent
        if not (has_export or has_photo):
            other.append(path)
    return Dropped(tuple(sources), photos, tuple(other))


def _contents(path: Path) -> tuple[bool, bool]:
    """Say whether a file or folder holds annotation exports, and whether it holds photos.

    Label images count as an export where their folder is called so.
    """
    if not path.is_dir():
        return path.suffix.lower() in _EXPORTS, is_photo(path)
    has_export = has_photo = False
    looked = 0
    for folder, _, names in os.walk(path):
        labels = any(is_label_folder(part) for part in Path(folder).relative_to(path.parent).parts)
        for name in names:
            photo = is_photo(name)
            has_export = has_export or name.lower().endswith(_EXPORTS) or (photo and labels)
            has_photo = has_photo or (photo and not labels)
            looked += 1
        if (has_export and has_photo) or looked > _LOOKED_AT:
            break
    return has_export, has_photo
