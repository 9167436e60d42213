"""Second step of every import: annotations and photos find each other, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.pairing import Ambiguous, Found, PhotoIndex, Wanted
from segstudio.formats.photo_pool import Photo, photos_beside, photos_in
from segstudio.formats.source import FolderSource, Source
from segstudio.jobs.import_reading import Opened
from segstudio.photos.reader import check_photo, is_photo

_UNNAMED = "no annotation names this photo"
_UNSURE = "an annotation may mean this photo or another of the same name"
_EMBEDDED = "from inside the annotation file"
_EMBEDDED_RANK = 9


@dataclass(frozen=True, slots=True)
class Pair:
    """An annotation and its photo, either alone where the other is missing.

    `member` is the photo's name in its source, `match` tells how the two were paired, `reason`
    why the pair is skipped (None where it is to be converted), `candidates` the photos among which
    the user has to choose.
    """

    wanted: Wanted | None
    photo: Photo | None
    member: str = ""
    match: str = ""
    reason: str | None = None
    candidates: tuple[str, ...] = ()


def pair_all(
    opened: Sequence[Opened], photo_source: Source | None, choices: Mapping[str, str]
) -> tuple[list[Pair], list[Problem]]:
    """Return every annotation and every photo once, with problems met on the way."""
    problems: list[Problem] = []
    shared: list[Photo] = []
    if photo_source is not None:
        shared, problems = photos_in(photo_source, _masks_in(photo_source, opened))
    else:
        problems = _gather_photos(opened)
    pool = shared or [photo for entry in opened for photo in entry.photos]
    matched, displaced = _prefer_embedded(_matches(opened, PhotoIndex(pool), choices), problems)
    pairs = _pairs(matched)
    used = {id(pair.photo) for pair in pairs if pair.photo is not None} | displaced
    listed = shared or [
        photo for entry in opened if not entry.source.single_file for photo in entry.photos
    ]
    unsure = {id(p) for _, match in matched if isinstance(match, Ambiguous) for p in match.photos}
    pairs += [
        Pair(None, photo, photo.member, reason=_UNSURE if id(photo) in unsure else _UNNAMED)
        for photo in listed
        if id(photo) not in used
    ]
    return pairs, problems + _unused(opened, pool, used | {id(photo) for photo in listed})


def _matches(
    opened: Sequence[Opened], everything: PhotoIndex, choices: Mapping[str, str]
) -> list[tuple[Wanted, Found | Ambiguous | None]]:
    """Look for every annotation's photo: in its own source, in all, then inside its own file."""
    matched: list[tuple[Wanted, Found | Ambiguous | None]] = []
    for entry in opened:
        own = PhotoIndex(entry.photos) if entry.photos and len(opened) > 1 else everything
        for wanted in entry.wanted:
            annotation = wanted.annotation
            choice = choices.get(annotation.source, choices.get(annotation.photo))
            match = own.find(wanted, choice)
            if match is None and own is not everything:
                match = everything.find(wanted, choice)
            matched.append((wanted, match))
    return _without_unfounded(matched)


def _without_unfounded(
    matched: Sequence[tuple[Wanted, Found | Ambiguous | None]],
) -> list[tuple[Wanted, Found | Ambiguous | None]]:
    """Leave out what a source only implies, where it has no photo that nothing else means."""
    stated = {
        id(match.photo)
        for wanted, match in matched
        if isinstance(match, Found) and not wanted.annotation.implied
    }
    return [
        (wanted, match)
        for wanted, match in matched
        if not wanted.annotation.implied
        or (isinstance(match, Found) and id(match.photo) not in stated)
    ]


def _prefer_embedded(
    matched: Sequence[tuple[Wanted, Found | Ambiguous | None]], problems: list[Problem]
) -> tuple[list[tuple[Wanted, Found | Ambiguous | None]], set[int]]:
    """Use the photo inside an annotation file where none is found, or one of another size.

    Returns the ids of the photos that were found and are not used, too.
    """
    result: list[tuple[Wanted, Found | Ambiguous | None]] = []
    displaced: set[int] = set()
    for wanted, match in matched:
        embedded = wanted.embedded
        if embedded is not None and (match is None or isinstance(match, Found)):
            chosen = match is not None and match.rank == 0
            doubt = _misfit(match.photo, wanted) if match and not chosen else ""
            if match and doubt:
                displaced.add(id(match.photo))
                annotation = wanted.annotation
                text = (
                    f"{annotation.photo}: {doubt}; the picture inside the annotation file is used, "
                    "on which the shapes were drawn"
                )
                problems.append(Problem("warning", annotation.source, text, annotation.line))
            if match is None or doubt:
                match = Found(embedded, _EMBEDDED_RANK, _EMBEDDED, embedded.member)
        result.append((wanted, match))
    return result, displaced


def _misfit(photo: Photo, wanted: Wanted) -> str:
    """Say why a photo cannot be what an annotation was drawn on, "" where it can."""
    stated = (wanted.annotation.width, wanted.annotation.height)
    try:
        with photo.open() as stream:
            size = check_photo(stream, photo.member)
    except SegStudioError as error:
        return error.what
    if stated in ((size.width, size.height), (size.stored_width, size.stored_height)):
        return ""
    return (
        f"the annotation says {stated[0]} x {stated[1]}, the photo {photo.member} is "
        f"{size.width} x {size.height} pixels"
    )


def _masks_in(photo_source: Source, opened: Sequence[Opened]) -> frozenset[str]:
    """Return the pictures of a source that were read as masks and are no photos."""
    paths = (e.source.local_path(c.file) for e in opened for c in e.claims if is_photo(c.file))
    masks = {path.resolve() for path in paths if path is not None}
    if not masks:
        return frozenset()
    places = ((file, photo_source.local_path(file)) for file in photo_source.files())
    return frozenset(f for f, path in places if path is not None and path.resolve() in masks)


def _gather_photos(opened: Sequence[Opened]) -> list[Problem]:
    """Find the photos of every source; one that two sources share is the same photo."""
    known: dict[Path, Photo] = {}
    problems: list[Problem] = []
    for entry in opened:
        taken = frozenset(claim.file for claim in entry.claims)
        if isinstance(entry.source, FolderSource) and entry.source.single_file:
            photos = photos_beside(entry.source, [w.annotation.photo for w in entry.wanted])
        else:
            photos, told = photos_in(entry.source, taken)
            problems += told
        for photo in photos:
            if photo.path is None:
                entry.photos.append(photo)
            elif photo.path.resolve() not in known:
                known[photo.path.resolve()] = photo
                entry.photos.append(photo)
    return problems


def _pairs(found: Sequence[tuple[Wanted, Found | Ambiguous | None]]) -> list[Pair]:
    """Give every photo to the annotation that matches it best; the first of equals."""
    winners: dict[int, tuple[int, Wanted]] = {}
    for wanted, match in found:
        if isinstance(match, Found):
            known = winners.get(id(match.photo))
            if known is None or match.rank < known[0]:
                winners[id(match.photo)] = (match.rank, wanted)
    pairs = []
    for wanted, match in found:
        match match:
            case Ambiguous(photos):
                names = tuple(sorted(photo.member for photo in photos))
                reason = (
                    f"{len(names)} photos fit {wanted.annotation.photo}, choose one (--match): "
                    f"{', '.join(names)}"
                )
                pairs.append(Pair(wanted, None, reason=reason, candidates=names))
            case Found(photo, _, how, member):
                winner = winners[id(photo)][1]
                if winner is wanted:
                    pairs.append(Pair(wanted, photo, member, how))
                else:
                    reason = (
                        f"the photo {photo.member} has its annotation from "
                        f"{winner.annotation.source} already"
                    )
                    pairs.append(Pair(wanted, None, reason=reason))
            case None:
                pairs.append(Pair(wanted, None))
    return pairs


def _unused(opened: Sequence[Opened], pool: Sequence[Photo], known: set[int]) -> list[Problem]:
    """Mention photos beside single annotation files that nothing names; they are not listed."""
    unused = [photo.member for photo in pool if id(photo) not in known]
    if not unused:
        return []
    names = ", ".join(unused[:5]) + (", ..." if len(unused) > 5 else "")
    text = f"{len(unused)} photo(s) beside it have no annotation in it: {names}"
    return [Problem("info", opened[0].source.path.name, text)]
