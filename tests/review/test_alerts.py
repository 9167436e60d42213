"""The sentences on what a mean hides, one planted fault each."""

from __future__ import annotations

import numpy as np

from segstudio.core.confusion import ConfusionMatrix
from segstudio.review.alerts import alerts

NAMES = ("background", "sky", "boat")


def photos(*matrices: list[list[int]]) -> list[ConfusionMatrix]:
    return [ConfusionMatrix(np.array(rows, np.int64)) for rows in matrices]


SOUND = [[90, 5, 5], [5, 90, 5], [5, 5, 90]]


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert alerts(NAMES, photos(SOUND, SOUND, SOUND)) == ()
    assert alerts(NAMES, []) == ()


def test_one_class_everywhere_is_told_alone() -> None:
    (said,) = alerts(NAMES, photos(*[[[90, 0, 0], [50, 0, 0], [9, 0, 0]]] * 3))
    assert said.startswith("Every pixel of every photo is taken for background")


def test_rare_and_absent_classes_are_named_with_their_photos() -> None:
    common, with_boat = [[90, 5, 0], [5, 90, 0], [0, 0, 0]], [[90, 5, 0], [5, 90, 0], [0, 1, 40]]
    said = alerts(NAMES, photos(common, common, with_boat))
    assert said == ("On too few of these photos for a score to mean much: boat (1 photo).",)
    assert "nothing is known of: boat" in alerts(NAMES, photos(common, common, common))[0]


def test_a_class_never_found_says_what_it_is_taken_for() -> None:
    said = alerts(NAMES, photos(*[[[90, 5, 0], [5, 90, 0], [30, 10, 0]]] * 3))
    assert said == (
        "boat was never found, though 3 photos show it: 75% of it is taken for background.",
    )


def test_a_class_swallowed_by_another_is_told_and_one_half_found_is_not() -> None:
    lost = [[90, 5, 0], [5, 90, 0], [0, 60, 40]]
    assert alerts(NAMES, photos(*[lost] * 3)) == (
        "boat is mostly lost: 60% of it is taken for sky.",
    )
    hardly = [[90, 5, 0], [5, 90, 0], [47, 49, 4]]
    assert alerts(NAMES, photos(*[hardly] * 3)) == (
        "boat is mostly lost: 49% of it is taken for sky.",
    )
    half = [[90, 5, 0], [5, 90, 0], [0, 45, 55]]
    assert alerts(NAMES, photos(*[half] * 3)) == ()


def test_a_class_made_up_is_told() -> None:
    made_up = [[90, 5, 5], [5, 90, 0], [0, 0, 0]]
    said = alerts(NAMES, photos(*[made_up] * 3))
    assert said[-1] == "boat was predicted on 3 photos, but is outlined on none."
