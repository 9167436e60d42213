"""What photos and label images of an import are called: safe, distinct, told where that is news."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.mask_names import is_mask_suffix
from segstudio.formats.photo_pool import Photo, display_names
from segstudio.jobs.import_pairing import Pair
from segstudio.photos.names import DistinctNames, safe_name, stem

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Named:
    """A pair with its name; `original` is what it would be called if that were safe and free."""

    pair: Pair
    name: str
    original: str | None


def name_pairs(
    pairs: Sequence[Pair], known: Mapping[Photo, str], taken: Iterable[str] = ()
) -> list[Named]:
    """Give every pair a name that is safe and distinct, sorted by it.

    `known` are photos whose name is settled; `taken` are names of photos that are not among the
    pairs. A pair that cannot be named safely gets a reason instead.
    """
    shown = display_names({pair.photo: pair.member for pair in pairs if pair.photo is not None})
    counts = Counter(shown.values())
    wished: list[tuple[Pair, str, str]] = []
    for pair in pairs:
        if pair.photo is None:
            name = _name_without_photo(pair)
        else:
            name = known.get(pair.photo, shown[pair.photo])
            if counts[shown[pair.photo]] > 1 and pair.photo not in known:
                name = f"{pair.photo.source.path.stem}/{name}"
        try:
            wished.append((pair, safe_name(name), name))
        except SegStudioError as error:
            reason = pair.reason or error.what
            wished.append((replace(pair, reason=reason), name or "(no name)", name))
    # Settled names keep theirs, then annotated photos have the first choice.
    wished.sort(key=lambda row: (row[0].photo not in known, row[0].wanted is None, row[1]))
    names = DistinctNames(taken)
    result: list[Named] = []
    for pair, safe, original in wished:
        writes = pair.photo is not None or pair.reason is None
        name = names.choose(safe) if writes else safe
        result.append(Named(pair, name, original if writes and name != original else None))
    return sorted(result, key=lambda entry: entry.name)


def repeated_names(named: Sequence[Named]) -> list[Problem]:
    """Tell which folders hold photos of the same name, which their folders keep apart."""
    folders: dict[str, set[str]] = defaultdict(set)
    for row in named:
        if row.pair.wanted is not None:
            path = PurePosixPath(row.name)
            folders[path.name].add(str(path.parent))
    alike = {name: places for name, places in folders.items() if len(places) > 1}
    if not alike:
        return []
    places = sorted({place for several in alike.values() for place in several})
    shown = ", ".join(places[:_SHOWN]) + (", ..." if len(places) > _SHOWN else "")
    first = min(alike)
    text = (
        f"{len(alike)} photo name(s), such as {first}, occur in several folders ({shown}); each "
        "keeps its own label image, told apart by the folder"
    )
    return [Problem("info", first, text)]


def _name_without_photo(pair: Pair) -> str:
    """Return the name for an annotation whose photo is missing."""
    if pair.wanted is None:
        return ""
    # The name of a mask's photo was made of the mask's own.
    if pair.wanted.one_photo and not is_mask_suffix(pair.wanted.file):
        own = PurePosixPath(pair.wanted.file).with_suffix("")
        declared = pair.wanted.annotation.photo.rsplit("/", 1)[-1]
        return str(own.with_name(declared) if stem(declared) == own.name else own)
    return pair.wanted.annotation.photo
