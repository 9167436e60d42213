"""The photos among which annotations look for theirs."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.source import FolderSource, Source
from segstudio.photos.names import stem
from segstudio.photos.reader import is_photo, is_raw

# Folders that exports and users keep photos in, beside the annotations.
PHOTO_FOLDERS = frozenset(
    {"images", "image", "jpegimages", "photos", "img", "imgs", "pictures", "leftimg8bit"}
)
# Folders whose pictures are made from annotations and are not photos.
LABEL_FOLDERS = frozenset(
    {
        "labels", "label", "masks", "mask", "scribbles", "overlays", "annotations", "annotation",
        "annotations_xml", "annot", "gtfine", "gtcoarse", "gt", "groundtruth", "ground_truth",
        "color_labels", "colormaps", "segmentation", "segmentations", "sem_seg", "label_images",
    }
)  # fmt: skip
_MADE_FROM_LABELS = re.compile(
    r"_(gtfine|gtcoarse)_|_(labelids|labeltrainids|instanceids|instancetrainids|train_id)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo file: `member` is its name in its source, `path` where it is on disk, if it is.

    `decode` returns the bytes of one that is inside an annotation file.
    """

    source: Source
    member: str
    path: Path | None
    decode: Callable[[], bytes] | None = None

    def read(self) -> bytes:
        """Return the encoded photo; SegStudioError where it cannot be read."""
        return self.decode() if self.decode else self.source.read(self.member)

    def open(self) -> BinaryIO:
        """Open the photo as a seekable stream; SegStudioError where it cannot be read."""
        if self.path is None:
            return io.BytesIO(self.read())
        try:
            return self.path.open("rb")
        except OSError as error:
            raise SegStudioError(f"{self.path} cannot be read: {error.strerror}.") from error


def photos_in(source: Source, taken: frozenset[str]) -> tuple[list[Photo], list[Problem]]:
    """Return the photos of a folder or zip, without those in folders of label images.

    `taken` are the files that a format reads as annotations.
    """
    photos: list[Photo] = []
    left_out: Counter[str] = Counter()
    read: set[str] = set()
    described = {_base(file) for file in taken if not is_photo(file)}
    members = [member for member in source.files() if is_photo(member)]
    spare = _spare_raws(members)
    for member in (m for m in members if m not in spare):
        folder = None if _base(member) in described else label_folder(member)
        if member in taken:
            read.add(folder or "")
        elif folder is None:
            photos.append(Photo(source, member, source.local_path(member)))
        else:
            left_out[folder] += 1
    # A format that reads a part of a folder says itself what it leaves.
    problems = [
        Problem("info", folder, f"{count} picture(s) here are taken for label images, not photos")
        for folder, count in left_out.items()
        if folder not in read
    ]
    if spare:
        text = f"{len(spare)} RAW file(s) lie beside the same photo as JPEG, which is used"
        problems.append(Problem("info", min(spare), text))
    return photos, problems


def photos_beside(source: FolderSource, declared: Iterable[str]) -> list[Photo]:
    """Return the photos that may belong to a single annotation file.

    Looked at are its own folder, folders for photos there and beside that folder, the folders that
    the annotations themselves name, and Images/x for Annotations/x; not everything below, which may
    be a whole drive.
    """
    home = source.root
    labels = is_label_folder(home.resolve().name)
    described = {_base(file) for file in source.files()}
    pool = {
        path.resolve(): Photo(source, path.name, path)
        for path in _children(home)
        if is_photo(path.name)
        and (not labels or _base(path.name) in described)
        and path.name not in source.files()
        and path.is_file()
    }
    named = {part.casefold() for name in declared for part in PurePosixPath(name).parts[:-1]}
    beside = [
        (folder, folder.name)
        for base in dict.fromkeys((home, home.resolve().parent))
        for folder in _children(base)
        if folder.name.casefold() in PHOTO_FOLDERS | named
    ]
    for folder, shown in (*beside, *_mirrored(home.resolve())):
        if not folder.is_dir():
            continue
        for photo in photos_in(FolderSource(folder), frozenset())[0]:
            path = folder / photo.member
            pool.setdefault(path.resolve(), Photo(source, f"{shown}/{photo.member}", path))
    return list(pool.values())


def _mirrored(home: Path) -> Iterator[tuple[Path, str]]:
    """Yield Images/x for Annotations/x, as LabelMe keeps them, and its name below Images."""
    above = next((folder for folder in home.parents if is_label_folder(folder.name)), None)
    for photos in _children(above.parent) if above else ():
        if above and photos.name.casefold() in PHOTO_FOLDERS:
            below = home.relative_to(above)
            yield photos / below, below.as_posix()


def display_names(members: Mapping[Photo, str]) -> dict[Photo, str]:
    """Return the names of photos, given as in their source, relative to the root of its photos.

    A folder `images` that holds all of them, and what is around it, is not part of the name.
    """
    by_source: dict[int, list[Photo]] = {}
    for photo in members:
        by_source.setdefault(id(photo.source), []).append(photo)
    names: dict[Photo, str] = {}
    for group in by_source.values():
        cut = _root_length([members[photo] for photo in group])
        names.update({photo: members[photo][cut:] for photo in group})
    return names


def _root_length(members: Sequence[str]) -> int:
    """Return how many characters of all names are the path of the folder `images` around them."""
    root = ""
    # What the first and the last of sorted names share, all share.
    for own, other in zip(min(members).split("/")[:-1], max(members).split("/")[:-1], strict=False):
        if own != other:
            break
        root += f"{own}/"
        if own.casefold() in PHOTO_FOLDERS:
            return len(root)
    return 0


def _base(member: str) -> str:
    """Return a path without its suffix, which a photo and the file about it share."""
    return str(PurePosixPath(member).with_suffix(""))


def _spare_raws(members: Iterable[str]) -> set[str]:
    """Return the RAW files that lie beside another photo of the same name, as cameras write."""
    listed = list(members)
    others = {_base(member).casefold() for member in listed if not is_raw(member)}
    return {m for m in listed if is_raw(m) and _base(m).casefold() in others}


def _children(folder: Path) -> list[Path]:
    """List a folder, sorted; one that may not be listed counts as empty."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def is_label_folder(name: str) -> bool:
    """Tell by a folder's own name whether its pictures are made from annotations."""
    key = name.casefold()
    return (
        key in LABEL_FOLDERS
        or key.endswith("annot")
        or key.startswith(("segmentationclass", "segmentationobject"))
    )


def label_folder(member: str) -> str | None:
    """Return the folder of label images that a file is in, None where it is in none.

    Folders for photos and for label images may lie in each other; the inner one counts.
    """
    parts = PurePosixPath(member).parent.parts
    for place in range(len(parts), 0, -1):
        if parts[place - 1].casefold() in PHOTO_FOLDERS:
            return None
        if is_label_folder(parts[place - 1]):
            return "/".join(parts[:place])
    made = _MADE_FROM_LABELS.search(stem(PurePosixPath(member).name)) is not None
    return ("/".join(parts) or ".") if made else None
