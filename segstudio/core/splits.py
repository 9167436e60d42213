"""Which photos train, which check and which test: splits that work for 5 photos and for 5,000."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal, get_args

from segstudio.core.errors import UsageError

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
Fractions = Mapping[Part, float]
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


def random_split(names: Mapping[str, object], fractions: Fractions, seed: int) -> dict[str, Part]:
    """Deal the photos out at random; the same names, shares and seed give the same split."""
    order = sorted(names)
    random.Random(seed).shuffle(order)
    sizes = part_sizes(len(order), fractions)
    parts = [part for part in PARTS for _ in range(sizes[part])]
    return dict(zip(order, parts, strict=True))


def stratified(
    presence: Mapping[str, frozenset[int]], fractions: Fractions, seed: int
) -> dict[str, Part]:
    """Deal the photos out so that every class is on every side in the wanted share.

    `presence` names the class ids of each photo. The algorithm is the iterative stratification of
    Sechidis, Tsoumakas and Vlahavas (ECML PKDD 2011), the rarest class first, with fixed part
    sizes so that small sets keep their shares.
    """
    order = sorted(presence)
    random.Random(seed).shuffle(order)
    room = dict(part_sizes(len(order), fractions))
    totals = Counter(class_id for name in order for class_id in presence[name])
    wish = _wishes(totals, fractions)
    result: dict[str, Part] = {}
    for class_id in _rarest_first(totals):
        for name in (n for n in order if n not in result and class_id in presence[n]):
            part = max(_open(room), key=lambda p: (wish[p][class_id], room[p]))
            _assign(result, name, part, room, wish, presence)
    for name in (n for n in order if n not in result):
        _assign(result, name, max(_open(room), key=room.__getitem__), room, wish, presence)
    while swap := _helpful_swap(result, presence):
        one, other = swap
        result[one], result[other] = result[other], result[one]
    return result


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
        largest = max(PARTS, key=sizes.__getitem__)
        if fractions[part] > 0 and sizes[part] == 0 and sizes[largest] > 1:
            sizes[largest] -= 1
            sizes[part] += 1
    return sizes


def _wishes(totals: Mapping[int, int], fractions: Fractions) -> dict[Part, dict[int, float]]:
    """Return how many photos of each class a part would like, at least one where that can be."""
    others = [part for part in PARTS if part != "train" and fractions[part] > 0]
    wish: dict[Part, dict[int, float]] = {part: dict.fromkeys(totals, 0.0) for part in PARTS}
    for class_id, count in totals.items():
        least = 1.0 if count > len(others) else 0.0
        for part in others:
            wish[part][class_id] = max(least, count * fractions[part])
        wish["train"][class_id] = count - sum(wish[part][class_id] for part in others)
    return wish


def _rarest_first(totals: Mapping[int, int]) -> list[int]:
    """Return the class ids by how few photos have them."""
    return sorted(totals, key=lambda class_id: (totals[class_id], class_id))


def _open(room: Mapping[Part, int]) -> list[Part]:
    """Return the parts that still take photos."""
    return [part for part in PARTS if room[part] > 0]


def _assign(
    result: dict[str, Part],
    name: str,
    part: Part,
    room: dict[Part, int],
    wish: dict[Part, dict[int, float]],
    presence: Mapping[str, frozenset[int]],
) -> None:
    """Put a photo into a part and take its classes off what the part still wishes for."""
    result[name] = part
    room[part] -= 1
    for class_id in presence[name]:
        wish[part][class_id] -= 1


def _helpful_swap(
    result: Mapping[str, Part], presence: Mapping[str, frozenset[int]]
) -> tuple[str, str] | None:
    """Return two photos whose change of places lets more classes be seen in more parts."""
    counts = Counter(
        (part, class_id) for name, part in result.items() for class_id in presence[name]
    )
    totals = Counter(class_id for ids in presence.values() for class_id in ids)
    parts = [part for part in PARTS if part in result.values()]
    for class_id in _rarest_first(totals):
        for part in (part for part in parts if not counts[part, class_id]):
            for one in (n for n in result if class_id in presence[n]):
                for other in (n for n in result if result[n] == part):
                    change = (one, result[one]), (other, part)
                    if _gain(change, presence, counts) > 0:
                        return one, other
    return None


def _gain(
    change: tuple[tuple[str, Part], tuple[str, Part]],
    presence: Mapping[str, frozenset[int]],
    counts: Mapping[tuple[Part, int], int],
) -> int:
    """Return how many more (part, class) pairs are seen when two photos change places.

    Train counts most: what it does not show cannot be learnt.
    """
    gain = 0
    for (name, here), (partner, there) in (change, change[::-1]):
        for class_id in presence[name] - presence[partner]:
            gain += _WORTH[there] * (counts[there, class_id] == 0)
            gain -= _WORTH[here] * (counts[here, class_id] == 1)
    return gain
