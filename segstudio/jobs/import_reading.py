"""First half of every import: sources are opened, read, and annotations paired with photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.problems import Problem
from segstudio.formats import FORMATS, format_named
from segstudio.formats.archive import open_source
from segstudio.formats.base import LabelName
from segstudio.formats.detect import Claim, detect
from segstudio.formats.pairing import Ambiguous, Found, PhotoIndex, Wanted
from segstudio.formats.photo_pool import Photo, photos_beside, photos_in
from segstudio.formats.source import FolderSource, Source

_UNNAMED = "no annotation names this photo"
_UNSURE = "an annotation may mean this photo or another of the same name"


@dataclass(frozen=True, slots=True)
class Pair:
    """An annotation and its photo, either alone where the other is missing.

    `member` is the photo's name in its source, `match` tells how the two were paired, `reason`
    why the pair is skipped (None where it is to be converted).
    """

    wanted: Wanted | None
    photo: Photo | None
    member: str = ""
    match: str = ""
    reason: str | None = None


@dataclass
class Collected:
    """All that was found in the sources."""

    pairs: list[Pair] = field(default_factory=list)
    labels: list[LabelName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    interrupted: bool = False


@dataclass
class _Opened:
    """One source with what was read from it."""

    source: Source
    claims: list[Claim]
    wanted: list[Wanted] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)


@contextmanager
def collected(
    sources: Sequence[Path], photos: Path | None, format_name: str | None, report: Reporter
) -> Iterator[Collected]:
    """Yield what the sources hold; archives stay open until the caller is done.

    Raises SegStudioError where nothing at all can be read.
    """
    if not sources:
        raise UsageError("No source is named.", remedy="Name an export: a file, folder or zip.")
    formats = (format_named(format_name),) if format_name else FORMATS
    result = Collected()
    opened: list[_Opened] = []
    errors: list[SegStudioError] = []
    photo_source = _photo_folder(photos)
    try:
        for path in sources:
            try:
                source = open_source(path)
            except SegStudioError as error:
                errors.append(error)
                result.refused.append(_as_problem(path.name, error))
                continue
            claims, refused = detect(source, formats)
            opened.append(_Opened(source, claims))
            result.problems += source.problems
            result.refused += [entry.problem for entry in refused]
            errors += [entry.error for entry in refused]
            result.claims += claims
        _read_all(opened, result, errors, report)
        if not any(entry.wanted for entry in opened) and not result.interrupted:
            raise _nothing([entry.source for entry in opened], errors)
        result.problems += result.refused
        _pair_all(opened, photo_source, result)
        for problem in result.problems:
            report(ProblemFound(problem))
        yield result
    finally:
        for entry in opened:
            entry.source.close()
        if photo_source is not None:
            photo_source.close()


def _photo_folder(photos: Path | None) -> Source | None:
    """Open the place that the user named for photos."""
    if photos is None:
        return None
    source = open_source(photos)
    if source.single_file:
        raise UsageError(f"{photos} is a file.", remedy="Name the folder that the photos are in.")
    return source


def _read_all(
    opened: Sequence[_Opened], result: Collected, errors: list[SegStudioError], report: Reporter
) -> None:
    """Read every claimed file; one that is refused as a whole does not stop the others."""
    total, done = len(result.claims), 0
    labels: dict[str, LabelName] = {}
    for entry in opened:
        for claim in entry.claims:
            if report.stop_requested:
                result.interrupted = True
                return
            report(Progress("Reading annotations", done, total, claim.file))
            done += 1
            try:
                read = claim.format.read(claim.source, claim.file)
            except SegStudioError as error:
                errors.append(error)
                result.refused.append(_as_problem(claim.source.shown(claim.file), error))
                continue
            result.problems += read.problems
            for label in read.labels:
                labels.setdefault(label.name, label)
            one_photo = claim.format.one_photo
            entry.wanted += [Wanted(a, claim.file, one_photo) for a in read.annotations]
    result.labels = list(labels.values())


def _pair_all(opened: Sequence[_Opened], photo_source: Source | None, result: Collected) -> None:
    """Fill `result.pairs`: every annotation and every photo once."""
    shared: list[Photo] = []
    if photo_source is not None:
        shared, problems = photos_in(photo_source, frozenset())
        result.problems += problems
    else:
        _gather_photos(opened, result)
    pool = shared or [photo for entry in opened for photo in entry.photos]
    everything = PhotoIndex(pool)
    found: list[tuple[Wanted, Found | Ambiguous | None]] = []
    for entry in opened:
        own = PhotoIndex(entry.photos) if entry.photos and len(opened) > 1 else everything
        for wanted in entry.wanted:
            match = own.find(wanted)
            found.append((wanted, match if match or own is everything else everything.find(wanted)))
    result.pairs = _pairs(found)
    used = {id(pair.photo) for pair in result.pairs if pair.photo is not None}
    listed = shared or [
        photo for entry in opened if not entry.source.single_file for photo in entry.photos
    ]
    unsure = {id(p) for _, match in found if isinstance(match, Ambiguous) for p in match.photos}
    result.pairs += [
        Pair(None, photo, photo.member, reason=_UNSURE if id(photo) in unsure else _UNNAMED)
        for photo in listed
        if id(photo) not in used
    ]
    _tell_unused(opened, pool, used | {id(photo) for photo in listed}, result)


def _gather_photos(opened: Sequence[_Opened], result: Collected) -> None:
    """Find the photos of every source; one that two sources share is the same photo."""
    known: dict[Path, Photo] = {}
    for entry in opened:
        taken = frozenset(claim.file for claim in entry.claims)
        if isinstance(entry.source, FolderSource) and entry.source.single_file:
            photos = photos_beside(entry.source, [w.annotation.photo for w in entry.wanted])
        else:
            photos, problems = photos_in(entry.source, taken)
            result.problems += problems
        for photo in photos:
            if photo.path is None:
                entry.photos.append(photo)
            elif photo.path.resolve() not in known:
                known[photo.path.resolve()] = photo
                entry.photos.append(photo)


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
                names = ", ".join(sorted(photo.member for photo in photos))
                reason = f"{len(photos)} photos fit {wanted.annotation.photo}: {names}"
                pairs.append(Pair(wanted, None, reason=reason))
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


def _tell_unused(
    opened: Sequence[_Opened], pool: Sequence[Photo], known: set[int], result: Collected
) -> None:
    """Mention photos beside single annotation files that nothing names; they are not listed."""
    unused = [photo.member for photo in pool if id(photo) not in known]
    if unused:
        names = ", ".join(unused[:5]) + (", ..." if len(unused) > 5 else "")
        text = f"{len(unused)} photo(s) beside it have no annotation in it: {names}"
        result.problems.append(Problem("info", opened[0].source.path.name, text))


def _as_problem(file: str, error: SegStudioError) -> Problem:
    return Problem("error", file, str(error).replace("\n", " "))


def _nothing(sources: Sequence[Source], errors: Sequence[SegStudioError]) -> SegStudioError:
    """Say why there is nothing to convert."""
    if len(errors) == 1:
        return errors[0]
    if not errors:
        names = ", ".join(str(source.path) for source in sources)
        kinds = {Path(file).suffix.lower() for source in sources for file in source.files()}
        there = ", ".join(sorted(kind for kind in kinds if kind)) or "none with a known suffix"
        return SegStudioError(
            f"There are no annotations in {names}.",
            meaning=f"No XML file was found there; the files are: {there}.",
            remedy="Name the export of CVAT or LabelMe: its XML, its folder or its zip.",
        )
    return SegStudioError(
        "None of the annotation files can be read: " + "; ".join(e.what for e in errors[:10]),
        meaning="" if len(errors) <= 10 else f"And {len(errors) - 10} more.",
        remedy="Export the annotations again, or name another source.",
    )
