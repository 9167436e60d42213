from __future__ import annotations

import random
from pathlib import Path

import pytest

from segstudio.core.annotation import Annotation
from segstudio.formats import pairing
from segstudio.formats.pairing import Ambiguous, Found, PhotoIndex, Wanted
from segstudio.formats.photo_pool import Photo, display_names, photos_beside, photos_in
from segstudio.formats.source import FolderSource


def find(
    photos: list[str], name: str, file: str = "annotations.xml", one_photo: bool = False
) -> tuple[str, ...]:
    """Return the member found and how, or the members that it could be."""
    source = FolderSource(Path(__file__).parent, "x")
    index = PhotoIndex([Photo(source, member, Path(member)) for member in photos])
    match index.find(Wanted(Annotation(name, 1, 1, (), file), file, one_photo)):
        case Found(photo, _, how, _):
            return (photo.member, how)
        case Ambiguous(found):
            return ("?", *sorted(photo.member for photo in found))
    return ()


@pytest.mark.parametrize(
    ("photos", "name", "expected", "how"),
    [
        (["images/a.jpg", "a.jpg"], "a.jpg", "a.jpg", "by path"),
        (["images/Train/a.jpg", "images/Test/a.jpg"], "Test/a.jpg", "images/Test/a.jpg", "path"),
        (["x/y/a.jpg", "x/z/a.jpg"], "q/z/a.jpg", "x/z/a.jpg", "by file name"),
        (["x/A.JPG"], "a.jpg", "x/A.JPG", "upper or lower case"),
        (["x/a.png"], "a.jpg", "x/a.png", "without its extension"),
        (["f/frame_000001.PNG"], "frame_000001", "f/frame_000001.PNG", "without its extension"),
        (["images/one [1].v2.jpg"], "one [1].v2.jpg", "images/one [1].v2.jpg", "by path"),
        (["e\u0301.jpg"], "\u00e9.jpg", "e\u0301.jpg", "by"),
        (["a.jpg"], "C:\\data\\a.jpg", "a.jpg", "by file name"),
    ],
)
def test_a_photo_is_found_by_name(photos: list[str], name: str, expected: str, how: str) -> None:
    found = find(photos, name)
    assert found[0] == expected
    assert how in found[1]


def test_two_equally_good_photos_are_not_guessed() -> None:
    assert find(["x/a.jpg", "y/a.jpg"], "a.jpg") == ("?", "x/a.jpg", "y/a.jpg")
    assert find(["a.png", "a.tif"], "a.jpg") == ("?", "a.png", "a.tif")
    assert find(["b.jpg"], "a.jpg") == ()


def test_photos_without_a_subset_are_in_the_folder_that_exports_put_them_in() -> None:
    photos = ["images/Train/a.jpg", "images/default/a.jpg", "images/default/frame_000000.PNG"]
    assert find(photos, "a.jpg")[0] == photos[1]
    assert find([*photos, "images/Train/frame_000000.PNG"], "frame_000000")[0] == photos[2]
    assert find(photos, "a.jpg", "a.xml", True)[0] == "?"


def test_the_nearer_of_two_folders_wins() -> None:
    photos = ["train/Images/1.jpg", "val/Images/1.jpg"]
    assert find(photos, "1.jpg", "val/Annotations/1.xml", True)[0] == "val/Images/1.jpg"
    mirrored = ["Images/s1/1.jpg", "Images/s2/1.jpg"]
    assert find(mirrored, "1.jpg", "Annotations/s2/1.xml", True)[0] == "Images/s2/1.jpg"


@pytest.mark.parametrize("seed", range(5))
def test_of_very_many_photos_of_one_name_the_same_is_found_as_of_few(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed)
    folders = ["a", "B", "b", "images", "masks", "x"]
    paths = {"/".join(draw.choices(folders, k=draw.randint(0, 3))) for _ in range(60)}
    photos = [f"{path}/f.png".lstrip("/") for path in sorted(paths)]
    for _ in range(40):
        name, file = ("/".join(draw.choices(folders, k=draw.randint(0, 3))) for _ in range(2))
        results = []
        for few in (len(photos), 0):
            monkeypatch.setattr(pairing, "_FEW", few)
            results.append(find(photos, f"{name}/f", f"{file}/f.xml"))
        assert results[0] == results[1], (name, file)


def test_the_annotation_files_name_is_the_last_resort() -> None:
    found = find(["Images/000009.jpg"], "000000925.jpg", "Annotations/000009.xml", True)
    assert found[0] == "Images/000009.jpg"
    assert "000000925.jpg" in found[1]
    assert find(["a.jpg"], "other.jpg", "a.jpg.xml", True)[0] == "a.jpg"
    assert find(["a.jpg"], "other.jpg", "a.xml", False) == ()


def test_what_a_server_takes_out_of_names_does_not_matter() -> None:
    photos = ["Images/my photo (1).jpg", "Images/other.jpg"]
    assert find(photos, "renamed.jpg", "Annotations/myphoto1.xml", True)[0] == photos[0]
    assert find(["Images/фото.jpg"], "renamed.jpg", "Annotations/.xml", True) == ()


def test_frames_are_found_by_their_number() -> None:
    photos = ["000000.jpg", "000010.jpg", "frame_20.png"]
    assert find(photos, "frame_000010") == ("000010.jpg", "by its number as a frame of a video")
    assert find(photos, "frame_000020")[0] == "frame_20.png"
    assert find(photos, "10") == ()
    counted_from_1 = ["000001.jpg", "000002.jpg"]
    assert find(counted_from_1, "frame_000001") == ()


def test_label_images_are_not_taken_for_photos(tmp_path: Path) -> None:
    for name in ("Images/a.jpg", "Labels/a.png", "Masks/s/a_mask_0.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    photos, problems = photos_in(FolderSource(tmp_path), frozenset())
    assert [photo.member for photo in photos] == ["Images/a.jpg"]
    assert {problem.path for problem in problems} == {"Labels", "Masks"}


def test_a_single_file_looks_beside_itself_and_not_everywhere(tmp_path: Path) -> None:
    names = ("set/a.xml", "set/a.jpg", "set/images/b.jpg", "set/seq/c.jpg", "set/other/d.jpg",
             "Images/e.jpg", "elsewhere/f.jpg")  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    photos = photos_beside(FolderSource(tmp_path / "set", "a.xml"), ["seq/c.jpg"])
    assert {photo.member for photo in photos} == {
        "a.jpg", "images/b.jpg", "seq/c.jpg", "Images/e.jpg",
    }  # fmt: skip


def test_a_folder_of_images_around_all_is_no_part_of_the_name() -> None:
    source = FolderSource(Path(__file__).parent, "x")
    photos = [Photo(source, name, None) for name in ("images/Train/a.jpg", "images/b.jpg")]
    assert list(display_names({p: p.member for p in photos}).values()) == ["Train/a.jpg", "b.jpg"]
    photos.append(Photo(source, "c.jpg", None))
    assert next(iter(display_names({p: p.member for p in photos}).values())) == "images/Train/a.jpg"
    packed_again = [Photo(source, f"my/images/{name}", None) for name in ("T/a.jpg", "a.jpg")]
    names = display_names({p: p.member for p in packed_again})
    assert list(names.values()) == ["T/a.jpg", "a.jpg"]


def files(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_photos_beside_the_files_about_them_are_photos_in_any_folder(tmp_path: Path) -> None:
    root = files(tmp_path, "Annotations/a.xml", "Annotations/a.jpg", "Annotations/b.png")
    source = FolderSource(root)
    photos, problems = photos_in(source, frozenset({"Annotations/a.xml"}))
    assert [photo.member for photo in photos] == ["Annotations/a.jpg"]
    assert [problem.path for problem in problems] == ["Annotations"]
    alone = FolderSource(root / "Annotations", "a.xml")
    assert [photo.member for photo in photos_beside(alone, ["a.jpg"])] == ["a.jpg"]


def test_a_single_file_of_labelmes_tree_finds_the_folder_of_its_photos(tmp_path: Path) -> None:
    root = files(tmp_path, "Annotations/u/f/a.xml", "Images/u/f/a.jpg", "Images/u/g/a.jpg")
    source = FolderSource(root / "Annotations/u/f", "a.xml")
    assert [photo.member for photo in photos_beside(source, ["a.jpg"])] == ["u/f/a.jpg"]


def test_a_raw_file_beside_its_jpeg_is_left_aside_and_told(tmp_path: Path) -> None:
    root = files(tmp_path, "a.CR2", "a.JPG", "b.CR2", "x/a.CR2")
    photos, (problem,) = photos_in(FolderSource(root), frozenset())
    assert [photo.member for photo in photos] == ["a.JPG", "b.CR2", "x/a.CR2"]
    assert "1 RAW file" in problem.message


def test_a_folder_that_an_annotation_names_is_looked_into(tmp_path: Path) -> None:
    root = files(tmp_path, "json/a.json", "pics/a.jpg", "other/b.jpg")
    source = FolderSource(root / "json", "a.json")
    assert [p.member for p in photos_beside(source, ["../pics/a.jpg"])] == ["pics/a.jpg"]
