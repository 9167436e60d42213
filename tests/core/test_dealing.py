"""Splits by pixels, of groups that stay together, and into folds."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core.errors import UsageError
from segstudio.core.splits import (
    PARTS,
    Fractions,
    Part,
    checked_fractions,
    cut_where_needed,
    folds,
    groups_of,
    part_sizes,
    random_split,
    stratified,
    stratified_by_pixels,
)

Pixels = dict[str, dict[int, int]]
SHARES = st.sampled_from([(0.8, 0.2, 0.0), (0.7, 0.2, 0.1), (0.5, 0.5, 0.0), (1.0, 0.0, 0.0)])
# Lengths of groups, and of every photo the pixels of up to four classes.
GROUPS = st.lists(
    st.lists(st.dictionaries(st.integers(0, 3), st.integers(1, 10**6)), min_size=1, max_size=6),
    min_size=1,
    max_size=8,
)


def made(rows: list[list[dict[int, int]]]) -> tuple[Pixels, list[list[str]]]:
    """Photos g-n.jpg of group g, and the groups."""
    pixels = {f"{g}-{n}": own for g, row in enumerate(rows) for n, own in enumerate(row)}
    return pixels, [[f"{g}-{n}" for n in range(len(row))] for g, row in enumerate(rows)]


def photos(count: int, classes: int, seed: int) -> Pixels:
    """Photos of a common class 0 and others that become rarer, of very different sizes."""
    rng = random.Random(seed)
    return {
        f"{n:04d}": {0: rng.randint(10**3, 10**6)}
        | {c: round(rng.lognormvariate(8, 2)) for c in range(1, classes) if rng.random() * c < 1}
        for n in range(count)
    }


def distance(split: dict[str, Part], pixels: Pixels, fractions: Fractions) -> float:
    """The summed squared distance of the parts' shares of every class to the wanted ones."""
    wanted = part_sizes(len(pixels), fractions)
    classes = {c for own in pixels.values() for c in own}
    total = {c: sum(own.get(c, 0) for own in pixels.values()) for c in classes}
    return sum(
        (
            sum(own.get(c, 0) for name, own in pixels.items() if split[name] == part) / total[c]
            - wanted[part] / len(pixels)
        )
        ** 2
        for part in PARTS
        for c in classes
    )


def seen(split: dict[str, Part], pixels: Pixels) -> int:
    return len({(part, c) for name, part in split.items() for c in pixels[name]})


@settings(max_examples=40)
@given(GROUPS, SHARES, st.integers(0, 3))
def test_groups_stay_whole_and_no_part_is_empty_that_need_not_be(
    rows: list[list[dict[int, int]]], shares: tuple[float, float, float], seed: int
) -> None:
    pixels, groups = made(rows)
    fractions = checked_fractions(*shares)
    sizes = part_sizes(len(pixels), fractions)
    presence = {name: frozenset(own) for name, own in pixels.items()}
    wanted = sum(size > 0 for size in sizes.values())
    for split in (
        random_split(pixels, fractions, seed, groups),
        stratified(presence, fractions, seed, groups),
        stratified_by_pixels(pixels, fractions, seed, groups),
    ):
        assert split.keys() == pixels.keys()
        assert all(len({split[name] for name in group}) == 1 for group in groups)
        found = Counter(split.values())
        assert all(sizes[part] for part in found)
        assert len(found) == min(wanted, len(groups))
        largest = max(map(len, groups))
        for part in PARTS if len(groups) >= wanted else ():
            assert abs(found[part] - sizes[part]) <= 2 * largest + min(sizes.values())


def test_single_photos_keep_the_exact_sizes() -> None:
    for count in (1, 2, 5, 23, 300):
        pixels = photos(count, 5, seed=count)
        fractions = checked_fractions(0.7, 0.2, 0.1)
        found = Counter(stratified_by_pixels(pixels, fractions, 0).values())
        assert {part: found[part] for part in PARTS} == part_sizes(count, fractions)


def test_by_pixels_is_nearly_the_best_of_all_splits() -> None:
    """Against every split of 50 small sets that shows as many classes: near in at least 90 %."""
    rng = random.Random(5)
    good = 0
    for seed in range(50):
        pixels = photos(rng.choice([6, 7, 8]), 4, seed)
        fractions = checked_fractions(0.7, 0.3, 0)
        split = stratified_by_pixels(pixels, fractions, seed)
        size = part_sizes(len(pixels), fractions)["val"]
        every: list[dict[str, Part]] = [
            {name: "val" if name in chosen else "train" for name in pixels}
            for chosen in combinations(pixels, size)
        ]
        as_seen = [other for other in every if seen(other, pixels) >= seen(split, pixels)]
        best = min(distance(other, pixels, fractions) for other in as_seen)
        good += distance(split, pixels, fractions) <= best + 0.02
    assert good >= 45


def test_five_thousand_photos_have_the_wanted_share_of_the_pixels_of_every_class() -> None:
    pixels = photos(5000, 20, seed=1)
    fractions = checked_fractions(0.7, 0.2, 0.1)
    split = stratified_by_pixels(pixels, fractions, 0)
    chance = random_split(pixels, fractions, 0)
    assert distance(split, pixels, fractions) < 1e-4 < distance(chance, pixels, fractions)


def test_a_class_of_two_groups_is_on_both_sides() -> None:
    rows = [[{0: 5, 1: 2}] * 4, [{0: 5}] * 3, [{0: 9, 1: 1}] * 5, *([[{0: 4}]] * 12)]
    pixels, groups = made(rows)
    for seed in range(20):
        for split in (
            stratified_by_pixels(pixels, checked_fractions(0.8, 0.2, 0), seed, groups),
            stratified(
                {name: frozenset(own) for name, own in pixels.items()},
                checked_fractions(0.8, 0.2, 0),
                seed,
                groups,
            ),
        ):
            assert {split[name] for name, own in pixels.items() if 1 in own} == {"train", "val"}


@settings(max_examples=40)
@given(GROUPS, st.integers(2, 5), st.integers(0, 3))
def test_folds_are_a_partition_of_whole_groups(
    rows: list[list[dict[int, int]]], count: int, seed: int
) -> None:
    pixels, groups = made(rows)
    if len(groups) < count:
        with pytest.raises(UsageError, match="cannot be dealt"):
            folds(pixels, count, seed, groups)
        return
    found = folds(pixels, count, seed, groups)
    assert len(found) == count
    assert all(found)
    assert sorted(name for fold in found for name in fold) == sorted(pixels)
    for group in groups:
        assert sum(bool(set(group) & set(fold)) for fold in found) == 1


def test_folds_of_single_photos_are_alike_in_size_and_classes() -> None:
    pixels = {n: dict.fromkeys(own, 1) for n, own in photos(103, 6, seed=2).items()}
    found = folds(pixels, 5, 0)
    assert sorted(map(len, found)) == [20, 20, 21, 21, 21]
    for c in range(6):
        total = sum(own.get(c, 0) for own in pixels.values())
        for fold in found:
            assert abs(sum(pixels[n].get(c, 0) for n in fold) / total - 0.2) < 0.08, c


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_photos_for_the_folds_are_wrong_usage(count: int) -> None:
    with pytest.raises(UsageError, match="cannot be dealt"):
        folds({"a": {}, "b": {}, "c": {}}, count, 0)


def test_a_group_of_everything_is_cut_into_stretches_of_neighbours() -> None:
    names = [f"{n:02d}" for n in range(10)]
    fractions = checked_fractions(0.8, 0.2, 0)
    groups, cut = cut_where_needed(names, [names[::-1]], fractions)
    assert cut
    assert [list(group) for group in groups] == [names[n : n + 2] for n in range(0, 10, 2)]
    split = random_split(names, fractions, 0, groups)
    assert Counter(split.values()) == {"train": 8, "val": 2}
    assert cut_where_needed(names, [names[:9]], fractions) == ([names[:9]], False)


def test_groups_name_every_photo_once_and_no_stranger() -> None:
    assert groups_of("abcd", [["c", "a", "x"], ["y"]]) == [("a", "c"), ("b",), ("d",)]
