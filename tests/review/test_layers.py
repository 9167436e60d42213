"""The pictures of a review are exactly those of the overlay functions."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_image import write_label
from segstudio.core.overlay import blend, blend_errors, error_map
from segstudio.review.layers import Layers, Look, Mode, compose, load_layers, missing


@pytest.fixture
def layers() -> Layers:
    rng = np.random.default_rng(3)
    photo = rng.integers(0, 256, (20, 30, 3), np.uint8)
    truth = rng.integers(0, 3, (20, 30)).astype(np.uint8)
    return Layers(photo, truth, np.roll(truth, 3))


def test_each_mode_shows_its_own_picture(layers, palette):
    look = Look(Mode.PHOTO, 0.4, frozenset({1}))
    expected = {
        Mode.PHOTO: layers.photo,
        Mode.TRUTH: blend(layers.photo, layers.truth, palette, opacity=0.4, hidden={1}),
        Mode.PREDICTION: blend(layers.photo, layers.prediction, palette, opacity=0.4, hidden={1}),
        Mode.ERRORS: blend_errors(
            layers.photo, error_map(layers.truth, layers.prediction, 0), opacity=0.4
        ),
    }
    for mode, picture in expected.items():
        (shown,) = compose(layers, Look(mode, look.opacity, look.hidden), palette)
        np.testing.assert_array_equal(shown, picture)
    left, right = compose(layers, Look(Mode.SIDE_BY_SIDE, 0.4, look.hidden), palette)
    np.testing.assert_array_equal(left, expected[Mode.TRUTH])
    np.testing.assert_array_equal(right, expected[Mode.PREDICTION])


def test_what_is_missing_is_said_and_the_photo_shown_alone(layers, palette):
    bare = Layers(layers.photo, layers.truth, None)
    assert "no prediction" in missing(bare, Mode.ERRORS)
    assert missing(bare, Mode.TRUTH) == ""
    (shown,) = compose(bare, Look(Mode.ERRORS), palette)
    np.testing.assert_array_equal(shown, layers.photo)


def test_label_images_are_brought_to_the_photos_size_without_new_ids(tmp_path, palette):
    Image.new("RGB", (400, 200), "navy").save(tmp_path / "a.png")
    label = np.zeros((200, 400), np.uint8)
    label[:, 200:] = 2
    write_label(tmp_path / "label.png", label, palette)
    layers = load_layers(tmp_path / "a.png", tmp_path / "label.png", tmp_path / "none.png", 100)
    assert layers.photo.shape == (50, 100, 3)
    assert layers.truth is not None
    assert layers.truth.shape == (50, 100)
    assert set(np.unique(layers.truth)) == {0, 2}
    assert layers.prediction is None
