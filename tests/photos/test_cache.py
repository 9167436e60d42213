from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.photos.cache import thumbnail
from segstudio.photos.reader import read_photo_sized


def test_a_thumbnail_is_kept_and_renewed_when_the_photo_changes(tmp_path: Path) -> None:
    photo, cache = tmp_path / "a.png", tmp_path / "cache"
    Image.new("RGB", (80, 40), (200, 0, 0)).save(photo)
    first = thumbnail(photo, 20, cache)
    assert first.shape == (10, 20, 3)
    kept = list(cache.rglob("*.jpg"))
    assert len(kept) == 1
    Image.new("RGB", (20, 10), (0, 0, 200)).save(kept[0])
    assert thumbnail(photo, 20, cache)[5, 5, 2] > 150

    Image.new("RGB", (80, 40), (0, 200, 0)).save(photo)
    os.utime(photo, ns=(1, 1))
    assert thumbnail(photo, 20, cache)[5, 5, 1] > 150


def test_a_damaged_thumbnail_is_made_anew(tmp_path: Path) -> None:
    photo, cache = tmp_path / "a.png", tmp_path / "cache"
    Image.new("RGB", (80, 40), (200, 0, 0)).save(photo)
    thumbnail(photo, 20, cache)
    next(cache.rglob("*.jpg")).write_bytes(b"damaged")
    assert np.abs(thumbnail(photo, 20, cache)[5, 5].astype(int) - (200, 0, 0)).max() < 10


def test_a_photo_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match=r"absent\.jpg"):
        thumbnail(tmp_path / "absent.jpg", 20, tmp_path / "cache")


def test_a_cache_stays_within_its_room_and_keeps_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.photos.cache._MOST_BYTES", 20_000)
    cache, photo = tmp_path / "cache", tmp_path / "a.png"
    (cache / "zz").mkdir(parents=True)
    foreign = cache / "zz" / "notes.txt"
    foreign.write_text("not ours")
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(photo)
    sizes = range(20, 60)
    for number, longest in enumerate(sizes):
        thumbnail(photo, longest, cache)
        # So that all clocks tell which is older.
        newest = max(cache.rglob("*.jpg"), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, ns=(number * 10**9, number * 10**9))
        total = sum(path.stat().st_size for path in cache.rglob("*.jpg"))
        assert total <= 20_000 + 2_000 + 5_000
    kept = sorted(path.stat().st_mtime_ns // 10**9 for path in cache.rglob("*.jpg"))
    assert 0 < len(kept) < len(sizes)
    assert kept == list(range(len(sizes)))[-len(kept) :]
    assert foreign.is_file()


def test_several_threads_may_fill_and_empty_one_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.photos.cache._MOST_BYTES", 8_000)
    photos = []
    for number in range(12):
        photo = tmp_path / f"{number}.png"
        Image.new("RGB", (90, 60), (20 * number, 100, 0)).save(photo)
        photos.append(photo)

    def look(number: int) -> bool:
        pixels = thumbnail(photos[number % 12], 30 + number % 5, tmp_path / "cache")
        return abs(int(pixels[9, 9, 0]) - 20 * (number % 12)) < 8

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(400)))
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    photo, blocked = tmp_path / "a.png", tmp_path / "file"
    Image.new("RGB", (80, 40), (200, 0, 0)).save(photo)
    blocked.write_text("a file where the folder should be")
    assert thumbnail(photo, 20, blocked).shape == (10, 20, 3)


def test_a_photo_that_changes_or_vanishes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, cache = tmp_path / "a.png", tmp_path / "cache"
    Image.new("RGB", (80, 40), (200, 0, 0)).save(photo)

    def replaced(path: Path, longest: int) -> object:
        Image.new("RGB", (60, 60), (0, 0, 200)).save(path)
        return read_photo_sized(path, longest)

    monkeypatch.setattr("segstudio.photos.cache.read_photo_sized", replaced)
    assert thumbnail(photo, 20, cache).shape == (20, 20, 3)
    monkeypatch.undo()
    # What is kept for the earlier state of the file is never shown for another one.
    Image.new("RGB", (90, 30), (0, 200, 0)).save(photo)
    assert thumbnail(photo, 30, cache).shape == (10, 30, 3)

    def deleted(path: Path, longest: int) -> object:
        path.unlink()
        return read_photo_sized(path, longest)

    monkeypatch.setattr("segstudio.photos.cache.read_photo_sized", deleted)
    with pytest.raises(SegStudioError, match=r"no photo .*a\.png"):
        thumbnail(photo, 25, cache)
