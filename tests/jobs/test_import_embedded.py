"""Which picture an annotation is painted for: the photo found, or the one inside its file."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest
from conftest import Recorder
from PIL import Image

from segstudio.jobs import convert, import_annotations
from segstudio.jobs.import_report import ImportReport
from segstudio.photos.reader import photo_size


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "olive").save(stream, kind)
    return stream.getvalue()


def labelme(inside: bytes | None, path: str = "a.jpg") -> bytes:
    """A labelme file of a photo of 14 x 9 pixels."""
    document = {
        "shapes": [{"label": "car", "points": [[1, 1], [9, 1], [9, 6]]}],
        "imagePath": path,
        "imageData": base64.b64encode(inside).decode() if inside else None,
        "imageWidth": 14,
        "imageHeight": 9,
    }
    return json.dumps(document).encode()


def converted(folder: Path, files: dict[str, bytes]) -> ImportReport:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return convert.run(convert.ConvertRequest((folder,), out=folder.parent / "out"), Recorder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def test_a_photo_of_the_stated_size_is_used(folder: Path) -> None:
    files = {"a.json": labelme(picture(14, 9)), "a.jpg": picture(14, 9, "JPEG")}
    report = converted(folder, files)
    assert [(i.photo, i.match, i.problems) for i in report.items] == [("a.jpg", "by path", ())]
    assert not report.problems


@pytest.mark.parametrize("found", [picture(7, 5, "JPEG"), b"no picture"])
def test_a_photo_that_does_not_fit_gives_way_to_the_one_inside(found: bytes, folder: Path) -> None:
    report = converted(folder, {"a.json": labelme(picture(14, 9)), "a.jpg": found})
    assert [(i.photo, i.label) for i in report.items] == [("a.png", "labels/a.png")]
    (problem,) = report.problems
    assert problem.path == "a.json"
    assert "inside the annotation file is used" in problem.message
    with Image.open(folder.parent / "out/labels/a.png") as label:
        assert label.size == (14, 9)


def test_a_project_gets_the_photo_inside_with_a_fitting_name(folder: Path) -> None:
    (folder / "a.json").write_bytes(labelme(picture(14, 9)))
    root = folder.parent / "project"
    request = import_annotations.ImportRequest((folder,), project=root)
    report = import_annotations.run(request, Recorder())
    assert [(i.photo, i.status) for i in report.items] == [("a.png", "converted")]
    assert photo_size(root / "photos/a.png").width == 14


def test_copies_of_a_file_take_the_photos_called_like_them(folder: Path) -> None:
    files = {f"{name}.json": labelme(None, "b.jpg") for name in "ab"}
    photos = {f"{name}.jpg": picture(14, 9, "JPEG") for name in "ab"}
    report = converted(folder, files | photos)
    assert [(i.photo, i.status) for i in report.items] == [
        ("a.jpg", "converted"),
        ("b.jpg", "converted"),
    ]
    assert "b.json has b.jpg" in report.items[0].match


def test_photos_inside_that_say_one_name_are_called_like_their_files(folder: Path) -> None:
    report = converted(folder, {f"{name}.json": labelme(picture(14, 9)) for name in "xy"})
    assert [(i.photo, i.status) for i in report.items] == [
        ("x.png", "converted"),
        ("y.png", "converted"),
    ]
