from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import encode_label, read_label, write_label
from segstudio.core.palette import Palette


@settings(max_examples=30)
@given(
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 255))
)
def test_every_pixel_value_survives(
    tmp_path_factory: pytest.TempPathFactory, label: np.ndarray
) -> None:
    path = tmp_path_factory.mktemp("label") / "a.png"
    write_label(path, label, Palette.from_labels([("sky", None)]))
    read = read_label(path)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, label)


def test_it_is_an_8_bit_indexed_png_with_the_palettes_colours(
    tmp_path: Path, palette: Palette
) -> None:
    path = tmp_path / "deep" / "a.png"
    write_label(path, np.array([[0, 1], [2, 255]], np.uint8), palette)
    header = path.read_bytes()[12:26]
    assert (header[:4], header[12], header[13]) == (b"IHDR", 8, 3)
    with Image.open(path) as image:
        assert image.size == (2, 2)
        colors = np.array(image.convert("RGB"))
    np.testing.assert_array_equal(colors[0, 1], (0x56, 0xB4, 0xE9))
    np.testing.assert_array_equal(colors[1, 1], (128, 128, 128))


def test_a_slice_of_a_larger_image_can_be_written(palette: Palette) -> None:
    whole = np.arange(64, dtype=np.uint8).reshape(8, 8)
    assert encode_label(whole[::2, ::2], palette) == encode_label(whole[::2, ::2].copy(), palette)


def test_fewer_bits_are_read_as_ids(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    image = Image.fromarray(np.array([[0, 1], [3, 2]], np.uint8))
    image.putpalette([0, 0, 0, 9, 9, 9, 20, 20, 20, 30, 30, 30])
    image.save(path, bits=2)
    np.testing.assert_array_equal(read_label(path), [[0, 1], [3, 2]])


@pytest.mark.parametrize("mode", ["RGB", "I;16", "RGBA", "1"])
def test_pixels_that_are_no_8_bit_ids_are_refused(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    Image.new(mode, (3, 2)).save(path)
    with pytest.raises(SegStudioError, match="no label image"):
        read_label(path)


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_a_damaged_file_is_named(tmp_path: Path, palette: Palette, cut: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode_label(np.zeros((50, 50), np.uint8), palette)[:cut])
    with pytest.raises(SegStudioError, match=r"a\.png cannot be read"):
        read_label(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match=r"gone\.png"):
        read_label(tmp_path / "gone.png")
