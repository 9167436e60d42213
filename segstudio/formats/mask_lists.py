"""Lists beside masks: which photos train and check, and which mask belongs to which photo."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.mask_names import bare
from segstudio.formats.pairing import declared_path
from segstudio.formats.source import Source
from segstudio.formats.split_parts import part_named
from segstudio.photos.names import file_key

_LARGEST = 64 << 20
_SPLIT_COLUMNS = ("split", "subset", "set", "partition", "part")
_MASK_COLUMN = re.compile(r"mask|label|seg|annot|gt|truth", re.IGNORECASE)
_SEVERAL = "several"
# What a conversion by SegStudio says about its label images.
_REPORT = "report.json"


@dataclass
class Listing:
    """What lists say: the photo of a mask by path, and the part of a split by name."""

    pairs: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _parts: dict[str, str] = field(default_factory=dict)

    def part(self, photo: str) -> str:
        """Return the part that a photo, by its path, is listed in; "" for none."""
        folder, _, _ = photo.rpartition("/")
        parts = [*file_key(folder).split("/"), file_key(bare(photo))]
        for start in range(len(parts)):
            found = self._parts.get("/".join(parts[start:]))
            if found:
                return "" if found == _SEVERAL else found
        return ""

    def put(self, cell: str, part: str) -> None:
        """Note that a list puts the photo `cell` into a part."""
        path = declared_path(cell)
        folder = path.rpartition("/")[0]
        for key in (bare(path), f"{folder}/{bare(path)}" if folder else ""):
            if key and self._parts.setdefault(file_key(key), part) != part:
                self._parts[file_key(key)] = _SEVERAL


def read_lists(source: Source, pictures: Sequence[str]) -> Listing:
    """Read the lists of a source that name some of its `pictures`."""
    members = _Members(pictures)
    listing = Listing()
    for file in source.files():
        if PurePosixPath(file).name == _REPORT:
            listing.pairs |= _reported(source, file)
        if not file.lower().endswith((".txt", ".csv")):
            continue
        part = part_named(PurePosixPath(file).stem)
        in_sets = "imagesets" in file.casefold()
        paired = file.lower().endswith(".csv") or PurePosixPath(file).stem == "default"
        if not (part or paired) or (in_sets and not part):
            continue
        try:
            data = source.read(file)
        except SegStudioError as error:
            listing.problems.append(Problem("warning", file, f"the list is not used: {error.what}"))
            continue
        if len(data) <= _LARGEST:
            _take(listing, _rows(data, file), members, part)
    return listing


def _reported(source: Source, file: str) -> dict[str, str]:
    """Return the photo of every label image that a report of ours lists; nothing of other files."""
    members, home = frozenset(source.files()), PurePosixPath(file).parent
    try:
        report = json.loads(source.read(file))
        rows = [(row["photo"], row["label"]) for row in report["items"]]
    except (SegStudioError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {
        mask: photo
        for photo, label in rows
        if isinstance(photo, str) and isinstance(label, str) and photo
        if (mask := str(home / label)) in members
    }


class _Members:
    """Pictures by the names that a list may give them."""

    def __init__(self, pictures: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for member in pictures:
            last = file_key(member.rsplit("/", 1)[-1])
            for key in {last, file_key(bare(member))}:
                self._by_name[key].append(member)
                self._by_name[_near(file_key(member), key)].append(member)

    def named(self, cell: str) -> list[str]:
        """Return the pictures that fit a name or path best, none where no name is alike."""
        path = file_key(declared_path(cell))
        own, short = path.rsplit("/", 1)[-1], bare(path)
        key = own if own in self._by_name else short
        found = self._by_name.get(key, [])
        # Thousands of folders may hold a picture of one name; those of the same folder fit best.
        near = self._by_name.get(_near(path, key), []) if "/" in path else []
        wanted = path.split("/")[-2::-1]
        scores = [_agreeing(file_key(member).split("/")[-2::-1], wanted) for member in near]
        top = max(scores, default=0)
        best = [member for member, score in zip(near, scores, strict=True) if score == top]
        return best or found


def _near(path: str, key: str) -> str:
    """Return a name with the folder that a path is in."""
    return f"{path.rpartition('/')[0].rpartition('/')[2]}/{key}"


def _agreeing(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _rows(data: bytes, file: str) -> Iterator[list[str]]:
    """Yield the rows of a list: a CSV's cells, or the lines of a text."""
    text = data.decode("utf-8-sig", "replace")
    lines = [line for line in text.splitlines() if line.strip() and "\0" not in line]
    if file.lower().endswith(".csv"):
        delimiter = max(",;\t", key=lines[0].count) if lines else ","
        yield from (row for row in csv.reader(lines, delimiter=delimiter) if row)
        return
    yield from ([line.strip()] for line in lines)


def _cells(row: list[str], members: _Members) -> list[str]:
    """Return the names of a row; names between blanks where they are pictures, too."""
    if len(row) > 1:
        return [cell.strip() for cell in row]
    names = [one or other for one, other in re.findall(r'"([^"]*)"|(\S+)', row[0])]
    return names if all(members.named(name) for name in names) else row


def _take(listing: Listing, rows: Iterator[list[str]], members: _Members, part: str | None) -> None:
    """Note what the rows of one list say."""
    split_column: int | None = None
    mask_column: int | None = None
    for number, row in enumerate(rows):
        cells = _cells(row, members)
        if number == 0 and not any(members.named(cell) for cell in cells if cell):
            lower = [cell.casefold() for cell in cells]
            split_column = next((lower.index(n) for n in _SPLIT_COLUMNS if n in lower), None)
            mask_column = next((n for n, c in enumerate(lower) if _MASK_COLUMN.search(c)), None)
            continue
        own = part
        if split_column is not None and split_column < len(cells):
            own = part_named(cells[split_column]) or part
        found = {n: members.named(cell) for n, cell in enumerate(cells) if cell}
        found = {n: named for n, named in found.items() if named}
        if own:
            for n in found:
                listing.put(cells[n], own)
        sure = {n: named[0] for n, named in found.items() if len(named) == 1}
        _pair(listing, sure, mask_column)


def _pair(listing: Listing, sure: dict[int, str], mask_column: int | None) -> None:
    """Note a row that names two pictures: the second is the mask, or what the heading says."""
    places = list(sure)
    if len(places) != 2 or sure[places[0]] == sure[places[1]]:
        return
    mask = mask_column if mask_column in sure else places[1]
    photo = next(place for place in places if place != mask)
    listing.pairs[sure[mask]] = sure[photo]
