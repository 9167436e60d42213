from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.errors import SegStudioError
from segstudio.photos.names import DistinctNames, label_name, safe_name, stem
from segstudio.photos.reader import PHOTO_SUFFIXES, is_photo


@pytest.mark.parametrize("name", ["a.jpg", "x/y z/ä [1].v2.JPG", "картинка.png", "trailing. .jpg"])
def test_ordinary_names_stay(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "/", "../a.jpg", "x/../../a.jpg", "/a.jpg", "C:/a.jpg",
                                  ".", "./ /", "/".join(["d" * 100] * 30)])  # fmt: skip
def test_names_that_leave_the_target_are_refused(name: str) -> None:
    with pytest.raises(SegStudioError):
        safe_name(name)


@given(st.text(max_size=300))
def test_any_other_name_becomes_a_safe_one(name: str) -> None:
    try:
        safe = safe_name(name)
    except SegStudioError:
        return
    for part in PurePosixPath(label_name(safe)).parts:
        assert part not in ("", ".", "..", "/")
        assert len(part.encode()) <= 255
        assert not set(part) & set('<>:"|?*\\\0\n\r\t')
        assert part[-1] not in " ."
        assert part.split(".")[0].lower() not in ("con", "nul", "com1")


def test_the_label_image_replaces_the_extension() -> None:
    assert label_name("x/a.v2.JPG") == "x/a.v2.png"
    assert label_name("frame_000001") == "frame_000001.png"


def test_whatever_is_found_as_a_photo_loses_its_suffix() -> None:
    for suffix in PHOTO_SUFFIXES:
        assert is_photo(f"a.b{suffix.upper()}")
        assert stem(f"a.b{suffix.upper()}") == "a.b"
    assert stem("IMG_1.raw") == "IMG_1.raw"


def test_two_label_images_never_fall_on_one_path() -> None:
    names = DistinctNames(taken=["z.jpg"])
    chosen = [names.choose(name) for name in ("a.jpg", "a.png", "A.JPG", "a.png", "z.tif")]
    assert chosen[:2] == ["a.jpg", "a-png.png"]
    assert chosen[4] == "z-tif.tif"
    assert len({label_name(name).casefold() for name in chosen}) == 5
