from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.photos.cache import thumbnail


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
