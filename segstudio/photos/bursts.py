"""Which photos show nearly the same: bursts, near-duplicates, frames of one video."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from segstudio.core.splits import Part
from segstudio.photos.marks import BITS, TINY, PhotoMark
from segstudio.photos.names import stem

Reason = Literal["time", "look", "sequence"]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

BURST_SECONDS = 3.0
"""A photo this soon after another of the same camera belongs to its burst."""
# Measured on street scenes of one camera on other days, which look alike: none of 80,000 pairs of
# two drives passes, and of neighbouring frames of one drive (1 s apart or less) 45 in 100.
_MOST_BITS, _LEAST_LIKE = 24, 0.85
# Neighbours by number may differ more; frames at an even step of a video even more.
_NEIGHBOUR_BITS, _FRAMES_LIKE = 40, 0.6
_CHUNK = 512
_NUMBER = re.compile(r"(.*\D|)(\d{2,12})(\D*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Burst:
    """Photos that show nearly the same, by name, and how that is known."""

    photos: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """A photo kept aside that shows nearly the same as `partner`, which trains."""

    photo: str
    part: Part
    partner: str
    reason: Reason


def find_bursts(marks: Mapping[str, PhotoMark]) -> tuple[Burst, ...]:
    """Return the groups of two or more photos that must come into one part of a split.

    Photos of one camera (of one folder, where it is not known) within a few seconds; photos that
    look nearly the same; neighbours by their number that look much alike. Groups with a photo in
    common are one.
    """
    names = sorted(marks)
    looks = _Looks([marks[name] for name in names])
    joined = np.arange(len(names))
    reasons: dict[int, set[Reason]] = defaultdict(set)
    for reason, one, others in _joins(names, marks, looks):
        own = int(joined[one])
        for label in np.unique(joined[others]):
            if label != own:
                joined[joined == label] = own
                reasons[own] |= reasons.pop(int(label), set())
        reasons[own].add(reason)
    members: dict[int, list[str]] = defaultdict(list)
    for name, label in zip(names, joined, strict=True):
        members[int(label)].append(name)
    found = (
        Burst(tuple(group), tuple(sorted(reasons[label])))
        for label, group in members.items()
        if len(group) > 1
    )
    return tuple(sorted(found, key=lambda burst: burst.photos))


def find_leaks(marks: Mapping[str, PhotoMark], parts: Mapping[str, Part]) -> tuple[Leak, ...]:
    """Return the photos kept aside that show nearly the same as one that trains, one line each."""
    names = sorted(name for name in marks if name in parts)
    looks = _Looks([marks[name] for name in names])
    trains = np.array([parts[name] == "train" for name in names], np.bool_)
    most = np.full(len(names), -np.inf, np.float32)
    partner = np.full(len(names), -1)
    reasons: dict[int, Reason] = {}
    for reason, one, others in _joins(names, marks, looks):
        across = others[trains[others] != trains[one]]
        like = looks.like(one, across)
        if trains[one]:
            closer = like > most[across]
            better = across[closer]
            most[better], partner[better] = like[closer], one
        elif len(across) and like.max() > most[one]:
            better = np.array([one])
            most[one], partner[one] = like.max(), across[like.argmax()]
        else:
            continue
        reasons.update(dict.fromkeys(better.tolist(), reason))
    return tuple(
        Leak(names[aside], parts[names[aside]], names[int(partner[aside])], reasons[aside])
        for aside in sorted(reasons)
    )


class _Looks:
    """The pictures of many photos, compared all with all by products of matrices."""

    def __init__(self, marks: Sequence[PhotoMark]) -> None:
        bits = np.frombuffer(b"".join(mark.bits for mark in marks), np.uint8)
        self._signs = np.unpackbits(bits).reshape(len(marks), BITS).astype(np.float32) * 2 - 1
        tiny = np.frombuffer(b"".join(mark.tiny for mark in marks), np.uint8)
        pictures = tiny.reshape(len(marks), TINY * TINY).astype(np.float32)
        pictures -= pictures.mean(axis=1, keepdims=True) if len(marks) else 0
        length = np.linalg.norm(pictures, axis=1, keepdims=True)
        # A picture of one grey looks like no other.
        self._pictures = pictures / np.where(length > 0, length, np.inf)

    def like(self, one: int, others: Ints) -> Floats:
        """Return how much photos look alike, the correlation of their tiny pictures, to 1."""
        return np.asarray(self._pictures[others] @ self._pictures[one], np.float32)

    def apart(self, one: int, other: int) -> int:
        """Return in how many of their bits two photos differ."""
        return int(BITS - self._signs[one] @ self._signs[other]) // 2

    def same(self) -> Iterator[tuple[int, Ints]]:
        """Yield each photo with the later ones that look nearly the same."""
        for start in range(0, len(self._signs), _CHUNK):
            rows = self._signs[start : start + _CHUNK]
            close = rows @ self._signs[start:].T >= BITS - 2 * _MOST_BITS
            for row in np.flatnonzero(close.sum(axis=1) > 1):
                later = np.flatnonzero(close[row, row + 1 :]) + start + row + 1
                alike = later[self.like(start + int(row), later) >= _LEAST_LIKE]
                if len(alike):
                    yield start + int(row), alike


def _joins(
    names: Sequence[str], marks: Mapping[str, PhotoMark], looks: _Looks
) -> Iterator[tuple[Reason, int, Ints]]:
    """Yield what belongs together, as places in `names`: why, a photo, and others."""
    for one, other in _by_time(names, marks):
        yield "time", one, np.array([other])
    for one, other, even in _neighbours(names):
        like = looks.like(one, np.array([other]))[0]
        near = like >= _LEAST_LIKE and looks.apart(one, other) <= _NEIGHBOUR_BITS
        if near or (even and like >= _FRAMES_LIKE):
            yield "sequence", one, np.array([other])
    for one, others in looks.same():
        yield "look", one, others


def _by_time(names: Sequence[str], marks: Mapping[str, PhotoMark]) -> Iterator[tuple[int, int]]:
    """Yield neighbours in time of one camera that follow each other within a few seconds."""
    rolls: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for place, name in enumerate(names):
        mark = marks[name]
        if mark.taken is not None:
            rolls[mark.camera or f"{name.rpartition('/')[0]}/"].append((mark.taken, place))
    for roll in rolls.values():
        for (before, one), (after, other) in pairwise(sorted(roll)):
            if after - before <= BURST_SECONDS:
                yield one, other


def _neighbours(names: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Yield neighbours by the last number in their names, and whether they are frames of a video.

    Frames are called so, or their numbers have an even step of more than one.
    """
    rows: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for place, name in enumerate(names):
        numbered = _NUMBER.fullmatch(stem(name))
        if numbered:
            rows[numbered[1], numbered[3]].append((int(numbered[2]), place))
    for (before, _), row in rows.items():
        row.sort()
        steps = [later - sooner for (sooner, _), (later, _) in pairwise(row)]
        called = "frame" in before.lower()
        for place, ((_, one), (_, other)) in enumerate(pairwise(row)):
            around = steps[max(place - 1, 0) : place] + steps[place + 1 : place + 2]
            even = steps[place] > 1 and steps[place] in around
            yield one, other, called or even
