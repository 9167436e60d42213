"""Makes what no library here writes: colour profiles, RAW photos, PNGs chunk by chunk."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

# TIFF tags: the type as struct names it (s: bytes, R: signed fraction) and the values.
Tags = Mapping[int, tuple[str, bytes | Sequence[int]]]

# Primaries of sRGB in the profile connection space, and its white.
_RED, _GREEN, _BLUE = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
_WHITE = (0.9642, 1.0, 0.8249)


def linear_rgb_profile(swapped: bool = False) -> bytes:
    """A profile with the primaries of sRGB and gamma 1; `swapped` exchanges red and blue."""
    first, last = (_BLUE, _RED) if swapped else (_RED, _BLUE)
    curve = _curve(1.0)
    tags = {
        b"wtpt": _xyz(_WHITE),
        **{b"rXYZ": _xyz(first), b"gXYZ": _xyz(_GREEN), b"bXYZ": _xyz(last)},
        **{b"rTRC": curve, b"gTRC": curve, b"bTRC": curve},
    }
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def linear_grey_profile() -> bytes:
    """A grey profile with gamma 1."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(_WHITE), b"kTRC": _curve(1.0)})


def cmyk_profile(paper: Sequence[int], inks: Sequence[int]) -> bytes:
    """A CMYK profile: no ink is `paper`, black is black, any other ink `inks`, in 8-bit Lab."""
    straight, black = bytes(range(256)), bytes((0, 128, 128))
    nodes = bytes(paper) + black + (bytes(inks) + black) * 7
    head = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0))
    matrix = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table = head + matrix + straight * 4 + nodes + straight * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(_WHITE), b"A2B0": table})


def png(size: tuple[int, int], depth: int, colour: int, chunks: bytes = b"") -> bytes:
    """A PNG whose samples are all 0, with `chunks` between header and pixels."""
    width, height = size
    row = (width * depth * {0: 1, 2: 3}[colour] + 7) // 8 + 1
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(row)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunks, chunk(b"IDAT", data), chunk(b"IEND"))
    )


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def tiff(size: tuple[int, int], strips: Sequence[bytes], tags: Tags) -> bytes:
    """An uncompressed TIFF; `tags` say what its strips hold."""
    width, height = size
    places = [8 + sum(map(len, strips[:index])) for index in range(len(strips))]
    start = 8 + sum(map(len, strips))
    layout: Tags = {
        256: ("I", [width]), 257: ("I", [height]), 259: ("H", [1]), 273: ("I", places),
        278: ("I", [height]), 279: ("I", [len(strip) for strip in strips]),
    }  # fmt: skip
    return (
        b"II*\0"
        + struct.pack("<I", start)
        + b"".join(strips)
        + _directory({**layout, **tags}, start)
    )


def dng(
    preview: bytes, size: tuple[int, int], sensor: npt.NDArray[np.uint16], orientation: int
) -> bytes:
    """A RAW photo as cameras write it: a JPEG preview, below it the sensor's values (RGGB)."""
    height, width = sensor.shape
    preview += b"\0" * (len(preview) % 2)
    sensor_at = 8 + len(preview)
    first_at = sensor_at + sensor.nbytes

    def first(second_at: int) -> bytes:
        return _directory(
            {
                254: ("I", [1]), 256: ("I", [size[0]]), 257: ("I", [size[1]]),
                258: ("H", [8, 8, 8]), 259: ("H", [7]), 262: ("H", [6]),
                271: ("s", b"Test\0"), 272: ("s", b"Camera\0"), 273: ("I", [8]),
                274: ("H", [orientation]), 277: ("H", [3]), 278: ("I", [size[1]]),
                279: ("I", [len(preview)]), 330: ("I", [second_at]),
                50706: ("B", [1, 4, 0, 0]), 50708: ("s", b"Test Camera\0"),
                50721: ("R", [1, 0, 0, 0, 1, 0, 0, 0, 1]), 50728: ("R", [1, 1, 1]),
                50778: ("H", [21]),
            },
            first_at,
        )  # fmt: skip

    second_at = first_at + len(first(0))
    second = _directory(
        {
            254: ("I", [0]), 256: ("I", [width]), 257: ("I", [height]), 258: ("H", [16]),
            259: ("H", [1]), 262: ("H", [32803]), 273: ("I", [sensor_at]), 277: ("H", [1]),
            278: ("I", [height]), 279: ("I", [sensor.nbytes]), 33421: ("H", [2, 2]),
            33422: ("B", [0, 1, 1, 2]), 50714: ("H", [0]), 50717: ("I", [65535]),
        },
        second_at,
    )  # fmt: skip
    head = b"II*\0" + struct.pack("<I", first_at)
    return head + preview + sensor.astype("<u2").tobytes() + first(second_at) + second


_TYPES = {"B": 1, "s": 2, "H": 3, "I": 4, "R": 10}


def _directory(tags: Tags, place: int) -> bytes:
    """A TIFF directory that begins at `place`, with its long values behind it."""
    entries, long_values = b"", b""
    behind = place + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        if kind == "R":
            data = b"".join(struct.pack("<ii", value, 1) for value in values)
        else:
            data = bytes(values) if kind in "Bs" else struct.pack(f"<{len(values)}{kind}", *values)
        field = data.ljust(4, b"\0")
        if len(data) > 4:
            field = struct.pack("<I", behind + len(long_values))
            long_values += data + b"\0" * (len(data) % 2)
        entries += struct.pack("<HHI", tag, _TYPES[kind], len(values)) + field
    return struct.pack("<H", len(tags)) + entries + b"\0" * 4 + long_values


def _profile(kind: bytes, space: bytes, connection: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """An ICC profile, version 2."""
    place = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", place + len(body), len(data))
        body += padded
    size = place + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0" * 4, 0x02400000, kind, space, connection)
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(_fixed(value) for value in _WHITE)
    return head.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
