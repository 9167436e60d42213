"""Bursts, near-duplicates and frames of a video are found; what only looks alike is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import ExifTags, Image

from segstudio.core.errors import SegStudioError
from segstudio.core.splits import Part
from segstudio.photos.bursts import Leak, find_bursts, find_leaks
from segstudio.photos.marks import PhotoMark, mark_of, read_mark

Picture = npt.NDArray[np.uint8]


def picture(seed: int) -> Picture:
    """A photo-like picture of soft shapes, uint8 (120, 160, 3)."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (160, 120), interpolation=cv2.INTER_CUBIC), np.uint8)


def mark(seed: int, taken: float | None = None, camera: str = "") -> PhotoMark:
    return mark_of(picture(seed), taken, camera)


def found(marks: dict[str, PhotoMark]) -> list[tuple[set[str], tuple[str, ...]]]:
    return [(set(burst.photos), burst.reasons) for burst in find_bursts(marks)]


def noisy(pixels: Picture, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 6, pixels.shape)
    return np.clip(pixels * 0.85 + noise + 12, 0, 255).astype(np.uint8)


def test_the_same_picture_darker_noisier_smaller_and_as_a_jpeg_is_one() -> None:
    one = picture(1)
    _, data = cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, 40])
    again = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    small = np.asarray(cv2.resize(one, (80, 60), interpolation=cv2.INTER_AREA), np.uint8)
    marks = {
        "a": mark_of(one), "b": mark_of(noisy(one, 2)), "c": mark_of(small), "d": mark_of(again),
        "e": mark(3), "f": mark(4),
    }  # fmt: skip
    assert found(marks) == [({"a", "b", "c", "d"}, ("look",))]


def test_other_pictures_are_not_one_and_flat_ones_are_like_none() -> None:
    flat = mark_of(np.full((20, 20, 3), 90, np.uint8))
    assert found({**{str(n): mark(n) for n in range(60)}, "x": flat, "y": flat}) == []


def test_a_burst_is_a_few_seconds_of_one_camera() -> None:
    times = {"a": 0.0, "b": 2.5, "c": 5.0, "d": 8.5, "e": 20.0}
    marks = {name: mark(place, at, "Kodak") for place, (name, at) in enumerate(times.items())}
    assert found(marks) == [({"a", "b", "c"}, ("time",))]
    other = {**marks, "b": replace(marks["b"], camera="Leica")}
    assert found(other) == []


def test_where_the_camera_is_not_known_the_folder_stands_for_it() -> None:
    marks = {"x/a": mark(0, 0.0), "x/b": mark(1, 1.0), "y/c": mark(2, 0.5), "d": mark(3, None)}
    assert found(marks) == [({"x/a", "x/b"}, ("time",))]


def blended(first: int, second: int, weight: float) -> PhotoMark:
    mixed = picture(first) * (1 - weight) + picture(second) * weight
    return mark_of(mixed.astype(np.uint8))


def test_frames_of_a_video_are_one_though_each_differs_from_the_last() -> None:
    """A slow change from one picture to another one: neighbours alike, the ends not."""
    steps = [blended(1, 2, weight) for weight in np.linspace(0, 1, 6)]
    frames = {f"clip_{30 * n:05d}.jpg": own for n, own in enumerate(steps)}
    assert found({"clip_00000.jpg": steps[0], "clip_00150.jpg": steps[-1]}) == []
    ((names, reasons),) = found({**frames, "other.jpg": mark(7)})
    assert names == set(frames)
    assert "sequence" in reasons
    # Half as alike as neighbours must be: only an even step of numbers tells of frames.
    half = [blended(1, 2, 0), blended(1, 2, 0.45), blended(1, 2, 0.9)]
    assert found({f"v{n * 30:04d}": own for n, own in enumerate(half)}) != []
    assert found({f"v{n:04d}": own for n, own in zip((1, 9, 60), half, strict=True)}) == []


def test_the_last_number_in_a_name_counts() -> None:
    half = [blended(1, 2, 0), blended(1, 2, 0.45), blended(1, 2, 0.9)]
    named = ("day12_0030.jpg", "day12_0060.jpg", "day12_0090.jpg")
    assert found(dict(zip(named, half, strict=True))) != []
    others = ("day12_0030.jpg", "day14_0060.jpg", "day16_0090.jpg")
    assert found(dict(zip(others, half, strict=True))) == []


def test_groups_with_a_photo_in_common_are_one() -> None:
    marks = {
        "a": mark(1, 0.0, "k"), "b": mark(2, 1.0, "k"), "c": mark_of(noisy(picture(2), 5)),
        "d": mark(3),
    }  # fmt: skip
    assert found(marks) == [({"a", "b", "c"}, ("look", "time"))]


def brute_force(marks: dict[str, PhotoMark]) -> set[frozenset[str]]:
    """Pairs that look alike, by plain loops over bits and pixels."""
    pairs = set()
    for one in marks:
        for other in marks:
            a, b = marks[one], marks[other]
            differ = sum((x ^ y).bit_count() for x, y in zip(a.bits, b.bits, strict=True))
            like = np.corrcoef(list(a.tiny), list(b.tiny))[0, 1]
            if one != other and differ <= 24 and like >= 0.85:
                pairs.add(frozenset((one, other)))
    return pairs


def components(pairs: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups.append(set(pair).union(*touched))
    return {frozenset(group) for group in groups}


def test_all_pairs_are_compared_as_plain_loops_do() -> None:
    marks = {f"{s}-{w}": blended(s, s + 1, w / 10) for s in range(0, 24, 2) for w in range(0, 11)}
    pairs = brute_force(marks)
    assert len(pairs) > 20
    assert {frozenset(burst.photos) for burst in find_bursts(marks)} == components(pairs)


def test_leaks_name_the_photo_kept_aside_and_the_nearest_that_trains() -> None:
    one = picture(1)
    marks = {
        "a": mark_of(one), "b": mark_of(noisy(one, 9)), "c": mark_of(one), "d": mark(2, 5.0),
        "e": mark(3, 6.0), "f": mark(4), "out": mark_of(one),
    }  # fmt: skip
    parts: dict[str, Part] = {
        "a": "train", "b": "train", "c": "val", "d": "test", "e": "train", "f": "val",
    }  # fmt: skip
    assert find_leaks(marks, parts) == (
        Leak("c", "val", "a", "look"),
        Leak("d", "test", "e", "time"),
    )
    assert find_leaks(marks, dict.fromkeys(marks, "train")) == ()
    assert find_leaks({}, {}) == ()


def test_leaks_are_those_of_plain_loops() -> None:
    marks = {f"{s}-{w}": blended(s, s + 1, w / 10) for s in range(0, 12, 2) for w in range(0, 11)}
    parts: dict[str, Part] = {name: ("val" if i % 3 else "train") for i, name in enumerate(marks)}
    crossing = {pair for pair in brute_force(marks) if {parts[n] for n in pair} == {"train", "val"}}
    wanted = {name for pair in crossing for name in pair if parts[name] == "val"}
    leaks = find_leaks(marks, parts)
    assert {leak.photo for leak in leaks} == wanted
    assert all(frozenset((leak.photo, leak.partner)) in crossing for leak in leaks)


def test_capture_time_and_camera_are_read_from_the_file(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Kodak", "Brownie"
    more = exif.get_ifd(ExifTags.IFD.Exif)
    more[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    more[ExifTags.Base.SubsecTimeOriginal] = "25"
    more[ExifTags.Base.BodySerialNumber] = "77"
    image = Image.fromarray(picture(1))
    image.save(tmp_path / "a.jpg", exif=exif)
    image.save(tmp_path / "b.jpg")
    more[ExifTags.Base.DateTimeOriginal] = "0000:00:00 00:00:00"
    image.save(tmp_path / "c.jpg", exif=exif)
    one, other, undated = (read_mark(tmp_path / name) for name in ("a.jpg", "b.jpg", "c.jpg"))
    assert one.taken is not None
    assert one.taken % 3600 == 8 * 60 + 9.25
    assert one.camera == "Kodak Brownie 77"
    assert (other.taken, other.camera, undated.taken) == (None, "", None)
    assert (other.bits, len(other.tiny), len(other.bits)) == (one.bits, 256, 16)


def test_a_photo_that_cannot_be_decoded_has_no_mark(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    with pytest.raises(SegStudioError, match="no photo"):
        read_mark(tmp_path / "a.jpg")


def test_frames_of_street_scenes_are_kept_together_and_drives_apart(shared_data: Path) -> None:
    """CamVid: a frame per second of four drives; a drive is the beginning of the file's name."""
    paths = sorted((shared_data / "camvid" / "train" / "Images").glob("*.jpg"))[::2]
    marks = {path.name: read_mark(path) for path in paths}
    bursts = find_bursts(marks)
    assert all(len({name.split("_")[0] for name in burst.photos}) == 1 for burst in bursts)
    assert sum(len(burst.photos) for burst in bursts) > 0.9 * len(marks)
    split: dict[str, Part] = {n: ("train" if i % 5 else "val") for i, n in enumerate(marks)}
    kept_aside = sum(part == "val" for part in split.values())
    assert len(find_leaks(marks, split)) > 0.8 * kept_aside


def test_photos_of_other_moments_are_not_taken_for_a_burst(shared_data: Path) -> None:
    paths = [*(shared_data / "skydiving").glob("*/Images/*")]
    assert len(paths) == 12
    assert find_bursts({path.name: read_mark(path) for path in paths}) == ()
