from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from segstudio.core.errors import SegStudioError
from segstudio.photos.reader import check_photo, photo_size, read_photo, read_photo_sized

from .making import chunk, png


def noise(width: int = 64, height: int = 48) -> Image.Image:
    rng = np.random.default_rng(2)
    return Image.fromarray(rng.integers(0, 255, (height, width, 3), np.uint8))


def encoded(kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    noise().save(stream, kind, **options)
    return stream.getvalue()


def refused(data: bytes, path: Path) -> str:
    """Return what is said about a file that every way of reading must refuse."""
    path.write_bytes(data)
    with pytest.raises(SegStudioError, match=path.name) as caught:
        check_photo(io.BytesIO(data), path.name)
    for read in (read_photo, lambda photo: read_photo_sized(photo, 32)):
        with pytest.raises(SegStudioError, match=path.name):
            read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "kind", ["JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000"]
)
def test_content_decides_not_the_suffix(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(kind))
    assert photo_size(path).width == 64
    assert read_photo(path).shape == (48, 64, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text" * 100,
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF",
        b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3) + bytes(62),
    ],
    ids=["empty", "text", "svg", "pdf", "eps", "psd"],
)
def test_what_is_no_photo_is_said_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    assert "no image that SegStudio knows" in refused(data, tmp_path / "a.jpg")


def test_sizes_that_only_fill_the_memory_are_refused_before_decoding(tmp_path: Path) -> None:
    assert "250 megapixels" in refused(png((20000, 20000), 1, 0), tmp_path / "large.png")
    blank = "15000 x 15000 pixels, but the file has only"
    assert blank in refused(png((15000, 15000), 1, 0), tmp_path / "blank.png")
    jpeg = encoded("JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    lie = jpeg[:at] + struct.pack(">HH", 15000, 15000) + jpeg[at + 4 :]
    assert blank in refused(lie, tmp_path / "lie.jpg")
    no_size = jpeg[:at] + bytes(4) + jpeg[at + 4 :]
    refused(no_size, tmp_path / "none.jpg")
    gif = encoded("GIF")
    refused(gif[:6] + struct.pack("<HH", 15500, 15500) + gif[10:], tmp_path / "lie.gif")


@pytest.mark.parametrize(
    "head", [b"iCCPx\0\0", b"zTXtx\0\0", b"iTXtXML:com.adobe.xmp\0\1\0\0\0"], ids=lambda h: h[:4]
)
def test_text_and_profiles_that_unfold_to_fill_the_memory_are_refused(
    tmp_path: Path, head: bytes
) -> None:
    bomb = chunk(head[:4], head[4:] + zlib.compress(bytes(20_000_000), 9))
    message = refused(png((8, 8), 8, 2, bomb), tmp_path / "a.png")
    assert "larger than any photo's" in message


def test_damaged_exif_leaves_the_photo_as_it_is_stored(tmp_path: Path) -> None:
    jpeg, path = encoded("JPEG"), tmp_path / "a.jpg"
    entry = struct.pack("<HHII", 0x112, 3, 1, 6)
    for exif, turned in (
        (struct.pack("<H", 65535) + entry * 5000, True),
        (struct.pack("<H", 1) + struct.pack("<HHII", 0x112, 3, 1, 9), False),
        (struct.pack("<H", 1) + struct.pack("<HHII", 0x112, 2, 1, 6), False),
        (struct.pack("<H", 2) + struct.pack("<HHII", 0x8769, 4, 1, 8), False),
        (b"", False),
    ):
        data = b"Exif\0\0II*\0\x08\0\0\0" + exif
        path.write_bytes(
            jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + jpeg[2:]
        )
        size = photo_size(path)
        assert (size.width, size.height) == ((48, 64) if turned else (64, 48))
        assert read_photo(path).shape == (size.height, size.width, 3)


def test_exif_behind_the_pixels_of_a_png_counts(tmp_path: Path) -> None:
    exif, path = Image.Exif(), tmp_path / "a.png"
    exif[274] = 6
    data = encoded("PNG")
    end = data.index(b"IEND") - 4
    path.write_bytes(data[:end] + chunk(b"eXIf", exif.tobytes()[6:]) + data[end:])
    assert photo_size(path).orientation == 6
    assert read_photo(path).shape == (64, 48, 3)
    cut = data[: end - 900] + data[end - 800 : end]
    path.write_bytes(cut + chunk(b"eXIf", exif.tobytes()[6:]) + data[end:])
    with pytest.raises(SegStudioError, match=r"a\.png"):
        read_photo(path)


def test_looking_at_the_size_of_a_png_decodes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(image: Image.Image) -> None:
        pytest.fail("decoded")

    path = tmp_path / "a.png"
    noise().save(path)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    assert photo_size(path).width == 64


def test_only_the_first_of_several_pictures_counts(tmp_path: Path) -> None:
    first, other = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    for kind in ("GIF", "WEBP", "TIFF", "MPO", "PNG", "AVIF"):
        path = tmp_path / f"{kind}.jpg"
        first.save(path, kind, save_all=True, append_images=[other])
        pixels = read_photo(path)
        assert pixels.shape == (16, 16, 3)
        assert pixels[8, 8, 0] > 200, kind
        with path.open("rb") as stream:
            assert check_photo(stream, path.name).width == 16


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "tiff_lzw"},
        {"compression": "tiff_adobe_deflate", "strip_size": 64 * 3 * 5},
        {"compression": "packbits"},
        {"big_tiff": True},
    ],
)
def test_tiffs_of_every_making(tmp_path: Path, options: dict[str, object]) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(encoded("TIFF", **options))
    assert np.array_equal(read_photo(path), np.asarray(noise()))
    assert not TiffImagePlugin.READ_LIBTIFF


def test_a_tiff_with_jpeg_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (64, 48), (200, 100, 50)).save(path, compression="jpeg", quality=95)
    assert np.abs(read_photo(path).astype(int) - (200, 100, 50)).max() <= 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000"])
def test_cut_files_of_every_kind_are_refused(tmp_path: Path, kind: str) -> None:
    whole = encoded(kind)
    for length in (len(whole) // 10, len(whole) // 2, len(whole) - 40):
        refused(whole[:length], tmp_path / "cut.jpg")


def test_photos_that_vanish_or_may_not_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise().save(path)
    photo_size(path)
    path.unlink()
    with pytest.raises(SegStudioError, match=r"no photo .*a\.jpg"):
        read_photo(path)
    path.mkdir()
    with pytest.raises(SegStudioError, match=r"a\.jpg cannot be opened"):
        read_photo(path)
