"""Crops keep photo and label in step, invent no class, and call the outside ignore."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.learning.config import TrainConfig
from segstudio.learning.transforms import Preprocessing, draw, random_crop

PLAIN = {"scale_min": 1.0, "scale_max": 1.0, "flip_horizontal": False, "color_jitter": 0.0}
FILL = (124, 116, 104)


def crop(photo: np.ndarray, label: np.ndarray, seed: int, **settings: object):
    config = TrainConfig.model_validate({"crop_size": 64, **settings})
    return random_crop(photo, label, config, FILL, np.random.default_rng(seed))


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    """A photo of two flat halves, and the label that says so; ids 3 and 200."""
    label = np.full((90, 130), 3, np.uint8)
    label[:, 50:] = 200
    photo = np.where(label == 3, 40, 220).astype(np.uint8)[..., None].repeat(3, 2)
    return photo, label


def test_unscaled_crop_is_an_exact_piece_of_the_photo() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (90, 130, 3), dtype=np.uint8)
    label = rng.integers(0, 9, (90, 130), dtype=np.uint8)
    for seed in range(5):
        piece, truth = crop(photo, label, seed, **PLAIN)
        assert any(
            np.array_equal(photo[y : y + 64, x : x + 64], piece)
            and np.array_equal(label[y : y + 64, x : x + 64], truth)
            for y in range(27)
            for x in range(67)
        )


def test_photo_and_label_stay_in_step_and_no_id_appears(
    pair: tuple[np.ndarray, np.ndarray],
) -> None:
    for seed in range(30):
        piece, truth = crop(*pair, seed, color_jitter=0, flip_vertical=True)
        assert set(np.unique(truth)) <= {3, 200, 255}
        inside = truth != 255
        wrong = (piece[..., 0] > 130) != (truth == 200)
        assert (wrong & inside).mean() < 0.02


def test_flips_happen_about_half_of_the_time_and_only_when_asked(
    pair: tuple[np.ndarray, np.ndarray],
) -> None:
    def mirrored(**settings: object) -> int:
        wide = {**PLAIN, "crop_size": 160, **settings}
        count = 0
        for seed in range(60):
            _, truth = crop(*pair, seed, **wide)
            columns = np.flatnonzero((truth != 255).any(0))
            count += truth[:, columns[0]].max() == 255 and bool((truth[:, columns[0]] == 200).any())
        return count

    assert mirrored() == 0
    assert 15 < mirrored(flip_horizontal=True) < 45


def test_vertical_flip_is_off_by_default() -> None:
    assert not TrainConfig().flip_vertical
    assert TrainConfig().flip_horizontal


def test_outside_of_a_small_photo_is_ignore_and_mean_colour() -> None:
    photo = np.full((20, 30, 3), 9, np.uint8)
    piece, truth = crop(photo, np.full((20, 30), 5, np.uint8), 1, **PLAIN)
    assert (truth == 5).sum() == 600
    assert (truth[truth != 5] == 255).all()
    assert (piece[truth == 255] == FILL).all()
    assert (piece[truth == 5] == 9).all()


def test_colours_change_only_inside_and_only_when_asked() -> None:
    photo = np.full((20, 30, 3), 100, np.uint8)
    label = np.zeros((20, 30), np.uint8)
    piece, truth = crop(photo, label, 3, **{**PLAIN, "color_jitter": 0.5})
    assert (piece[truth == 255] == FILL).all()
    assert not (piece[truth == 0] == 100).all()


def test_scale_enlarges_and_shrinks_within_its_limits() -> None:
    photo, label = np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), np.uint8)
    sides = [
        np.sqrt((crop(photo, label, seed, crop_size=128)[1] == 0).sum()) / 40 for seed in range(60)
    ]
    assert min(sides) == pytest.approx(0.75, abs=0.06)
    assert max(sides) == pytest.approx(1.5, abs=0.06)


def test_preprocessing_brings_photos_to_size_and_never_enlarges() -> None:
    preprocessing = Preprocessing(working_size=100)
    assert preprocessing.size_for(6000, 4000) == (100, 67)
    assert preprocessing.size_for(4000, 6000) == (67, 100)
    assert preprocessing.size_for(80, 60) == (80, 60)
    assert preprocessing.apply(np.zeros((400, 200, 3), np.uint8)).shape == (3, 100, 50)


def test_fill_normalises_to_about_nothing() -> None:
    preprocessing = Preprocessing(working_size=8)
    photo = np.full((8, 8, 3), preprocessing.fill(), np.uint8)
    assert np.abs(preprocessing.apply(photo)).max() < 0.02


def test_label_is_resized_by_nearest() -> None:
    label = np.random.default_rng(0).choice(np.array([0, 7, 255], np.uint8), (200, 300))
    small = Preprocessing(working_size=90).resize_label(label)
    assert small.shape == (60, 90)
    assert set(np.unique(small)) <= {0, 7, 255}


def test_a_crop_is_made_again_from_its_seed_for_the_photo_or_the_label_alone() -> None:
    rng = np.random.default_rng(4)
    photo = rng.integers(0, 256, (90, 130, 3), dtype=np.uint8)
    label = rng.integers(0, 9, (90, 130), dtype=np.uint8)
    config = TrainConfig(crop_size=64, flip_vertical=True)
    for seed in range(10):
        piece, truth = crop(photo, label, seed, flip_vertical=True)
        again = np.random.default_rng(seed)
        plan = draw(config, (130, 90), (64, 64), again)
        assert np.array_equal(plan.photo(photo, FILL, again), piece)
        alone = draw(config, (130, 90), (64, 64), np.random.default_rng(seed))
        assert np.array_equal(alone.label(label), truth)


def test_a_crop_may_be_wider_than_high() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (90, 130, 3), dtype=np.uint8)
    config = TrainConfig.model_validate(PLAIN)
    label = photo[..., 0].copy()
    piece, truth = random_crop(photo, label, config, FILL, np.random.default_rng(1), (100, 40))
    assert piece.shape == (40, 100, 3)
    assert np.array_equal(piece[..., 0], truth)
