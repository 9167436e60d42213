"""Stored maps are found again, made anew when damaged, and removed when the disk is short."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from learning.bank.conftest import Heard
from segstudio.core.errors import SegStudioError
from segstudio.learning.bank import store as store_module
from segstudio.learning.bank.store import FeatureStore, digest, key_of


def test_a_map_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> np.ndarray:
        made.append(1)
        return np.full((3, 2, 4), 1.5, np.float16)

    first, second = (FeatureStore(tmp_path, Heard()) for _ in range(2))
    assert np.array_equal(first.get("a", make), second.get("a", make))
    assert len(made) == 1


@pytest.mark.parametrize("keep", [0, 40, 130])
def test_a_damaged_file_is_made_anew(tmp_path: Path, keep: int) -> None:
    store = FeatureStore(tmp_path, Heard())
    value = np.arange(24, dtype=np.float16).reshape(3, 2, 4)
    store.get("a", lambda: value)
    path = next(tmp_path.glob("*.npy"))
    path.write_bytes(path.read_bytes()[:keep])
    assert np.array_equal(store.get("a", lambda: value), value)
    assert np.array_equal(FeatureStore(tmp_path, Heard()).find("a"), value)


def test_the_longest_unused_make_room(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, Heard())
    for number, key in enumerate("abcd"):
        store.get(key, lambda: np.zeros((10, 10, 5), np.float16))
        os.utime(tmp_path / f"{key}.npy", (number, number))
    size = (tmp_path / "a.npy").stat().st_size
    FeatureStore(tmp_path, Heard()).find("a")
    removed = store.make_room(2 * size, keep=["b"])
    assert removed == size
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "b", "d"]


def test_a_full_disk_costs_no_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise SegStudioError("The disk is full.")

    monkeypatch.setattr(store_module, "write_atomic_with", full)
    heard = Heard()
    store = FeatureStore(tmp_path, heard)
    for key in "ab":
        value = np.full((1, 1, 2), ord(key), np.float16)
        assert np.array_equal(store.get(key, lambda value=value: value), value)
    again = store.get("a", lambda: pytest.fail("it was made twice"))
    assert np.array_equal(again, np.full((1, 1, 2), ord("a"), np.float16))
    assert heard.texts() == "Stored features stay in memory for this run: The disk is full."


def test_keys_tell_apart_what_differs() -> None:
    zeros = np.zeros(4, np.float32)
    names = [
        digest({"a": zeros}),
        digest({"b": zeros}),
        digest({"a": zeros.reshape(2, 2)}),
        digest({"a": zeros.astype(np.float16)}),
        digest({"a": zeros + 1}),
    ]
    assert len(set(names)) == len(names)
    assert key_of(a=1, b=2) == key_of(b=2, a=1) != key_of(a=2, b=1)
