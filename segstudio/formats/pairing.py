"""Pairing annotations with photos: by name, never by position, and each match says how."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from segstudio.core.annotation import Annotation, Shape
from segstudio.formats.photo_pool import Photo
from segstudio.photos.names import stem

# What Cityscapes puts behind the name that photo and masks share.
_CAMERA = "_leftimg8bit"
# How exports name the frames of a video, and how else programs number the pictures of one.
_FRAME = re.compile(r"frame_(\d{6,9})")
_NUMBERED = re.compile(r"(?:frame[ _-]?)?(\d{1,9})")
# The folder that exports of a project keep the photos without a subset in.
_NO_SUBSET = "default"
# So many photos of one name are looked through one by one.
_FEW = 8
# What LabelMe's server takes out of the names of its files.
_STRIPPED = re.compile(r"[^-0-9a-z_]")


_Named = tuple[Photo, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An annotation that looks for its photo; `file` is the annotation file in its source.

    `one_photo` says that the file is about this photo alone and probably named like it. To keep
    memory flat, `annotation` is without its shapes: `labels` counts them per label, `shapes`
    fetches them.
    """

    annotation: Annotation
    file: str
    one_photo: bool
    labels: Mapping[str, int] = field(default_factory=dict)
    shapes: Callable[[], tuple[Shape, ...]] = tuple
    embedded: Photo | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The photo of an annotation; a lower `rank` is a surer match, `how` tells it in words.

    `member` is the name that matched, which differs from the photo's own where an archive stores
    names in an old character set.
    """

    photo: Photo
    rank: int
    how: str
    member: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several photos fit equally well."""

    photos: tuple[Photo, ...]


class PhotoIndex:
    """Photos by their names in several degrees of exactness."""

    def __init__(self, photos: Sequence[Photo]) -> None:
        self.photos = tuple(photos)
        self._by_path: dict[str, _Named] = {}
        self._by_name: dict[str, list[_Named]] = defaultdict(list)
        self._by_folded: dict[str, list[_Named]] = defaultdict(list)
        self._by_stem: dict[str, list[_Named]] = defaultdict(list)
        self._by_shorter: dict[str, list[_Named]] = defaultdict(list)
        self._by_stripped: dict[str, list[_Named]] = defaultdict(list)
        self._by_number: dict[int, list[_Named]] = defaultdict(list)
        for photo in photos:
            for name in (photo.member, *photo.source.other_names(photo.member)):
                path = _normal(name)
                last = path.rsplit("/", 1)[-1]
                self._by_path.setdefault(path, (photo, path))
                self._by_name[last].append((photo, path))
                self._by_folded[last.casefold()].append((photo, path))
                own = stem(last).casefold()
                self._by_stem[own].append((photo, path))
                if own.endswith(_CAMERA):
                    self._by_shorter[own.removesuffix(_CAMERA)].append((photo, path))
                if number := _NUMBERED.fullmatch(own):
                    self._by_number[int(number[1])].append((photo, path))
                self._by_stripped[_STRIPPED.sub("", own)].append((photo, path))
        self._by_folders: dict[int, dict[str, list[_Named]]] = {}
        # Programs that count from 1 number other frames than exports do.
        self._counted_from_1 = min(self._by_number, default=1) == 1

    def find(self, wanted: Wanted, choice: str | None = None) -> Found | Ambiguous | None:
        """Return the photo of an annotation, the photos it could be, or None.

        `choice` is the photo that the user named for it.
        """
        if choice is not None:
            chosen = self._by_path.get(_normal(choice))
            return _found(chosen, 0, "as you chose") if chosen else None
        declared = declared_path(wanted.annotation.photo)
        folder = _normal(str(PurePosixPath(wanted.file).parent)).removeprefix(".")
        if not declared:
            return self._by_file_name(wanted, folder)
        for base in (folder, _join(folder, "images"), "", "images"):
            exact = self._by_path.get(_join(base, declared))
            if exact is not None:
                return _found(exact, 1, "by path")
        hints: tuple[str, ...] = (declared, _join(folder, declared))
        if not (wanted.one_photo or wanted.annotation.subset):
            hints += (_join(_NO_SUBSET, declared),)
        last = declared.rsplit("/", 1)[-1]
        steps: tuple[tuple[list[_Named], str], ...] = (
            (self._by_name.get(last, []), "by file name"),
            (self._by_folded.get(last.casefold(), []), "by file name in other upper or lower case"),
            (self._by_stem.get(stem(last).casefold(), []), "by file name without its extension"),
            (self._by_shorter.get(last.casefold(), []), "by file name without _leftImg8bit"),
            (self._frames(last), "by its number as a frame of a video"),
        )
        for rank, (candidates, how) in enumerate(steps, start=2):
            if candidates:
                best = _best(self._nearest(candidates, hints, folder), hints, folder)
                return best if isinstance(best, Ambiguous) else _found(best, rank, how)
        return self._by_file_name(wanted, folder)

    def _frames(self, name: str) -> list[_Named]:
        """Return the pictures of a video's frame that are numbered but not named like it."""
        frame = _FRAME.fullmatch(stem(name).casefold())
        if frame is None or self._counted_from_1:
            return []
        return self._by_number.get(int(frame[1]), [])

    def _by_file_name(self, wanted: Wanted, folder: str) -> Found | Ambiguous | None:
        """Fall back to a photo that is called like the annotation file itself."""
        if not wanted.one_photo:
            return None
        own = _normal(PurePosixPath(wanted.file).stem)
        key = own.casefold()
        candidates = self._by_name.get(own) or self._by_stem.get(key, [])
        if not candidates and key:
            candidates = self._by_stripped.get(key, [])
        if not candidates:
            return None
        how = f'by the annotation file\'s name, as there is no "{wanted.annotation.photo}"'
        hints = (_join(folder, own),)
        best = _best(self._nearest(candidates, hints, folder), hints, folder)
        return best if isinstance(best, Ambiguous) else _found(best, 7, how)

    def _nearest(
        self, candidates: list[_Named], hints: tuple[str, ...], folder: str
    ) -> Sequence[_Named]:
        """Leave out what cannot be the best of very many, as where folders hold a photo each.

        Those in a folder of the wanted name fit best, then those below the same outermost one.
        """
        if len(candidates) <= _FEW:
            return candidates
        groups = self._by_folders.get(id(candidates))
        if groups is None:
            groups = self._by_folders[id(candidates)] = defaultdict(list)
            for photo, path in candidates:
                parts = path.casefold().split("/")
                if len(parts) > 1:
                    groups[f"/{parts[-2]}"].append((photo, path))
                    groups[f"{parts[0]}/"].append((photo, path))
        inner = {hint.casefold().split("/")[-2] for hint in hints if "/" in hint}
        near = [found for name in sorted(inner) for found in groups.get(f"/{name}", ())]
        return near or groups.get(f"{folder.casefold().split('/')[0]}/", ()) or candidates


def _best(candidates: Sequence[_Named], hints: tuple[str, ...], folder: str) -> _Named | Ambiguous:
    """Choose the candidate whose folders fit best, or say that several do equally.

    First counts how much of the path's end agrees, then how near the annotation file is.
    """
    scores: dict[_Named, tuple[int, int]] = {}
    for photo, path in candidates:
        parts = path.split("/")
        tail = max(_agreeing(parts[::-1][1:], hint.split("/")[::-1][1:]) for hint in hints)
        score = (tail, _agreeing(parts[:-1], folder.split("/") if folder else []))
        scores[photo, path] = score
    top = max(scores.values())
    best = {photo: path for (photo, path), score in scores.items() if score == top}
    return next(iter(best.items())) if len(best) == 1 else Ambiguous(tuple(best))


def _found(match: _Named, rank: int, how: str) -> Found:
    """Return the match, saying so where the name had to be read in another character set."""
    photo, path = match
    if path != _normal(photo.member):
        return Found(photo, rank, f"{how}, its name read in an old character set", path)
    return Found(photo, rank, how, photo.member)


def _agreeing(first: Sequence[str], second: Sequence[str]) -> int:
    """Count the leading elements that two sequences share."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one.casefold() != other.casefold():
            break
        count += 1
    return count


def declared_path(name: str) -> str:
    """Return a declared name as a relative path: no drive, no leading slash, no dots."""
    parts = _normal(name.replace("\\", "/")).split("/")
    return "/".join(
        part
        for place, part in enumerate(parts)
        if part not in ("", ".", "..") and not (place == 0 and part.endswith(":"))
    )


def _normal(name: str) -> str:
    """Return a name in Unicode's composed form, which systems disagree about."""
    return unicodedata.normalize("NFC", name)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
