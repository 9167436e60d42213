"""Two runs on the same photos: fair, with an interval, and honest about few photos."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.core.bootstrap import draws, expanded_tail
from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_json
from segstudio.review.comparison import ScoredRun, compare, load_scored

NAMES = ("background", "sky")


def photo(right: int, sky: int = 50) -> ConfusionMatrix:
    """Return a photo of 100 pixels of which `right` of those that are sky are found."""
    return ConfusionMatrix(np.array([[100 - sky, 0], [sky - right, right]], np.int64))


def run(name: str, rights: list[int], learned: frozenset[str] = frozenset()) -> ScoredRun:
    photos = {f"{number:02}.jpg": photo(right) for number, right in enumerate(rights)}
    return ScoredRun(name, NAMES, photos, learned)


def test_a_run_that_is_better_nearly_everywhere_is_called_better() -> None:
    first = run("a", [20, 22, 25, 30, 20, 24, 26, 22, 25, 28])
    second = run("b", [36, 34, 40, 45, 38, 40, 24, 38, 42, 40])
    found = compare(first, second)
    assert (found.better, found.worse) == (9, 1)
    assert found.told_apart
    assert found.sentence().startswith("The second run is better: ")
    assert "on the same 10 photos" in found.sentence()
    assert "Better on 9, worse on 1." in found.sentence()
    back = compare(second, first)
    assert back.sentence().startswith("The second run is worse: ")
    assert back.difference == pytest.approx(-found.difference)


def test_the_interval_is_that_of_a_plain_loop_over_pairs() -> None:
    ones, others = [20, 31, 25, 30, 12, 24], [36, 30, 40, 22, 38, 26]
    found = compare(run("a", ones), run("b", others)).interval
    # Sorted as the bootstrap sorts: the last key of a photo's numbers counts most.
    pairs = sorted(zip(map(photo, ones), map(photo, others), strict=True), key=_key)
    differences = []
    for row in draws(6, 2000, 0):
        drawn = [pair for pair, times in zip(pairs, row, strict=True) for _ in range(int(times))]
        totals = [sum((p[side] for p in drawn), ConfusionMatrix.zeros(2)) for side in (0, 1)]
        differences.append((totals[1].miou() or 0) - (totals[0].miou() or 0))
    tail = expanded_tail(6)
    assert found is not None
    ends = np.quantile(differences, (tail, 1 - tail))
    assert (found.low, found.high) == pytest.approx(tuple(ends))


def _key(pair: tuple[ConfusionMatrix, ConfusionMatrix]) -> list[int]:
    numbers = []
    for matrix in pair:
        hits = matrix.counts.diagonal()
        numbers += [*hits, *(matrix.counts.sum(0) + matrix.counts.sum(1) - hits)]
    return numbers[::-1]


def test_pairs_tell_apart_what_two_intervals_alone_would_not() -> None:
    # Photos differ much more from each other than the runs do on each of them.
    rights = [5, 10, 20, 30, 40, 45, 8, 25]
    found = compare(run("a", rights), run("b", [right + 2 for right in rights]))
    assert found.told_apart


def test_a_difference_within_the_noise_is_none_and_says_how_many_photos_it_would_take() -> None:
    first = run("a", [20, 30, 25, 35, 20, 30, 25, 35])
    second = run("b", [30, 22, 33, 27, 29, 24, 34, 30])
    found = compare(first, second)
    assert not found.told_apart
    assert "These 8 photos cannot tell the two runs apart" in found.sentence()
    assert found.needed is not None
    assert found.needed > 8
    assert f"About {found.needed} photos would be needed" in found.sentence()


def test_few_photos_tell_nothing_however_large_the_difference() -> None:
    found = compare(run("a", [10, 12, 11]), run("b", [45, 46, 47]))
    assert not found.told_apart
    assert found.sentence().startswith("3 photos are too few to be sure")
    alone = compare(run("a", [10]), run("b", [45]))
    assert alone.interval is None
    assert alone.sentence().startswith("1 photo is too few to be sure")


def test_equal_runs_differ_nowhere() -> None:
    found = compare(run("a", [20, 30] * 4), run("b", [20, 30] * 4))
    assert (found.better, found.worse, found.needed) == (0, 0, None)
    assert found.difference == 0


@pytest.mark.parametrize(("count", "photos"), [(1, "1 photo"), (2, "2 photos"), (8, "8 photos")])
def test_equal_runs_are_called_so_however_few_the_photos(count: int, photos: str) -> None:
    rights = [20, 30] * 4
    found = compare(run("a", rights[:count]), run("b", rights[:count]))
    assert found.sentence() == (
        f"The two runs score alike: {found.first_miou:.2f} each on the same {photos}, with no "
        "difference for any class or photo."
    )
    rights[0] += 1
    assert "alike" not in compare(run("a", [20, 30] * 4), run("b", rights)).sentence()


def test_photos_come_by_rising_difference() -> None:
    found = compare(run("a", [20, 30, 40]), run("b", [30, 10, 40]))
    assert [one.photo for one in found.photos] == ["01.jpg", "02.jpg", "00.jpg"]


def test_only_photos_that_are_fair_to_both_are_compared() -> None:
    first = run("a", [20] * 10)
    second = run("b", [30] * 9, learned=frozenset({"00.jpg"}))
    photos = {**second.photos, "01.jpg": photo(20, sky=60)}
    found = compare(first, ScoredRun("b", NAMES, photos, second.learned))
    assert [one.photo for one in found.photos] == [f"{n:02}.jpg" for n in range(2, 9)]
    assert found.left_out == (
        "Not compared: 1 photo that only one of the runs was scored on.",
        "Not compared: 1 photo that one of the runs learned from.",
        "Not compared: 1 photo outlined anew in between.",
    )


def test_no_photo_in_common_and_other_classes_are_refused() -> None:
    first = run("a", [20, 30])
    with pytest.raises(SegStudioError, match="no photo in common"):
        compare(first, ScoredRun("b", NAMES, {"x.jpg": photo(3)}))
    with pytest.raises(SegStudioError, match="different classes"):
        compare(first, ScoredRun("b", ("background", "sea"), first.photos))


def test_runs_without_kept_matrices_say_what_to_do(tmp_path) -> None:
    with pytest.raises(SegStudioError, match="no scores per photo"):
        load_scored(tmp_path)
    for broken in ([], {"classes": ["a"], "photos": {"x": [[0, 1, 5]]}}, {"classes": 3}):
        write_json(tmp_path / "photo_scores.json", broken)
        with pytest.raises(SegStudioError, match="cannot be read"):
            load_scored(tmp_path)
