"""The mask pictures of LabelMe XML: where they are, and which of their pixels are the object."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from segstudio.core.annotation import Mask
from segstudio.core.errors import SegStudioError
from segstudio.formats.mask_pictures import MaskPicture, read_mask_picture
from segstudio.formats.numbers import shorten
from segstudio.formats.source import Source
from segstudio.photos.names import file_key

_Size = tuple[int, int]

# Annotations lie at most this many folders below the one that `Masks` is in.
_UP = 3
_OPAQUE = 255


def read_mask(
    source: Source, file: str, folder: str, name: str, size: _Size | None
) -> tuple[Mask, _Size]:
    """Return the object of the mask picture `name` and the picture's size (width, height).

    `file` is the annotation file, `folder` its `<folder>`, `size` that of the photo as stated,
    where it is. ValueError says why there is no mask.
    """
    shown = shorten(name)
    place = _find(source, PurePosixPath(file), folder, _safe(name))
    if place is None:
        raise ValueError(f"its mask picture {shown} is not there")
    try:
        picture = read_mask_picture(source.read(place), shown)
    except SegStudioError as error:
        raise ValueError(f"its mask picture: {error.what}") from error
    if size is not None and picture.size != size:
        raise ValueError(
            f"its mask picture {shown} is {picture.size[0]} x {picture.size[1]} pixels, the photo "
            f"{size[0]} x {size[1]}"
        )
    mask = Mask.of_bitmap(_object(picture))
    if mask is None:
        raise ValueError(f"its mask picture {shown} is empty")
    return mask, picture.size


def _object(picture: MaskPicture) -> npt.NDArray[np.bool_]:
    """Return which pixels are the object, bool (H, W): those with anything but zeros.

    An alpha channel that is opaque everywhere says nothing.
    """
    values = picture.values
    if picture.mode in ("LA", "PA", "RGBA") and (values[..., -1] == _OPAQUE).all():
        values = values[..., :-1]
    return np.asarray(np.atleast_3d(values != 0).any(axis=2))


def _safe(name: str) -> PurePosixPath:
    """Return a mask's name as a path; ValueError where it would lead out of the export."""
    path = PurePosixPath(name.replace("\\", "/"))
    if not name:
        raise ValueError("it is painted, and its <segm> names no mask picture")
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", name):
        raise ValueError(f"its mask picture {shorten(name)} would be outside of the export")
    return path


def _find(source: Source, file: PurePosixPath, folder: str, name: PurePosixPath) -> str | None:
    """Return where a mask picture is, None where it is nowhere."""
    local = source.local_path(str(file))
    if source.single_file and local is not None:
        # What lies beside the file that the user named, or above it, is not among its files.
        home = PurePosixPath(local.resolve().parent.as_posix())
        wanted = (str(path) for path in _places(home, folder, name))
        return next((path for path in wanted if _is_file(path)), None)
    known = source.once(_pictures)
    for path in _places(file.parent, folder, name):
        if (key := file_key(str(path))) in known:
            return known[key]
    # Other layouts: the name alone tells, if only one picture has it.
    alike = source.once(_by_name).get(file_key(name.name), [])
    return alike[0] if len(alike) == 1 else None


def _places(home: PurePosixPath, folder: str, name: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield where the writers of this format put masks, nearest to the annotation first."""
    parts = home.parts
    for up in range(min(_UP, len(parts)) + 1):
        base, below = PurePosixPath(*parts[: len(parts) - up]), parts[len(parts) - up :]
        for sub in dict.fromkeys((below[1:], below, (folder,), ())):
            yield base.joinpath("Masks", *sub, name)
        yield base.joinpath(folder, "Masks", name)
    yield home / name


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        # A name longer than any file's, or one that is none.
        return False


def _pictures(source: Source) -> Mapping[str, str]:
    """Return the files of a source by their path, however it is spelt."""
    return {file_key(file): file for file in source.files()}


def _by_name(source: Source) -> Mapping[str, list[str]]:
    """Return the files of a source by their name, however it is spelt."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in source.files():
        found[file_key(PurePosixPath(file).name)].append(file)
    return found
