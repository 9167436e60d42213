from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.photos.reader import (
    PhotoSize,
    check_photo,
    is_photo,
    photo_size,
    read_photo,
    read_photo_sized,
)

from .making import dng

# Encoded by x265 from 80 x 48 pixels: red, green / blue, white.
ASSETS = Path(__file__).parent / "assets"
TURNED, SWAPPED = ASSETS / "turned.heic", ASSETS / "swapped_colours.heic"
FOUR = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]

heif = pytest.mark.skipif(
    importlib.util.find_spec("pi_heif") is None, reason="pi-heif (extra photo) is not installed"
)
raw = pytest.mark.skipif(
    importlib.util.find_spec("rawpy") is None, reason="rawpy (extra photo) is not installed"
)


def raw_photo(
    path: Path, orientation: int, width: int = 1200, own: int | None = None, height: int = 0
) -> Path:
    """Write a DNG whose preview, 3:2 without a `height`, shows the four colours."""
    height = height or width * 2 // 3
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = FOUR[:2]
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = FOUR[2:]
    stream, exif = io.BytesIO(), Image.Exif()
    if own is not None:
        exif[274] = own
    Image.fromarray(pixels).save(stream, "JPEG", quality=90, exif=exif)
    preview = stream.getvalue()
    # Cameras let EXIF data follow the start at once, Pillow puts 18 bytes of JFIF between.
    preview = preview if own is None else preview[:2] + preview[20:]
    sensor = np.full((192, 288), 30000, np.uint16)
    sensor[:96, :144] = 2000
    path.write_bytes(dng(preview, (width, height), sensor, orientation))
    return path


def corners(path: Path) -> list[tuple[int, ...]]:
    pixels = read_photo(path)
    seen = (pixels[5, 5], pixels[5, -5], pixels[-5, 5], pixels[-5, -5])
    return [tuple(round(value / 255) * 255 for value in corner.tolist()) for corner in seen]


@pytest.mark.parametrize("kind", ["HEIC", "RAW"])
def test_without_the_extra_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    path = TURNED if kind == "HEIC" else raw_photo(tmp_path / "a.dng", 6)
    # What a file is called does not matter.
    renamed = tmp_path / "renamed.jpg"
    renamed.write_bytes(path.read_bytes())
    for photo in (path, renamed):
        assert is_photo(photo)
        for read in (photo_size, read_photo):
            with pytest.raises(SegStudioError) as caught:
                read(photo)
            message = str(caught.value)
            assert photo.name in message
            assert kind in message
            assert "pip install 'segstudio[photo]'" in message
            assert "\n" not in message


@heif
def test_heic_comes_upright_once_though_it_also_has_an_exif_orientation() -> None:
    assert photo_size(TURNED) == PhotoSize(80, 48, 80, 48, 1)
    assert corners(TURNED) == FOUR
    assert read_photo_sized(TURNED, 20).shape == (12, 20, 3)


@heif
def test_heic_comes_in_srgb() -> None:
    assert corners(SWAPPED) == [FOUR[2], FOUR[1], FOUR[0], FOUR[3]]


@heif
def test_damaged_heic_is_refused_and_ends_nothing() -> None:
    whole = TURNED.read_bytes()
    assert check_photo(io.BytesIO(whole), "whole").width == 80
    for length in (12, 50, 200, 500, len(whole) - 1):
        with pytest.raises(SegStudioError, match="cut"):
            check_photo(io.BytesIO(whole[:length]), "cut")
    # Each of these bytes of an item's type would crash the decoder.
    at = whole.index(b"Exif")
    for place in range(at, at + 4):
        damaged = whole[:place] + b"\x87" + whole[place + 1 :]
        with pytest.raises(SegStudioError, match="list of contents"):
            check_photo(io.BytesIO(damaged), "a")


@heif
def test_heic_whose_picture_is_not_of_the_size_it_says_is_refused(tmp_path: Path) -> None:
    whole, path = TURNED.read_bytes(), tmp_path / "a.heic"
    width = whole.index(b"clap") + 4
    path.write_bytes(whole[:width] + (100).to_bytes(4, "big") + whole[width + 4 :])
    with pytest.raises(SegStudioError, match="another size"):
        read_photo(path)


@raw
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, FOUR), (3, FOUR[::-1]), (6, [FOUR[i] for i in (2, 0, 3, 1)])],
)
def test_raw_is_its_preview_turned_like_the_camera(
    tmp_path: Path, orientation: int, expected: list[tuple[int, ...]]
) -> None:
    path = raw_photo(tmp_path / "a.dng", orientation)
    upright = (800, 1200) if orientation == 6 else (1200, 800)
    assert photo_size(path) == PhotoSize(*upright, 1200, 800, orientation)
    assert corners(path) == expected
    assert check_photo(io.BytesIO(path.read_bytes()), "a") == photo_size(path)


@raw
def test_a_preview_that_says_how_it_lies_is_believed(tmp_path: Path) -> None:
    assert corners(raw_photo(tmp_path / "a.dng", 6, own=1)) == FOUR
    assert corners(raw_photo(tmp_path / "b.dng", 1, own=3)) == FOUR[::-1]


@raw
def test_a_preview_that_the_camera_has_turned_is_not_turned_again(tmp_path: Path) -> None:
    photo = raw_photo(tmp_path / "a.dng", 6, height=1800)
    assert photo_size(photo) == PhotoSize(1200, 1800, 1200, 1800, 1)
    assert corners(photo) == FOUR


@raw
def test_raw_without_a_preview_of_use_is_developed_at_half_its_size(tmp_path: Path) -> None:
    path = raw_photo(tmp_path / "a.dng", 6, width=240)
    assert photo_size(path) == PhotoSize(96, 144, 96, 144, 1)
    pixels = read_photo(path)
    assert pixels.shape == (144, 96, 3)
    # The sensor's dark corner at the top left is at the top right of the upright photo.
    assert pixels[10, -10].max() < pixels[10, 10].min()


@raw
def test_damaged_raw_raises_nothing_else(tmp_path: Path) -> None:
    whole = raw_photo(tmp_path / "a.dng", 6, width=240).read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(60):
        damaged = bytearray(whole[: int(rng.integers(8, len(whole)))])
        if rng.random() < 0.7:
            damaged = bytearray(whole)
            for place in rng.integers(len(whole) - 700, len(whole), 3):
                damaged[place] = int(rng.integers(256))
        with contextlib.suppress(SegStudioError):
            check_photo(io.BytesIO(bytes(damaged)), "a")
