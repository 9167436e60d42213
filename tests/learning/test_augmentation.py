"""Every change of a crop acts, keeps photo and label in step, and follows from the seed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from annotated_types import Ge, Le
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.conftest import MakeTraining
from segstudio.core.events import Event
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AUGMENTATIONS, STRENGTHS, AugmentationSettings
from segstudio.learning.settings import parse_settings
from segstudio.learning.transforms import draw, random_crop

FILL = (124, 116, 104)
SIDE = 64
STRENGTH_NAMES = [name for name in AugmentationSettings.model_fields if name != "augmentation"]
COLOR_NAMES = ["color_jitter", "gamma", "hue", "grey", "blur", "noise", "jpeg"]
SWITCHES = ("flip_horizontal", "flip_vertical", "rot90")


def highest(name: str) -> Any:
    """The strongest value of a setting."""
    limits = AugmentationSettings.model_fields[name].metadata
    return next((limit.le for limit in limits if isinstance(limit, Le)), True)


def lowest(name: str) -> Any:
    limits = AugmentationSettings.model_fields[name].metadata
    return next((limit.ge for limit in limits if isinstance(limit, Ge)), False)


@st.composite
def configs(choose: st.DrawFn, names: list[str]) -> TrainConfig:
    """Any strengths within their limits; those not named are off."""
    values: dict[str, Any] = {"augmentation": "none", "crop_size": SIDE}
    for name in names:
        if name in SWITCHES:
            values[name] = choose(st.booleans())
        elif choose(st.booleans()):
            values[name] = choose(st.floats(lowest(name), highest(name)))
    low, high = values.get("scale_min", 1.0), values.get("scale_max", 1.0)
    values["scale_min"], values["scale_max"] = min(low, high), max(low, high)
    return TrainConfig.model_validate(values)


def pair() -> tuple[np.ndarray, np.ndarray]:
    """A label of large patches, and the photo that shows just that: ids 3 and 200, 40 and 220."""
    patches = np.random.default_rng(3).integers(0, 2, (6, 8), dtype=np.uint8)
    label = np.where(np.kron(patches, np.ones((16, 16), np.uint8)) > 0, 200, 3).astype(np.uint8)
    photo = np.where(label == 3, 40, 220).astype(np.uint8)[..., None].repeat(3, 2)
    return photo, label


def colorful() -> tuple[np.ndarray, np.ndarray]:
    """A photo of soft colours, and a label of four ids."""
    rng = np.random.default_rng(1)
    photo = cv2.resize(rng.integers(30, 226, (6, 8, 3), dtype=np.uint8), (120, 90))
    return np.asarray(photo, np.uint8), rng.integers(0, 4, (90, 120), dtype=np.uint8)


def crop(pair: tuple[np.ndarray, np.ndarray], config: TrainConfig, seed: int):
    return random_crop(*pair, config, FILL, np.random.default_rng(seed))


def plain(**values: Any) -> TrainConfig:
    return TrainConfig.model_validate({"augmentation": "none", "crop_size": SIDE, **values})


@settings(max_examples=60, deadline=None)
@given(configs([n for n in STRENGTH_NAMES if n not in COLOR_NAMES]), st.integers(0, 2**32 - 1))
def test_photo_and_label_stay_in_step_whatever_the_geometry(config: TrainConfig, seed: int) -> None:
    piece, truth = crop(pair(), config, seed)
    assert set(np.unique(truth)) <= {3, 200, 255}
    # Away from edges, where nearest and linear must differ, they say the same without exception.
    sure = np.zeros_like(truth, bool)
    around = np.ones((11, 11), np.uint8)
    sure[5:-5, 5:-5] = (cv2.erode(truth, around) == cv2.dilate(truth, around))[5:-5, 5:-5]
    assert (piece[sure & (truth == 3)] == 40).all()
    assert (piece[sure & (truth == 200)] == 220).all()
    assert (piece[sure & (truth == 255)] == FILL).all()


@settings(max_examples=30, deadline=None)
@given(configs(STRENGTH_NAMES), st.integers(0, 2**32 - 1))
def test_crops_follow_from_the_seed_and_what_is_not_seen_keeps_the_mean_colour(
    config: TrainConfig, seed: int
) -> None:
    piece, truth = crop(pair(), config, seed)
    again, same = crop(pair(), config, seed)
    assert np.array_equal(piece, again)
    assert np.array_equal(truth, same)
    unseen = cv2.erode((truth == 255).astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    assert (piece[5:-5, 5:-5][unseen[5:-5, 5:-5]] == FILL).all()
    alone = draw(config, (128, 96), (SIDE, SIDE), np.random.default_rng(seed))
    assert np.array_equal(alone.label(pair()[1]), truth)


@pytest.mark.parametrize("name", STRENGTH_NAMES)
def test_every_strength_changes_crops_and_only_geometry_changes_labels(name: str) -> None:
    value = {"scale_min": 0.5, "scale_max": 2.0}.get(name, highest(name))
    changed, moved = 0, 0
    for seed in range(8):
        before, label = crop(colorful(), plain(), seed)
        after, truth = crop(colorful(), plain(**{name: value}), seed)
        changed += not np.array_equal(before, after)
        moved += not np.array_equal(label, truth)
    assert changed >= 2
    assert (moved >= 2) == (name not in COLOR_NAMES)
    assert moved == 0 or name not in COLOR_NAMES


@pytest.mark.parametrize(
    "name", [n for n in STRENGTH_NAMES if n not in SWITCHES and not n.startswith("scale")]
)
def test_a_strength_acts_more_the_larger_it_is(name: str) -> None:
    most = highest(name)

    def change(value: float) -> float:
        total = 0.0
        for seed in range(12):
            # Drawn from the same random numbers, and unscaled: only the strength differs.
            before, _ = crop(colorful(), plain(), seed)
            after, _ = crop(colorful(), plain(**{name: value}), seed)
            total += float(np.abs(before.astype(float) - after).mean())
        return total

    assert change(0) == 0
    assert 0 < change(most / 10) < change(most)


def test_a_quarter_turn_is_an_exact_copy_of_a_piece() -> None:
    places = np.arange(90 * 120).reshape(90, 120)
    photo = np.stack([places // 256, places % 256, places * 0], -1).astype(np.uint8)
    seen = set()
    for seed in range(24):
        piece, truth = crop((photo, photo[..., 1].copy()), plain(rot90=True), seed)
        found = piece[..., 0].astype(int) * 256 + piece[..., 1]
        assert np.array_equal(truth, piece[..., 1])
        y, x = np.unravel_index(found.min(), (90, 120))
        part = places[y : y + SIDE, x : x + SIDE]
        seen |= {turns for turns in range(4) if np.array_equal(np.rot90(part, turns), found)}
    assert seen == {0, 1, 2, 3}


def test_turning_keeps_most_of_a_crop_on_its_photo() -> None:
    unseen = [(crop(pair(), plain(rotate=15), seed)[1] == 255).mean() for seed in range(40)]
    assert max(unseen) > 0
    assert np.mean(unseen) < 0.05


def test_shift_reaches_beyond_the_photo_by_no_more_than_asked() -> None:
    unseen = [(crop(pair(), plain(shift=0.25), seed)[1] == 255).mean() for seed in range(60)]
    assert 0.1 < max(unseen) <= 1 - 0.75**2


def test_colours_change_as_their_names_say() -> None:
    photo, label = colorful()
    luma = np.array([0.299, 0.587, 0.114])
    plain_crop, _ = crop((photo, label), plain(), 5)
    grey, _ = crop((photo, label), plain(grey=1), 5)
    assert np.ptp(grey, axis=-1).max() == 0
    assert np.abs(grey[..., 0] - plain_crop @ luma).max() <= 0.6
    hue, _ = crop((photo, label), plain(hue=12), 5)
    unclipped = ((hue > 0) & (hue < 255)).all(-1)
    assert np.abs((hue @ luma - plain_crop @ luma)[unclipped]).max() < 1.1
    ends = np.zeros((90, 120, 3), np.uint8)
    ends[:, ::2] = 255
    assert np.array_equal(*(crop((ends, label), plain(gamma=g), 5)[0] for g in (0, 1)))


def test_noise_has_at_most_the_strength_asked_for() -> None:
    flat = np.full((90, 120, 3), 128, np.uint8)
    spreads = [
        crop((flat, flat[..., 0]), plain(noise=20), seed)[0].astype(float).std()
        for seed in range(20)
    ]
    assert 12 < max(spreads) < 21


def test_patches_hide_no_more_than_asked_and_are_not_learned_from() -> None:
    photo, label = colorful()
    hidden = []
    for seed in range(40):
        piece, truth = crop((photo, label), plain(dropout=0.3), seed)
        hidden.append((truth == 255).mean())
        assert (piece[truth == 255] == FILL).all()
    assert 0.15 < max(hidden) < 0.32


# The ready sets


def test_ready_sets_grow_from_nothing_and_the_usual_one_is_the_default() -> None:
    assert list(STRENGTHS) == list(AUGMENTATIONS) == ["none", "light", "usual", "strong"]
    assert parse_settings("normal", None, ["augmentation=usual"]) == parse_settings("normal")
    changes = []
    for name in AUGMENTATIONS:
        config = TrainConfig(augmentation=name, crop_size=SIDE)
        total = 0.0
        for seed in range(20):
            before, _ = crop(colorful(), plain(), seed)
            total += float(np.abs(before.astype(float) - crop(colorful(), config, seed)[0]).mean())
        changes.append(total)
    assert changes[0] == 0
    assert changes == sorted(set(changes))
    assert not any(TrainConfig(augmentation=name).flip_vertical for name in AUGMENTATIONS)


def test_single_strengths_overrule_the_ready_set_and_it_the_preset() -> None:
    config = parse_settings("normal", None, ["augmentation=strong", "rotate=3", "noise=0"])
    assert (config.rotate, config.noise) == (3, 0)
    assert config.hue == STRENGTHS["strong"]["hue"]
    scratch = parse_settings("normal", None, ["weights=none", "augmentation=none"])
    assert scratch.color_jitter == 0
    assert TrainConfig.model_validate(config.model_dump(mode="json")) == config


def test_checking_knows_no_augmentation(make_training: MakeTraining) -> None:
    def ignore(event: Event) -> None:
        """Nobody listens."""

    ignore.stop_requested = False  # type: ignore[attr-defined]
    scores = []
    for name in ("none", "strong"):
        training = make_training(name, augmentation=name)
        checked = training.checker.check(training.learner.model, training.val, ignore)  # type: ignore[arg-type]
        scores.append([(one.loss, one.index.tolist()) for one in checked])
    assert scores[0] == scores[1]
