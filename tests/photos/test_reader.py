from __future__ import annotations

import contextlib
import io
import math
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from segstudio.core.errors import SegStudioError
from segstudio.photos import refusals
from segstudio.photos.reader import check_photo, is_photo, photo_size, read_photo, read_photo_sized


def corners() -> Image.Image:
    """Return 40x24 pixels, red at the top left, green right, blue below, white opposite."""
    pixels = np.zeros((24, 40, 3), np.uint8)
    pixels[:12, :20], pixels[:12, 20:] = (255, 0, 0), (0, 255, 0)
    pixels[12:, :20], pixels[12:, 20:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(pixels)


_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_come_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    image = corners()
    if orientation in _BACK:
        image = image.transpose(_BACK[orientation])
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"a{suffix}"
    image.save(path, exif=exif, **({"lossless": True} if suffix == ".webp" else {"quality": 95}))
    before = path.read_bytes()

    differences = np.abs(read_photo(path).astype(int) - np.array(corners()))
    # AVIF smears colours over their borders.
    assert np.median(differences) < 5 if suffix == ".avif" else not differences.any()
    size = photo_size(path)
    assert (size.width, size.height) == (40, 24)
    assert (size.stored_width, size.stored_height) == image.size
    assert size.orientation == orientation
    assert path.read_bytes() == before


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    for suffix in (".png", ".tif"):
        path = tmp_path / f"a{suffix}"
        cv2.imwrite(str(path), ramp)
        grey = read_photo(path)[..., 0].reshape(-1)
        assert np.abs(grey.astype(int) - np.linspace(0, 255, 64)).max() <= 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "I", "F"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    corners().convert(mode).save(path)
    pixels = read_photo(path)
    assert (pixels.shape, pixels.dtype) == ((24, 40, 3), np.uint8)
    assert pixels[20, 35].min() > 200
    assert read_photo_sized(path, 20).shape == (12, 20, 3)


def test_alpha_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(path)
    assert read_photo(path).min() == 255


def test_colour_profiles_are_applied(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    corners().save(path, icc_profile=lab)
    assert np.abs(read_photo(path).astype(int) - np.array(corners())).max() <= 2
    corners().save(path, icc_profile=b"no profile at all")
    assert np.array_equal(read_photo(path), np.array(corners()))


def test_a_small_read_of_a_jpeg_keeps_its_shape(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    corners().resize((400, 240)).save(path, quality=95)
    pixels = read_photo_sized(path, 40)
    assert pixels.shape == (24, 40, 3)
    assert pixels[4, 4, 0] > 200
    assert read_photo_sized(path, 4000).shape == (240, 400, 3)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".bmp"])
def test_a_truncated_photo_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    stream = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(noise).save(stream, format=Image.registered_extensions()[suffix])
    whole = stream.getvalue()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SegStudioError, match="cut"):
        read_photo(path)
    with pytest.raises(SegStudioError, match="cut"), path.open("rb") as cut:
        check_photo(cut, path.name)
    assert check_photo(io.BytesIO(whole), "whole").width == 80


def test_absent_text_and_oversized_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("this is no photo")
    for path in (text, tmp_path / "absent.jpg"):
        with pytest.raises(SegStudioError, match=path.name):
            photo_size(path)
    path = tmp_path / "large.png"
    corners().save(path)
    monkeypatch.setattr(refusals, "MAX_PIXELS", 500)
    with pytest.raises(SegStudioError, match=r"large.png is 40 x 24"):
        read_photo(path)


def _encoded(kind: str) -> bytes:
    stream = io.BytesIO()
    corners().save(stream, format=kind)
    return stream.getvalue()


KINDS = ["JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000"]


@settings(max_examples=100)
@given(
    st.sampled_from(KINDS).map(_encoded),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=12),
    st.floats(0, 1),
)
def test_damaged_photos_raise_nothing_else(
    data: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[int(place * len(damaged))] = value
    del damaged[math.ceil(length * len(damaged)) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jpg"
        path.write_bytes(damaged)
        with contextlib.suppress(SegStudioError):
            assert check_photo(io.BytesIO(bytes(damaged)), "a").width > 0
        with contextlib.suppress(SegStudioError):
            assert max(read_photo_sized(path, 8).shape) <= 8
        with contextlib.suppress(SegStudioError):
            size = photo_size(path)
            assert read_photo(path).shape == (size.height, size.width, 3)


def test_photos_are_found_by_their_suffix_in_any_case() -> None:
    for name in ("a.JPG", "b.x.HEIC", "c.NEF", "d.avif", "e.jp2", "f.gif", "g.MPO"):
        assert is_photo(name)
    for name in ("a.xml", "jpg", "a.jpg.txt", "a.psd", "a.pdf", "a.npy"):
        assert not is_photo(name)
