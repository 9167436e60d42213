"""Photos as training sees them, and copies of them at the working size, decoded only once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic_with
from segstudio.core.label_image import read_label
from segstudio.learning.transforms import Preprocessing
from segstudio.photos.reader import read_photo

WATCHED_PHOTOS = 4
"""Photos whose overlays a training shows after every epoch."""

Bytes = npt.NDArray[np.uint8]
Photo = TypeVar("Photo")


def seen_whole(train: Sequence[Photo], val: Sequence[Photo]) -> tuple[Photo, ...]:
    """Return the photos that a training predicts whole after every epoch, the watched ones first.

    These are the validation photos and, where they are fewer than are watched, training photos.
    """
    return (*val, *train[: max(0, WATCHED_PHOTOS - len(val))])


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo and its label image, under the photo's name in the project."""

    name: str
    photo: Path
    label: Path


class WorkingCopies:
    """Small copies of photos and labels in a cache folder, mapped into memory when asked for.

    The copies are keyed by path, time and size of their originals, so a changed photo is read
    again, and since the system may drop mapped pages, any number of photos fits.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def photo(self, sample: Sample, size: Preprocessing) -> Bytes:
        """Return the photo at the working size, uint8 (h, w, 3) RGB; SegStudioError if broken."""
        return self._copy(sample.photo, size, lambda: size.resize(read_photo(sample.photo)))

    def label(self, sample: Sample, size: Preprocessing) -> Bytes:
        """Return the label at the working size, uint8 (h, w) palette ids."""
        return self._copy(sample.label, size, lambda: size.resize_label(read_label(sample.label)))

    def pair(self, sample: Sample, size: Preprocessing) -> tuple[Bytes, Bytes]:
        """Return photo and label; SegStudioError where one is broken or they differ in size."""
        photo, label = self.photo(sample, size), self.label(sample, size)
        if photo.shape[:2] != label.shape:
            raise SegStudioError(
                f"The label image of {sample.name} has not the shape of its photo.",
                meaning="One of them was changed after the import.",
                remedy="Import the annotations of this photo again.",
            )
        return photo, label

    def _copy(self, path: Path, size: Preprocessing, make: Callable[[], Bytes]) -> Bytes:
        """Return the cached array, making it first where there is none."""
        try:
            stat = path.stat()
        except OSError as error:
            raise SegStudioError(
                f"{path} cannot be read: {error.strerror}.",
                meaning="It was moved, renamed or deleted.",
            ) from error
        stamp = f"{path.resolve()}|{stat.st_mtime_ns}|{stat.st_size}|{size.working_size}"
        name = hashlib.sha256(stamp.encode()).hexdigest()[:24] + ".npy"
        cached = self._folder / name
        try:
            return _mapped(cached)
        except (OSError, ValueError, EOFError):
            array = make()
            write_atomic_with(cached, lambda stream: np.save(stream, array))
            return _mapped(cached)


def _mapped(path: Path) -> Bytes:
    """Map an array file into memory, read-only."""
    array: Bytes = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
