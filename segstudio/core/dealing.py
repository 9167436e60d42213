"""Dealing groups of photos out to parts, so that every part holds its share of every class."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PASSES = 60
# Of each side so many groups are tried at once; more would cost time and win little.
_TRIED = 200
_NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """What is dealt out: `photos` (G,) in each group, `amounts` (G, C) of every class in it."""

    photos: Ints
    amounts: Floats

    @property
    def shows(self) -> Floats:
        """Which classes each group shows, (G, C) of 0 and 1."""
        return (self.amounts > 0).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the parts should be: `sizes` in photos, and what it is `worth` to see a class there."""

    sizes: Sequence[int]
    worth: Sequence[int]


def deal(groups: Groups, wanted: Wanted, seed: int) -> list[int]:
    """Return the part of every group.

    First iterative stratification (Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011), the rarest
    class first; then exchanges between parts as long as more classes are seen in more parts, and
    after that as long as the squared distance to the wanted shares shrinks. Parts of single
    photos have exactly the wanted sizes; groups miss them by as little as exchanges find.
    """
    rng = random.Random(seed)
    order = list(range(len(groups.photos)))
    rng.shuffle(order)
    table = _Table(groups, wanted, _stratify(groups, wanted, order))
    while table.cover():
        pass
    table.balance(rng)
    return [int(part) for part in table.part]


def fill(groups: Groups, wanted: Wanted, seed: int) -> list[int]:
    """Return a part for every group by chance, one part after the other, large groups first."""
    order = list(range(len(groups.photos)))
    random.Random(seed).shuffle(order)
    order.sort(key=lambda group: -groups.photos[group])
    rooms = _Rooms(wanted.sizes, len(order))
    parts = [0] * len(order)
    for group in order:
        parts[group] = rooms.candidates(int(groups.photos[group]))[0]
        rooms.take(parts[group], int(groups.photos[group]))
    return parts


class _Rooms:
    """How many photos each part still takes while groups are dealt; none stays empty if it can."""

    def __init__(self, sizes: Sequence[int], groups: int) -> None:
        self.room = list(sizes)
        self._empty = {part for part, size in enumerate(sizes) if size}
        self._left = groups

    def candidates(self, photos: int) -> list[int]:
        """Return the parts that a group of so many photos may go to, never none."""
        parts = range(len(self.room))
        if self._left <= len(self._empty):
            return sorted(self._empty)
        fitting = [part for part in parts if self.room[part] >= photos]
        most = max(self.room)
        return fitting or [part for part in parts if self.room[part] == most]

    def take(self, part: int, photos: int) -> None:
        """Put a group into a part."""
        self.room[part] -= photos
        self._empty.discard(part)
        self._left -= 1


def _stratify(groups: Groups, wanted: Wanted, order: Sequence[int]) -> Ints:
    """Deal class by class, the rarest first, to the part that lacks most of it."""
    wish = _wishes(groups, wanted)
    rooms = _Rooms(wanted.sizes, len(order))
    parts = np.full(len(order), _NOTHING, np.int64)

    def put(group: int, column: int | None) -> None:
        photos = int(groups.photos[group])
        part = max(
            rooms.candidates(photos),
            key=lambda p: (wish[p, column] if column is not None else 0.0, rooms.room[p], -p),
        )
        parts[group] = part
        rooms.take(part, photos)
        wish[part] -= groups.amounts[group]

    shown = groups.amounts > 0
    for column in _rarest_first(shown):
        members = [group for group in order if parts[group] < 0 and shown[group, column]]
        for group in sorted(members, key=lambda g: -_magnitude(groups.amounts[g, column])):
            put(group, column)
    for group in sorted(order, key=lambda g: -groups.photos[g]):
        if parts[group] < 0:
            put(group, None)
    return parts


def _magnitude(amount: float) -> int:
    """Return a number's power of two: what is about as large is dealt in the shuffled order."""
    return math.frexp(amount)[1]


def _rarest_first(shown: npt.NDArray[np.bool_]) -> list[int]:
    """Return the classes that any group shows by how few groups do."""
    counts = shown.sum(axis=0)
    return [int(c) for c in np.argsort(counts, kind="stable") if counts[c]]


def _wishes(groups: Groups, wanted: Wanted) -> Floats:
    """Return how much of each class a part would like, (P, C); at least a group where that can be.

    The first part takes what the others leave.
    """
    fractions = np.array(wanted.sizes, np.float64) / max(sum(wanted.sizes), 1)
    totals = groups.amounts.sum(axis=0)
    wish = fractions[:, None] * totals
    others = [part for part in range(1, len(fractions)) if fractions[part] > 0]
    shown = groups.amounts > 0
    for column in range(len(totals)):
        members = groups.amounts[shown[:, column], column]
        if others and len(members) > len(others):
            wish[others, column] = np.maximum(wish[others, column], members.min())
    wish[0] = totals - wish[1:].sum(axis=0)
    return np.asarray(wish, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two parts, and the groups of each that may change places."""

    here: int
    there: int
    ones: Ints
    others: Ints


class _Table:
    """A deal that is made better by exchanging groups between two parts."""

    def __init__(self, groups: Groups, wanted: Wanted, part: Ints) -> None:
        self.part = part
        self._photos = groups.photos
        self._shows = groups.shows
        self._worth = wanted.worth
        self._used = [p for p, size in enumerate(wanted.sizes) if size]
        self._sizes = np.array(wanted.sizes, np.int64)
        self._grouped = bool((self._photos > 1).any())
        # Half the smallest part: with groups, classes may cost that much of a part's size.
        smallest = min((size for size in wanted.sizes if size), default=0)
        self._slack = smallest // 2 if self._grouped else 0
        self._shares = _shares(groups)
        whole = len(self._photos), len(wanted.sizes)
        member = np.zeros(whole)
        member[np.arange(whole[0]), part] = 1
        fractions = self._sizes / max(int(self._sizes.sum()), 1)
        self._counts = member.T @ self._photos
        self._seen = member.T @ self._shows
        self._residual = member.T @ self._shares - fractions[:, None] * self._shares.sum(axis=0)

    def balance(self, rng: random.Random) -> None:
        """Exchange as long as the parts come nearer to their shares; what is seen stays seen."""
        for _ in range(_PASSES):
            better = [self._nearer(here, there, rng) for here, there in self._pairs()]
            if not any(better):
                return

    def _pairs(self) -> Iterator[tuple[int, int]]:
        return permutations(self._used, 2) if self._grouped else _unordered(self._used)

    def cover(self) -> bool:
        """Make one exchange that gains; the rarest class that a part lacks comes first."""
        for column in _rarest_first(self._shows > 0):
            for there in (p for p in self._used if not self._seen[p, column]):
                for here in (p for p in self._used if self._seen[p, column]):
                    ones = self._members(here)
                    ones = ones[self._shows[ones, column] > 0]
                    pair = _Pair(here, there, ones, self._partners(self._members(there)))
                    gain, farther = self._judged(pair)
                    score = np.where(gain > 0, gain - 1e-3 * farther, -np.inf)
                    if self._exchange(pair, score):
                        return True
        return False

    def _nearer(self, here: int, there: int, rng: random.Random) -> bool:
        """Make the exchange between two parts that brings both nearest to their shares."""
        ones, others = (_some(self._members(part), rng) for part in (here, there))
        pair = _Pair(here, there, ones, self._partners(others))
        gain, farther = self._judged(pair)
        score = np.where((gain >= 0) & (farther < -1e-12), -farther, -np.inf)
        return self._exchange(pair, score)

    def _members(self, part: int) -> Ints:
        return np.flatnonzero(self.part == part)

    def _partners(self, members: Ints) -> Ints:
        """Return these groups, and nothing as one more partner where sizes may change."""
        return np.append(members, _NOTHING) if self._grouped else members

    def _judged(self, pair: _Pair) -> tuple[Floats, Floats]:
        """Judge the exchange of each of `ones` for each of `others`.

        Returns what is gained by more classes being seen, and by how much the squared distance to
        the wanted shares grows; where sizes forbid it, the gain is minus infinity.
        """
        here, there, ones, others = pair.here, pair.there, pair.ones, pair.others
        shown, shown_others = _rows(self._shows, ones), _rows(self._shows, others)
        lacks_there, last_there = self._seen[there] == 0, self._seen[there] == 1
        lacks_here, last_here = self._seen[here] == 0, self._seen[here] == 1
        lost_here = (shown @ last_here)[:, None] - (shown * last_here) @ shown_others.T
        lost_there = (shown_others @ last_there) - shown @ (shown_others * last_there).T
        gain = self._worth[there] * ((shown @ lacks_there)[:, None] - lost_there)
        gain = gain + self._worth[here] * ((shown_others @ lacks_here) - lost_here)
        moved = _rows(self._photos, ones)[:, None] - _rows(self._photos, others)
        gain = np.where(self._allowed(moved, here, there), gain, -np.inf)
        own, theirs = _rows(self._shares, ones), _rows(self._shares, others)
        pull = self._residual[here] - self._residual[there]
        apart = (own**2).sum(axis=1)[:, None] + (theirs**2).sum(axis=1) - 2 * own @ theirs.T
        farther = 2 * (theirs @ pull - (own @ pull)[:, None] + apart)
        return gain, farther

    def _allowed(self, moved: Floats, here: int, there: int) -> npt.NDArray[np.bool_]:
        """Say which moves of so many photos leave both parts near enough to their sizes."""
        allowed = self._counts[here] - moved >= 1
        for part, sign in ((here, -1), (there, 1)):
            off = self._counts[part] - self._sizes[part]
            allowed &= np.abs(off + sign * moved) <= max(abs(off), self._slack)
        return np.asarray(allowed, np.bool_)

    def _exchange(self, pair: _Pair, score: Floats) -> bool:
        """Exchange the two groups of the highest score; False where none is allowed."""
        if not score.size or not np.isfinite(score.max()):
            return False
        row, column = np.unravel_index(int(score.argmax()), score.shape)
        self._move(int(pair.ones[row]), pair.here, pair.there)
        if pair.others[column] != _NOTHING:
            self._move(int(pair.others[column]), pair.there, pair.here)
        return True

    def _move(self, group: int, here: int, there: int) -> None:
        self.part[group] = there
        for part, sign in ((here, -1), (there, 1)):
            self._counts[part] += sign * self._photos[group]
            self._seen[part] += sign * self._shows[group]
            self._residual[part] += sign * self._shares[group]


def _rows(table: npt.NDArray[np.generic], rows: Ints) -> Floats:
    """Return rows of a table; the partner that is nothing has a row of zeros."""
    found = table[rows].astype(np.float64)
    found[rows == _NOTHING] = 0
    return found


def _shares(groups: Groups) -> Floats:
    """Return each group's share of every class, and of the photos, which weighs as all classes."""
    totals = groups.amounts.sum(axis=0)
    classes = groups.amounts / np.where(totals > 0, totals, 1)
    weight = math.sqrt(max(classes.shape[1], 1))
    photos = groups.photos / max(int(groups.photos.sum()), 1)
    return np.column_stack([classes, weight * photos])


def _some(members: Ints, rng: random.Random) -> Ints:
    """Return the groups to try, by chance where there are many."""
    if len(members) <= _TRIED:
        return members
    return members[sorted(rng.sample(range(len(members)), _TRIED))]


def _unordered(parts: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((a, b) for place, a in enumerate(parts) for b in parts[place + 1 :])
