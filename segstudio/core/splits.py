"""Which photos train, which check and which test: splits that work for 5 photos and for 5,000."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from segstudio.core.dealing import Groups, Wanted, deal, fill
from segstudio.core.errors import UsageError

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
Fractions = Mapping[Part, float]
Amounts = Mapping[str, Mapping[int, int]]
"""How much of each class a photo shows, by name and class id: pixels, or 1 where it does."""
Together = Sequence[Collection[str]]
"""Photos that must not be parted, such as those of one burst."""
# What train does not show cannot be learnt.
_WORTH: dict[Part, int] = {"train": 3, "val": 1, "test": 1}


def checked_fractions(train: float, val: float, test: float) -> dict[Part, float]:
    """Return the three shares scaled to a sum of 1; UsageError where they make no sense."""
    shares: dict[Part, float] = {"train": train, "val": val, "test": test}
    if any(not 0 <= share < float("inf") for share in shares.values()) or train == 0:
        raise UsageError(
            f"The shares train {train:g}, val {val:g}, test {test:g} make no split.",
            meaning="Each must be 0 or more, and train more than 0.",
            remedy="Try --train 0.8 --val 0.2 --test 0.",
        )
    total = sum(shares.values())
    return {part: share / total for part, share in shares.items()}


def split_by_folders(names: Collection[str]) -> dict[str, Part] | None:
    """Return the parts where every photo lies in a folder train, val or test, else None."""
    parts = {name: part for name in names for part in PARTS if name.split("/", 1)[0] == part}
    complete = parts and all(name in parts for name in names)
    return parts if complete and "train" in parts.values() else None


def random_split(
    names: Iterable[str], fractions: Fractions, seed: int, together: Together = ()
) -> dict[str, Part]:
    """Deal the photos out at random; the same names, shares and seed give the same split.

    Photos that are `together` come into one part.
    """
    nothing: Amounts = {name: {} for name in names}
    return _parts(nothing, fractions, together, lambda table, wanted: fill(table, wanted, seed))


def stratified(
    presence: Mapping[str, frozenset[int]],
    fractions: Fractions,
    seed: int,
    together: Together = (),
) -> dict[str, Part]:
    """Deal the photos out so that every class is on every side in the wanted share of photos.

    `presence` names the class ids of each photo; photos that are `together` come into one part.
    Without such groups the parts have the sizes of `part_sizes`.
    """
    ones = {name: dict.fromkeys(sorted(ids), 1) for name, ids in presence.items()}
    return stratified_by_pixels(ones, fractions, seed, together)


def stratified_by_pixels(
    pixels: Amounts, fractions: Fractions, seed: int, together: Together = ()
) -> dict[str, Part]:
    """Deal the photos out so that every part has the wanted share of the pixels of every class.

    `pixels` counts them by photo and class id; photos that are `together` come into one part.
    """
    return _parts(pixels, fractions, together, lambda table, wanted: deal(table, wanted, seed))


def folds(
    amounts: Amounts, count: int, seed: int, together: Together = ()
) -> tuple[tuple[str, ...], ...]:
    """Deal the photos out into `count` folds alike in size and in the amounts of every class.

    Photos that are `together` come into one fold. Raises UsageError where a fold would be empty.
    """
    groups = groups_of(amounts, together)
    if count < 2 or len(groups) < count:
        raise UsageError(
            f"{len(groups)} photos or bursts cannot be dealt into {count} parts.",
            meaning="Each part needs a photo of its own, and there must be two parts at least.",
            remedy=f"Take {max(2, min(5, len(groups)))} parts, or outline more photos.",
        )
    total = len(amounts)
    sizes = [total // count + (fold < total % count) for fold in range(count)]
    dealt = deal(_table(groups, amounts), Wanted(sizes, [1] * count), seed)
    found: list[list[str]] = [[] for _ in range(count)]
    for group, fold in zip(groups, dealt, strict=True):
        found[fold] += group
    return tuple(tuple(sorted(names)) for names in found)


def groups_of(names: Iterable[str], together: Together) -> list[tuple[str, ...]]:
    """Return all photos in groups in the order of their names; most are alone."""
    known = set(names)
    joined = [tuple(sorted(known & set(group))) for group in together]
    alone = known.difference(*joined)
    return sorted([*filter(None, joined), *((name,) for name in alone)])


def cut_where_needed(
    names: Iterable[str], together: Together, fractions: Fractions
) -> tuple[Together, bool]:
    """Return the groups, cut where whole ones would leave a part empty, and whether that was so.

    Groups are cut into stretches of neighbouring names, so that only photos at a cut have much
    alike on the other side.
    """
    groups = groups_of(names, together)
    sizes = [size for size in part_sizes(sum(map(len, groups)), fractions).values() if size]
    if len(groups) >= len(sizes):
        return together, False
    most = min(sizes)
    return [
        group[start : start + most] for group in groups for start in range(0, len(group), most)
    ], True


def part_sizes(count: int, fractions: Fractions) -> dict[Part, int]:
    """Return how many of `count` photos each part gets (largest remainders, train never empty).

    A part with a share gets at least one photo as soon as train keeps one as well.
    """
    exact = {part: count * fractions[part] for part in PARTS}
    sizes = {part: int(exact[part]) for part in PARTS}
    by_remainder = sorted(PARTS, key=lambda part: sizes[part] - exact[part])
    for part in by_remainder[: count - sum(sizes.values())]:
        sizes[part] += 1
    for part in PARTS:
        # Of equal ones the last: a run without a test part is scored all the same.
        largest = max(reversed(PARTS), key=sizes.__getitem__)
        spare = sizes[largest] if part == "train" else sizes[largest] - 1
        if fractions[part] > 0 and sizes[part] == 0 and spare > 0:
            sizes[largest] -= 1
            sizes[part] += 1
    return sizes


def _parts(
    amounts: Amounts,
    fractions: Fractions,
    together: Together,
    dealing: Callable[[Groups, Wanted], list[int]],
) -> dict[str, Part]:
    """Have the groups dealt out to train, val and test."""
    groups = groups_of(amounts, together)
    sizes = part_sizes(len(amounts), fractions)
    wanted = Wanted([sizes[part] for part in PARTS], [_WORTH[part] for part in PARTS])
    dealt = dealing(_table(groups, amounts), wanted)
    return {name: PARTS[part] for group, part in zip(groups, dealt, strict=True) for name in group}


def _table(groups: Sequence[Sequence[str]], amounts: Amounts) -> Groups:
    """Add the photos of each group up; the columns are the classes that any photo shows."""
    ids = sorted({class_id for own in amounts.values() for class_id in own})
    column = {class_id: place for place, class_id in enumerate(ids)}
    table = np.zeros((len(groups), len(ids)))
    for row, group in enumerate(groups):
        for name in group:
            for class_id, amount in amounts[name].items():
                table[row, column[class_id]] += amount
    return Groups(np.array([len(group) for group in groups], np.int64), table)
