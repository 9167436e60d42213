"""What COCO files give: polygons in parts, run lengths, classes in their order, and reasons."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as pycoco

from formats.reading import Content, read_all
from segstudio.core.annotation import Mask, Polygon
from segstudio.core.errors import SegStudioError
from segstudio.formats.base import Candidate, LabelName, Match, Refusal
from segstudio.formats.coco import Coco
from segstudio.formats.coco_outlines import mask_of
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets" / "coco"
SQUARE = [1, 1, 9, 1, 9, 7, 1, 7]
SIZE = (12, 8)


def annotation(segmentation: object, image: object = 1, **more: object) -> dict[str, object]:
    return {"image_id": image, "category_id": 1, "segmentation": segmentation, **more}


def read(folder: Path, *annotations: object, name: str = "a.json", **lists: object) -> Content:
    content = {
        "annotations": annotations,
        "categories": [{"id": 1, "name": "car"}],
        "images": [{"id": 1, "file_name": "a.jpg", "width": SIZE[0], "height": SIZE[1]}],
        **lists,
    }
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
    return read_all(Coco(), FolderSource(folder), name)


def runs_of(bitmap: npt.NDArray[np.bool_]) -> list[int]:
    """Count runs down the columns one pixel after the other, zeros first."""
    runs, inside = [0], False
    for value in bitmap.T.ravel():
        if bool(value) != inside:
            inside = not inside
            runs.append(0)
        runs[-1] += 1
    return runs


def painted(mask: Mask, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    image = np.zeros(size[::-1], np.bool_)
    image[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width] = mask.bitmap()
    return image


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_run_lengths_of_either_kind_give_the_pixels(
    width: int, height: int, data: st.DataObject
) -> None:
    bits = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    bitmap = np.array(bits, np.bool_).reshape(height, width)
    compressed = pycoco.encode(np.asfortranarray(bitmap.view(np.uint8)))["counts"].decode()
    for counts in (runs_of(bitmap), compressed):
        runs = {"size": [height, width], "counts": counts}
        if bitmap.any():
            assert np.array_equal(painted(mask_of(runs, (width, height)), (width, height)), bitmap)
        else:
            with pytest.raises(ValueError, match="nothing is painted"):
                mask_of(runs, (width, height))


@given(st.text(st.characters(min_codepoint=40, max_codepoint=115), max_size=40))
def test_any_text_as_run_lengths_is_decoded_or_refused(counts: str) -> None:
    with contextlib.suppress(ValueError):
        assert mask_of({"size": [8, 12], "counts": counts}, SIZE).bitmap().any()


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({"size": [8, 12], "counts": [10, 80]}, "do not add up"),
        ({"size": [8, 12], "counts": [-4, 100]}, "negative"),
        ({"size": [8, 12], "counts": [10.5, 85.5]}, "no whole number"),
        ({"size": [8, 12], "counts": [True, 95]}, "no whole number"),
        ({"size": [8, 12], "counts": []}, "no run lengths"),
        ({"size": [8, 12]}, "no run lengths"),
        ({"size": [8, 12], "counts": "\u00e9"}, "characters"),
        ({"size": [8, 12], "counts": "ooo"}, "cut short"),
        ({"size": [8, 12], "counts": "o" * 9 + "0"}, "too many digits"),
        ({"size": [12, 8], "counts": [96]}, "that of the photo 12 x 8"),
        ({"size": [10**9, 10**9], "counts": [10**18]}, "larger than any photo"),
        ({"size": "8x12", "counts": [96]}, "no pair of height and width"),
        ({"size": [8, None], "counts": [96]}, "no pair of height and width"),
    ],
)
def test_run_lengths_that_cannot_be_are_refused_before_memory_is_taken(
    runs: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        mask_of(runs, SIZE)


def test_every_part_of_a_shape_is_a_polygon(tmp_path: Path) -> None:
    parts = [SQUARE, [2, 2, 4], [1, 1, 2, 2], ["x", 1, 2, 2, 3, 3], [5, 5, 8, 5, 8, 8]]
    content = read(tmp_path, annotation(parts), annotation(SQUARE))
    square = Polygon(((1, 1), (9, 1), (9, 7), (1, 7)))
    triangle = Polygon(((5, 5), (8, 5), (8, 8)))
    assert [s.geometry for s in content.annotations[0].shapes] == [square, triangle, square]
    told = [problem.message for problem in content.problems]
    assert [f"part {number}" in text for number, text in zip((2, 3, 4), told, strict=True)]
    assert "3 numbers" in told[0]
    assert "needs 3 points" in told[1]
    assert '"x" is no number' in told[2]


def test_classes_come_in_the_order_of_the_list(tmp_path: Path) -> None:
    categories = [
        {"id": 90, "name": "tree"},
        {"id": 2, "name": "__ignore__"},
        {"id": 1, "name": "car"},
        {"id": 7, "name": "car"},
        {"id": 8},
    ]
    content = read(tmp_path, annotation([SQUARE]), categories=categories)
    assert content.labels == (LabelName("tree"), LabelName("car"))
    told = [problem.message for problem in content.problems]
    assert any('"car" is listed twice' in text for text in told)
    assert any("categories[4]" in text for text in told)


def test_a_group_above_all_classes_is_no_class_unless_it_is_used(tmp_path: Path) -> None:
    categories = [
        {"id": 0, "name": "things", "supercategory": "none"},
        {"id": 1, "name": "car", "supercategory": "things"},
    ]
    assert read(tmp_path, annotation([SQUARE]), categories=categories).labels == (LabelName("car"),)
    used = annotation([SQUARE], category_id=0)
    assert len(read(tmp_path, used, categories=categories).labels) == 2


def test_ids_are_the_same_however_they_are_written(tmp_path: Path) -> None:
    content = read(tmp_path, annotation([SQUARE], "1", category_id=1.0))
    assert [s.label for s in content.annotations[0].shapes] == ["car"]
    assert not content.problems


def test_annotations_that_refer_to_nothing_are_counted(tmp_path: Path) -> None:
    strays = [annotation([SQUARE], 5), annotation([SQUARE], 6), annotation([SQUARE], category_id=9)]
    content = read(tmp_path, annotation([SQUARE]), *strays)
    told = {problem.message for problem in content.problems}
    assert any("2 annotation(s)" in text and "image_id (5, 6)" in text for text in told)
    assert any("1 annotation(s)" in text and "category_id (9)" in text for text in told)


def test_boxes_and_points_are_left_out_with_a_count(tmp_path: Path) -> None:
    boxes = [annotation([], bbox=[1, 1, 4, 4]), {"image_id": 1, "category_id": 1}]
    content = read(tmp_path, annotation([SQUARE]), *boxes, annotation(None, keypoints=[1, 2, 2]))
    (problem,) = content.problems
    assert "a.jpg: annotations left out: 2 with a box only, 1 with points only" in problem.message
    with pytest.raises(SegStudioError, match=r"a\.json, line 1: none of its 2 annotations"):
        read(tmp_path, *boxes)


def test_crowds_are_drawn_and_told(tmp_path: Path) -> None:
    runs = {"size": [8, 12], "counts": [8, 8, 80]}
    content = read(tmp_path, annotation(runs, iscrowd=1))
    assert content.annotations[0].shapes[0].geometry == Mask(1, 0, 1, 8, "0 8")
    assert [problem.severity for problem in content.problems] == ["info"]


def test_images_without_annotations_are_annotated_as_empty(tmp_path: Path) -> None:
    images = [
        {"id": 1, "file_name": "a.jpg", "width": 4, "height": 3},
        {"id": 1, "file_name": "again.jpg"},
        {"id": 2, "file_name": "b.jpg", "width": "wide", "height": 3},
        {"file_name": "c.jpg"},
        "d.jpg",
    ]
    content = read(tmp_path, images=images)
    found = [(a.photo, a.width, a.shapes) for a in content.annotations]
    assert found == [("a.jpg", 4, ()), ("b.jpg", None, ())]
    told = [problem.message for problem in content.problems]
    for text, words in zip(
        told,
        ("again.jpg left out: its id 1 is that of a.jpg", '"wide" x 3', "c.jpg", "images[4]"),
        strict=True,
    ):
        assert words in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("day\\one.jpg", "day/one.jpg"),
        ("../../etc/one.jpg", "etc/one.jpg"),
        ("C:\\photos\\one.jpg", "photos/one.jpg"),
        ("/srv/one.jpg", "srv/one.jpg"),
        ("https://example.org/p/one%20two.jpg?size=big", "one two.jpg"),
        ("http://[broken/one.jpg", "one.jpg"),
        (None, ""),
    ],
)
def test_names_of_images_become_relative_paths(name: object, expected: str, tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": name, "width": 4, "height": 3}]
    assert read(tmp_path, images=images).annotations[0].photo == expected


@pytest.mark.parametrize(
    ("file", "photo", "subset"),
    [
        ("instances_default.json", "a.jpg", ""),
        ("instances_Train.json", "Train/a.jpg", "train"),
        ("instances_val2017.json", "val2017/a.jpg", "val"),
        ("valid/_annotations.coco.json", "a.jpg", "val"),
    ],
)
def test_the_file_tells_the_part_of_the_set(
    file: str, photo: str, subset: str, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, annotation([SQUARE]), name=file).annotations
    assert (found.photo, found.subset) == (photo, subset)


def test_the_size_of_run_lengths_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    runs = {"size": [8, 12], "counts": [8, 8, 80]}
    images = [{"id": 1, "file_name": "a.jpg"}]
    (found,) = read(tmp_path, annotation(runs), images=images).annotations
    assert (found.width, found.height) == SIZE


def test_of_lists_with_one_name_the_last_counts(tmp_path: Path) -> None:
    image = '{"id": 1, "file_name": "a.jpg", "width": 4, "height": 3}'
    text = f'{{"images": [7], "images": [{image}], "annotations": [7], "annotations": []}}'
    (tmp_path / "a.json").write_text(text)
    content = read_all(Coco(), FolderSource(tmp_path), "a.json")
    assert [a.photo for a in content.annotations] == ["a.jpg"]


@pytest.mark.parametrize(
    ("content", "answer", "words"),
    [
        ({"annotations": [{"image_id": 1}], "images": []}, Match, "COCO instances"),
        ({"images": [], "annotations": []}, Match, "COCO instances"),
        ({"images": [], "categories": []}, Refusal, 'no "annotations"'),
        ({"images": [], "annotations": [{"segments_info": []}]}, Refusal, "panoptic"),
        ({"shapes": []}, Refusal, "as COCO"),
    ],
)
def test_coco_is_told_from_its_relatives(
    content: object, answer: type, words: str, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(content))
    found = Coco().probe(Candidate(FolderSource(tmp_path, "a.json"), "a.json"))
    assert isinstance(found, answer)
    assert words in found.reason


def test_keypoints_of_the_same_photos_do_not_compete_with_their_outlines(tmp_path: Path) -> None:
    for kind in ("instances", "person_keypoints"):
        read(tmp_path, annotation([SQUARE]), name=f"{kind}_val.json")
    candidate = Candidate(FolderSource(tmp_path), "person_keypoints_val.json")
    assert isinstance(Coco().probe(candidate), Refusal)
    (tmp_path / "instances_val.json").unlink()
    candidate = Candidate(FolderSource(tmp_path), "person_keypoints_val.json")
    assert isinstance(Coco().probe(candidate), Match)


def test_every_problem_of_a_file_has_its_line() -> None:
    content = read_all(Coco(), FolderSource(ASSETS), "bad/shapes.json")
    lines = (ASSETS / "bad/shapes.json").read_text().splitlines()
    for problem in content.problems:
        index = problem.message.partition("annotations[")[2].partition("]")[0]
        if index:
            first = next(n for n, text in enumerate(lines, 1) if '"annotations"' in text) + 1
            assert problem.line == first + int(index)
    assert len(content.annotations[0].shapes) == 1
