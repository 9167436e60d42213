"""Decoding masks without changing a value."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.formats import mask_pictures
from segstudio.formats.mask_pictures import MaskPicture, read_mask_picture


def read(image: Image.Image, kind: str = "PNG", **rest: object) -> MaskPicture:
    stream = io.BytesIO()
    image.save(stream, kind, **rest)
    return read_mask_picture(stream.getvalue(), "mask.png")


def png(width: int, height: int, bits: int, color_type: int, rows: bytes = b"") -> bytes:
    """Write a PNG by hand, as Pillow writes no such ones."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_indices_stay_what_is_stored() -> None:
    image = Image.new("P", (4, 2))
    image.putpalette([0, 0, 0, 0, 0, 0, 200, 10, 20])
    image.putdata([0, 1, 2, 2, 1, 1, 0, 0])
    mask = read(image)
    assert mask.values.tolist() == [[0, 1, 2, 2], [1, 1, 0, 0]]
    assert mask.values.dtype == np.uint8
    assert mask.palette is not None
    assert mask.palette[2].tolist() == [200, 10, 20]
    assert (mask.mode, mask.kind, mask.size) == ("P", "PNG", (4, 2))


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (np.array([[False, True]]), "1"),
        (np.array([[0, 200]], np.uint8), "L"),
        (np.array([[300, 65535]], np.uint16), "I;16"),
        (np.array([[[0, 0], [7, 255]]], np.uint8), "LA"),
        (np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8), "RGB"),
        (np.array([[[0, 0, 0, 0], [255, 203, 0, 153]]], np.uint8), "RGBA"),
    ],
)
def test_every_kind_of_pixel_survives(values: npt.NDArray[np.uint8], mode: str) -> None:
    mask = read(Image.fromarray(values))
    assert mask.values.tolist() == values.astype(int).tolist()
    assert mask.values.dtype == (np.uint16 if mode == "I;16" else np.uint8)
    assert (mask.mode, mask.palette) == (mode, None)


@pytest.mark.parametrize(("bits", "row"), [(2, b"\0\x1b"), (4, b"\0\x01\x23")])
def test_grey_of_few_bits_is_not_spread(bits: int, row: bytes) -> None:
    mask = read_mask_picture(png(4, 1, bits, 0, row), "mask.png")
    assert mask.values.tolist() == [[0, 1, 2, 3]]


def test_what_a_file_is_called_does_not_matter() -> None:
    assert read(Image.new("RGB", (8, 8)), "JPEG").kind == "JPEG"
    assert read(Image.fromarray(np.full((2, 2), 4464, np.uint16)), "TIFF").values[0, 0] == 4464


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no picture", "cannot be read as a mask"),
        (png(20_000, 20_000, 1, 0), "20000 x 20000"),
        (png(70_000, 70_000, 8, 0), "mask.png"),
        (png(4, 4, 8, 0, b"\0\1"), "cannot be read as a mask"),
        (png(1, 1, 16, 2, b"\0" * 7), "no whole numbers"),
    ],
)
def test_what_is_no_mask_is_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(SegStudioError, match=words) as caught:
        read_mask_picture(data, "mask.png")
    assert "mask.png" in caught.value.what


@pytest.mark.parametrize(("width", "bits", "color_type"), [(15_000, 8, 6), (900_000, 1, 0)])
def test_a_png_that_claims_more_than_it_can_hold_is_not_decoded(
    width: int, bits: int, color_type: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[object] = []
    monkeypatch.setattr(mask_pictures, "_decoded", lambda *args: decoded.append(args))
    with pytest.raises(SegStudioError, match="pixels cannot be in 1"):
        read_mask_picture(png(width, 100, bits, color_type, bytes(100_000)), "mask.png")
    assert not decoded


def test_a_large_blank_mask_is_one_all_the_same() -> None:
    assert read(Image.new("1", (4000, 3000))).size == (4000, 3000)


def test_values_beyond_16_bits_are_refused() -> None:
    image = Image.fromarray(np.array([[0, 70_000]], np.int32))
    with pytest.raises(SegStudioError, match="no whole numbers"):
        read(image, "TIFF")
    with pytest.raises(SegStudioError, match="no whole numbers"):
        read(Image.fromarray(np.zeros((2, 2), np.float32)), "TIFF")
