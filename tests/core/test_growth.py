"""What a learning curve says about twice as many photos."""

from __future__ import annotations

import pytest

from segstudio.core.growth import growth


@pytest.mark.parametrize("power", [0.1, 0.3, 0.7])
def test_an_exact_power_law_is_carried_on_to_twice_the_photos(power: float) -> None:
    points = [(count, 1 - 0.9 * count**-power) for count in (10, 20, 30, 40)]
    found = growth(points)
    assert found.doubled == pytest.approx(1 - 0.9 * 80**-power)
    gain = round((1 - 0.9 * 80**-power - points[-1][1]) * 100)
    assert f"80 photos would bring about {gain} points more" in found.words
    assert "From 10 to 40 photos" in found.words


def test_a_flat_curve_says_that_more_would_hardly_help() -> None:
    found = growth([(10, 0.8), (20, 0.805), (30, 0.806), (40, 0.807)])
    assert "would hardly help" in found.words
    assert found.doubled == pytest.approx(0.81, abs=0.005)


def test_a_small_gain_is_called_small() -> None:
    points = [(count, 1 - 0.5 * count**-0.05) for count in (10, 20, 30, 40)]
    assert "may help a little" in growth(points).words


def test_a_falling_curve_promises_nothing() -> None:
    assert "would hardly help" in growth([(10, 0.8), (20, 0.75), (30, 0.7), (40, 0.65)]).words


def test_a_curve_that_jumps_about_does_not_tell() -> None:
    found = growth([(10, 0.5), (20, 0.7), (30, 0.45), (40, 0.6)])
    assert found.doubled is None
    assert "does not tell" in found.words


@pytest.mark.parametrize("points", [[], [(10, 0.5)], [(10, 0.5), (20, 0.6)]])
def test_too_few_points_do_not_tell(points: list[tuple[int, float]]) -> None:
    assert growth(points).doubled is None
    assert "Too few points" in growth(points).words


def test_perfect_scores_do_no_harm() -> None:
    assert "would hardly help" in growth([(1, 1.0), (2, 1.0), (4, 1.0)]).words
