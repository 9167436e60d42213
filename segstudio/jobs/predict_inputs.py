"""Which photos a prediction gets, and under which names their results are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.photos.reader import is_photo


@dataclass(frozen=True, slots=True)
class InputPhoto:
    """A photo to label; `name` is where its results go below each kind's folder, no suffix."""

    path: Path
    name: PurePosixPath


@dataclass(frozen=True, slots=True)
class Inputs:
    """The photos found, what was given but is no photo, and how many earlier results were met."""

    photos: tuple[InputPhoto, ...]
    problems: tuple[Problem, ...]
    earlier_results: int


def find_photos(inputs: Sequence[Path], result_folders: Sequence[Path]) -> Inputs:
    """Find the photos of files and folders, sub-folders included, and name them uniquely.

    What lies in `result_folders` is an earlier prediction's. Raises SegStudioError where an input
    is not there.
    """
    photos: dict[PurePosixPath, InputPhoto] = {}
    seen: set[Path] = set()
    problems: list[Problem] = []
    earlier = 0
    for given in inputs:
        for path, root in _files(given):
            if path == given and not is_photo(path):
                problems.append(Problem("warning", str(path), "Left out: it is not a photo."))
            if path.resolve() in seen or not is_photo(path):
                continue
            seen.add(path.resolve())
            if any(path.resolve().is_relative_to(folder) for folder in result_folders):
                earlier += 1
            else:
                name = _free_name(path, root, photos)
                photos[name] = InputPhoto(path, name)
    return Inputs(tuple(photos.values()), tuple(problems), earlier)


def _files(given: Path) -> Iterable[tuple[Path, Path]]:
    """Yield the files of an input, each with the folder that its name is relative to."""
    if given.is_file():
        return [(given, given.parent)]
    if given.is_dir():
        return [(path, given) for path in sorted(given.rglob("*")) if path.is_file()]
    raise SegStudioError(
        f"There is no photo or folder {given}.", remedy="Check the path and try again."
    )


def _free_name(path: Path, root: Path, taken: Iterable[PurePosixPath]) -> PurePosixPath:
    """Return a name that no other photo has: the path, then with its suffix, folder, a number."""
    relative = PurePosixPath(path.relative_to(root).as_posix())
    names = set(taken)
    candidates = [
        relative.with_suffix(""),
        relative,
        PurePosixPath(root.resolve().name or "photos") / relative.with_suffix(""),
        PurePosixPath(root.resolve().name or "photos") / relative,
    ]
    number = 2
    while True:
        for name in candidates:
            if name not in names:
                return name
        candidates = [relative.with_name(f"{relative.stem}-{number}")]
        number += 1
