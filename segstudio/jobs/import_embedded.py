"""Photos inside annotation files: used where no photo is found, or one that does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.pairing import Ambiguous, Found, Wanted
from segstudio.formats.photo_pool import Photo
from segstudio.photos.names import stem
from segstudio.photos.reader import check_photo

Matched = tuple[Wanted, Found | Ambiguous | None]

_HOW = "from inside the annotation file"
_RANK = 9
_CHOSEN = 0


def prefer_embedded(
    matched: Sequence[Matched], problems: list[Problem]
) -> tuple[list[Matched], set[int]]:
    """Give annotations the photo inside their file where no photo fits, and tell why.

    Returns the ids of the photos that were found and are not used, too.
    """
    displaced: set[int] = set()
    result: list[Matched] = []
    for wanted, match in matched:
        if wanted.embedded is None or isinstance(match, Ambiguous):
            result.append((wanted, match))
            continue
        doubt = _misfit(match.photo, wanted) if match and match.rank != _CHOSEN else ""
        if match and doubt:
            displaced.add(id(match.photo))
            annotation = wanted.annotation
            text = (
                f"{annotation.photo}: {doubt}; the picture inside the annotation file is used, "
                "on which the shapes were drawn"
            )
            problems.append(Problem("warning", annotation.source, text, annotation.line))
        use = match is None or doubt
        found = Found(wanted.embedded, _RANK, _HOW, wanted.embedded.member) if use else match
        result.append((wanted, found))
    return _apart(result), displaced


def _apart(matched: Sequence[Matched]) -> list[Matched]:
    """Call photos inside files that say the same name like their files instead."""
    counts = Counter(match.member for _, match in matched if isinstance(match, Found))
    result: list[Matched] = []
    for wanted, match in matched:
        if isinstance(match, Found) and match.photo is wanted.embedded and counts[match.member] > 1:
            suffix = PurePosixPath(match.member).suffix
            name = f"{PurePosixPath(wanted.file).with_suffix('')}{suffix}"
            match = replace(match, photo=replace(match.photo, member=name), member=name)
        result.append((wanted, match))
    return result


def named_alike(wanted: Wanted, photo: Photo) -> bool:
    """Tell whether an annotation file is called like a photo."""
    own, other = PurePosixPath(wanted.file).stem, PurePosixPath(photo.member).name
    return stem(own).casefold() == stem(other).casefold()


def _misfit(photo: Photo, wanted: Wanted) -> str:
    """Say why a photo cannot be what an annotation was drawn on, "" where it can."""
    stated = (wanted.annotation.width, wanted.annotation.height)
    try:
        with photo.open() as stream:
            size = check_photo(stream, photo.member)
    except SegStudioError as error:
        return error.what.rstrip(".")
    if stated in ((size.width, size.height), (size.stored_width, size.stored_height)):
        return ""
    return (
        f"the annotation says {stated[0]} x {stated[1]}, the photo {photo.member} is "
        f"{size.width} x {size.height} pixels"
    )
