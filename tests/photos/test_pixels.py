from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from segstudio.photos.reader import read_photo, read_photo_sized

from .making import chunk, cmyk_profile, linear_grey_profile, linear_rgb_profile, png, tiff

RED, BLUE, BRIGHT = (255, 0, 0), (0, 0, 255), (188, 188, 188)


@pytest.mark.parametrize(
    ("mode", "color", "profile", "seen"),
    [
        ("RGB", RED, linear_rgb_profile(swapped=True), BLUE),
        ("RGBA", (*RED, 255), linear_rgb_profile(swapped=True), BLUE),
        # With gamma 1, half the light is 188 in sRGB.
        ("RGB", (128, 128, 128), linear_rgb_profile(), BRIGHT),
        ("L", 128, linear_grey_profile(), BRIGHT),
        ("L", 128, linear_rgb_profile(), BRIGHT),
        ("LA", (128, 255), linear_grey_profile(), BRIGHT),
        ("CMYK", (255, 0, 0, 0), cmyk_profile((255, 128, 128), (136, 208, 195)), RED),
        ("CMYK", (0, 0, 0, 0), cmyk_profile((255, 128, 128), (136, 208, 195)), (255, 255, 255)),
        # Profiles that are of another kind of picture or none at all are left aside.
        ("RGB", (128, 128, 128), linear_grey_profile(), (128, 128, 128)),
        ("RGB", RED, linear_rgb_profile(swapped=True)[:150], RED),
        ("L", 128, b"no profile at all", (128, 128, 128)),
    ],
)
def test_colour_profiles_become_srgb(
    tmp_path: Path, mode: str, color: object, profile: bytes, seen: tuple[int, int, int]
) -> None:
    path = tmp_path / "a.tif"
    Image.new(mode, (60, 40), color).save(path, icc_profile=profile)  # type: ignore[arg-type]
    for pixels in (read_photo(path), read_photo_sized(path, 20)):
        assert np.abs(pixels.astype(int) - seen).max() <= 10


def test_lab_pictures_become_srgb(tmp_path: Path) -> None:
    color = np.array([[[200, 80, 40]]], np.uint8)
    lab = cv2.cvtColor(color.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    stored = (round(lab[0] * 2.55), round(lab[1]) + 128, round(lab[2]) + 128)
    Image.new("LAB", (8, 8), stored).save(tmp_path / "a.tif")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("LAB", (8, 8), stored).save(tmp_path / "b.tif", icc_profile=profile)
    for name in ("a.tif", "b.tif"):
        # OpenCV's Lab has the white of daylight, the profile's is a little yellower.
        assert np.abs(read_photo(tmp_path / name)[4, 4].astype(int) - color[0, 0]).max() <= 12


def ramp() -> npt.NDArray[np.uint16]:
    return np.linspace(0, 65535, 48 * 64).astype(np.uint16).reshape(48, 64)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_in_colour_are_scaled_not_clipped(tmp_path: Path, suffix: str) -> None:
    path, grey = tmp_path / f"a{suffix}", ramp()
    deep = np.dstack([grey, grey[::-1], np.full_like(grey, 65535)])
    cv2.imwrite(str(path), deep[..., ::-1])
    assert np.abs(read_photo(path).astype(float) - deep / 257).max() <= 1


def test_sixteen_bits_in_planes(tmp_path: Path) -> None:
    planes, path = np.stack([ramp(), ramp()[::-1], ramp()[:, ::-1]]), tmp_path / "a.tif"
    tags = {258: ("H", [16] * 3), 262: ("H", [2]), 277: ("H", [3]), 284: ("H", [2])}
    path.write_bytes(tiff((64, 48), [plane.tobytes() for plane in planes], tags))
    seen = read_photo(path)
    assert np.abs(seen.astype(float) - np.moveaxis(planes, 0, 2) / 257).max() <= 1


def test_grey_where_zero_is_white_and_grey_of_32_bits(tmp_path: Path) -> None:
    path, one = tmp_path / "a.tif", {277: ("H", [1])}
    bits: dict[int, tuple[str, list[int]]] = {258: ("H", [16]), 262: ("H", [0])}
    path.write_bytes(tiff((64, 48), [ramp().tobytes()], {**one, **bits}))
    assert np.abs(read_photo(path)[..., 0] - (255 - ramp() / 257)).max() <= 1
    bits = {258: ("H", [32]), 262: ("H", [1])}
    deep = (ramp().astype(np.uint32) << 16).tobytes()
    path.write_bytes(tiff((64, 48), [deep], {**one, **bits}))
    assert np.abs(read_photo(path)[..., 0] - ramp() / 257).max() <= 1


def test_light_that_is_no_number_or_endless_is_no_failure(tmp_path: Path) -> None:
    values = np.array([[0.0, 0.5, 1.0, np.nan, np.inf, -np.inf, -3.0, 0.25]], np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read_photo(tmp_path / "a.tif")[0, :, 0].tolist() == [0, 128, 255, 0, 255, 0, 0, 64]


def test_a_transparent_colour_is_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png((4, 4), 16, 2, chunk(b"tRNS", bytes(6))))
    assert read_photo(path).min() == 255
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    palette.save(path, transparency=1)
    assert read_photo(path).min() == 255
    assert read_photo_sized(path, 2).min() == 255


def test_inks_of_jpegs_are_inverted_as_photoshop_does(tmp_path: Path) -> None:
    stream, path = io.BytesIO(), tmp_path / "a.jpg"
    Image.new("CMYK", (16, 16), (179, 170, 0, 0)).save(stream, "JPEG", quality=100)
    inks = stream.getvalue()
    path.write_bytes(inks)
    assert np.abs(read_photo(path)[8, 8].astype(int) - (76, 85, 255)).max() <= 3
    # The same numbers, marked as YCCK.
    marker = inks.index(b"Adobe") + 11
    path.write_bytes(inks[:marker] + b"\2" + inks[marker + 1 :])
    seen = cv2.imread(str(path))[8, 8, ::-1].astype(int)
    assert np.abs(read_photo(path)[8, 8].astype(int) - seen).max() <= 3


def test_a_palette_and_one_bit_are_averaged_when_shrunk(tmp_path: Path) -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))
    for mode in ("1", "P", "L", "I;16"):
        picture = Image.fromarray(stripes.astype(np.uint16) * 257 if mode == "I;16" else stripes)
        path = tmp_path / "a.png"
        (picture if mode == "I;16" else picture.convert(mode)).save(path)
        small = read_photo_sized(path, 16)
        assert small.shape == (16, 16, 3)
        assert np.abs(small.astype(int) - 128).max() <= 2, mode


@pytest.mark.parametrize("size", [(1, 4000), (4001, 3), (333, 517)])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_shrunk_photo_shows_the_same_as_the_whole(
    tmp_path: Path, size: tuple[int, int], orientation: int
) -> None:
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    exif, path = Image.Exif(), tmp_path / "a.png"
    exif[274] = orientation
    pixels = np.dstack([across, down, 255 - across]).astype(np.uint8)
    Image.fromarray(pixels).save(path, exif=exif)
    whole, small = read_photo(path), read_photo_sized(path, 40)
    assert max(small.shape[:2]) == 40
    expected = cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).max() <= 8


def test_strips_fit_together_in_every_orientation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.photos.pixels._STRIP_PIXELS", 130)
    pixels = np.random.default_rng(3).integers(0, 255, (31, 26, 3), np.uint8)
    for orientation in range(1, 9):
        exif, path = Image.Exif(), tmp_path / f"{orientation}.png"
        exif[274] = orientation
        Image.fromarray(pixels).save(path, exif=exif)
        seen = read_photo(path)
        picture = Image.fromarray(pixels)
        turned = np.asarray(picture.transpose(_TURNS[orientation]) if orientation > 1 else picture)
        assert np.array_equal(seen, turned), orientation
        assert seen.flags.c_contiguous
        assert seen.flags.writeable
        assert np.array_equal(read_photo_sized(path, 31), turned)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

MEASURE = """
import resource, sys
from pathlib import Path
from segstudio.photos.reader import read_photo
read_photo(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_photo(Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("mode", ["RGB", "I;16"])
def test_a_large_photo_is_held_once_beside_what_the_decoder_holds(
    tmp_path: Path, mode: str
) -> None:
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.new(mode, (8, 8)).save(small)
    Image.new(mode, (6000, 4000)).save(large, compress_level=1)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(large)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    decoded = {"RGB": 4, "I;16": 2}[mode]
    strips = 40
    assert int(result.stdout) / 1024 < 24 * (3 + decoded) + strips
