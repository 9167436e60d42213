from __future__ import annotations

import numpy as np
import pytest

from segstudio.core.overlay import ERROR_COLORS, ErrorKind, blend, blend_errors, colorize, error_map
from segstudio.core.palette import Palette

LABEL = np.array([[0, 1, 2, 255]], np.uint8)
PHOTO = np.array([[[10, 20, 30], [100, 200, 50], [0, 0, 0], [7, 8, 9]]], np.uint8)
SKY, GROUND = (0x56, 0xB4, 0xE9), (0x00, 0x9E, 0x73)


def test_colours_of_a_label_image(palette: Palette) -> None:
    expected = [[(0, 0, 0), SKY, GROUND, (128, 128, 128)]]
    np.testing.assert_array_equal(colorize(LABEL, palette), expected)


def test_half_opacity_is_the_mean_and_ignored_pixels_show_the_photo(palette: Palette) -> None:
    expected = [[(5, 10, 15), (93, 190, 142), (0, 79, 58), (7, 8, 9)]]
    mixed = blend(PHOTO, LABEL, palette, opacity=0.5)
    assert mixed.dtype == np.uint8
    # Means that end in .5 may fall either way.
    assert np.abs(mixed.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(mixed[0, 0], (5, 10, 15))
    np.testing.assert_array_equal(mixed[0, 3], (7, 8, 9))


def test_the_ends_of_the_opacity_slider(palette: Palette) -> None:
    np.testing.assert_array_equal(blend(PHOTO, LABEL, palette, opacity=0.0), PHOTO)
    full = blend(PHOTO, LABEL, palette, opacity=1.0)
    np.testing.assert_array_equal(full, [[(0, 0, 0), SKY, GROUND, (7, 8, 9)]])


def test_hidden_classes_show_the_photo(palette: Palette) -> None:
    shown = blend(PHOTO, LABEL, palette, opacity=1.0, hidden={0, 2})
    np.testing.assert_array_equal(shown[0, [0, 2]], PHOTO[0, [0, 2]])
    np.testing.assert_array_equal(shown[0, 1], SKY)


def test_the_photo_itself_is_not_changed(palette: Palette) -> None:
    before = PHOTO.copy()
    blend(PHOTO, LABEL, palette, opacity=0.0)[:] = 99
    np.testing.assert_array_equal(PHOTO, before)


def test_a_label_of_another_size_is_refused(palette: Palette) -> None:
    with pytest.raises(ValueError, match="differ in size"):
        blend(PHOTO, LABEL.T, palette)


def test_error_map_tells_missed_extra_and_mixed_apart() -> None:
    truth = np.array([[0, 1, 0, 1, 255, 2]], np.uint8)
    guess = np.array([[0, 0, 2, 2, 1, 2]], np.uint8)
    codes = error_map(truth, guess, background=0)
    right, missed, extra, mixed, ignored = ErrorKind
    np.testing.assert_array_equal(codes, [[right, missed, extra, mixed, ignored, right]])


def test_error_map_follows_the_palettes_background() -> None:
    truth, guess = np.array([[5, 1]], np.uint8), np.array([[1, 5]], np.uint8)
    codes = error_map(truth, guess, background=5)
    np.testing.assert_array_equal(codes, [[ErrorKind.EXTRA, ErrorKind.MISSED]])


def test_only_wrong_pixels_are_coloured() -> None:
    codes = np.array(
        [[ErrorKind.RIGHT, ErrorKind.MISSED, ErrorKind.MIXED, ErrorKind.IGNORED]], np.uint8
    )
    shown = blend_errors(PHOTO, codes, opacity=1.0)
    np.testing.assert_array_equal(shown[0, [0, 3]], PHOTO[0, [0, 3]])
    np.testing.assert_array_equal(shown[0, 1], ERROR_COLORS[ErrorKind.MISSED])
    np.testing.assert_array_equal(shown[0, 2], ERROR_COLORS[ErrorKind.MIXED])
