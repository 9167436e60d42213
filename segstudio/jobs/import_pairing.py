"""Second step of every import: annotations and photos find each other, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.problems import Problem
from segstudio.formats.pairing import Ambiguous, Found, PhotoIndex, Wanted
from segstudio.formats.photo_pool import Photo, photos_beside, photos_in
from segstudio.formats.source import FolderSource, Source
from segstudio.jobs.import_embedded import Matched, named_alike, prefer_embedded
from segstudio.jobs.import_reading import Opened
from segstudio.jobs.import_unpaired import (
    choice_of,
    chosen_in_vain,
    last_two,
    vain_choices,
    wrong_folder,
)
from segstudio.photos.reader import is_photo

_UNNAMED = "no annotation names this photo"
_UNSURE = "an annotation may mean this photo or another of the same name"
_SHOWN = 10


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
    index = PhotoIndex(pool)
    chosen = _second_choices(_matches(opened, index, choices), index)
    matched, displaced = prefer_embedded(chosen, problems)
    pairs = _pairs(matched, choices)
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
    named = matched if photo_source is None else chosen
    if named and (pool or photo_source) and all(match is None for _, match in named):
        places = [photo_source] if photo_source else [entry.source for entry in opened]
        problems.insert(0, wrong_folder(places, pool, [wanted for wanted, _ in named]))
    problems += vain_choices([w for entry in opened for w in entry.wanted], index, choices)
    alone = [wanted for wanted, match in matched if match is None]
    problems += last_two(alone, [p for p in pool if id(p) not in used | unsure])
    return pairs, problems + _unused(opened, pool, used | {id(photo) for photo in listed})


def _matches(
    opened: Sequence[Opened], everything: PhotoIndex, choices: Mapping[str, str]
) -> list[Matched]:
    """Look for every annotation's photo: in its own source, then in all."""
    matched: list[Matched] = []
    for entry in opened:
        own = PhotoIndex(entry.photos) if entry.photos and len(opened) > 1 else everything
        for wanted in entry.wanted:
            choice = choice_of(wanted, choices)
            match = own.find(wanted, choice)
            if match is None and own is not everything:
                match = everything.find(wanted, choice)
            matched.append((wanted, match))
    return _without_unfounded(matched)


def _without_unfounded(
    matched: Sequence[Matched],
) -> list[Matched]:
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


def _second_choices(matched: Sequence[Matched], photos: PhotoIndex) -> list[Matched]:
    """Let annotations take the photo called like their file where another has the one they name.

    Copies of an annotation file keep the name of the first photo.
    """
    winners = _winners(matched)
    result: list[Matched] = []
    for wanted, match in matched:
        if isinstance(match, Found) and wanted.one_photo and winners[id(match.photo)] is not wanted:
            nameless = replace(wanted, annotation=replace(wanted.annotation, photo=""))
            other = photos.find(nameless)
            if isinstance(other, Found) and winners.setdefault(id(other.photo), wanted) is wanted:
                winner = winners[id(match.photo)].annotation.source
                how = f"by the annotation file's name, as {winner} has {match.photo.member}"
                match = replace(other, how=how)
            elif wanted.embedded is not None:
                match = None
        result.append((wanted, match))
    return result


def _winners(matched: Sequence[Matched]) -> dict[int, Wanted]:
    """Return for every photo, by its id, the annotation that fits it best; the first of equals."""
    best: dict[int, tuple[tuple[int, bool], Wanted]] = {}
    for wanted, match in matched:
        if isinstance(match, Found):
            score = (match.rank, not named_alike(wanted, match.photo))
            known = best.get(id(match.photo))
            if known is None or score < known[0]:
                best[id(match.photo)] = (score, wanted)
    return {photo: wanted for photo, (_, wanted) in best.items()}


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


def _pairs(found: Sequence[Matched], choices: Mapping[str, str]) -> list[Pair]:
    """Give every photo to the annotation that matches it best."""
    winners = _winners(found)
    pairs = []
    for wanted, match in found:
        match match:
            case Ambiguous(photos):
                names = tuple(sorted(photo.member for photo in photos))
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                reason = (
                    f"{len(names)} photos fit {wanted.annotation.photo}, choose one "
                    f"(Your choice, --match): {', '.join(names[:_SHOWN])}{more}"
                )
                pairs.append(Pair(wanted, None, reason=reason, candidates=names))
            case Found(photo, _, how, member):
                winner = winners[id(photo)]
                if winner is wanted:
                    pairs.append(Pair(wanted, photo, member, how))
                else:
                    reason = (
                        f"the photo {photo.member} has its annotation from "
                        f"{winner.annotation.source} already"
                    )
                    pairs.append(Pair(wanted, None, reason=reason))
            case None:
                choice = choice_of(wanted, choices)
                pairs.append(Pair(wanted, None, reason=chosen_in_vain(choice) if choice else None))
    return pairs


def _unused(opened: Sequence[Opened], pool: Sequence[Photo], known: set[int]) -> list[Problem]:
    """Mention photos beside single annotation files that nothing names; they are not listed."""
    unused = [photo.member for photo in pool if id(photo) not in known]
    if not unused:
        return []
    names = ", ".join(unused[:5]) + (", ..." if len(unused) > 5 else "")
    text = f"{len(unused)} photo(s) beside it have no annotation in it: {names}"
    return [Problem("info", opened[0].source.path.name, text)]
