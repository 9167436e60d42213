"""What the reader takes from CVAT for images and what it says about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from formats.reading import Content, read_all
from segstudio.core.annotation import Box, Ellipse, Mask
from segstudio.core.errors import SegStudioError
from segstudio.formats.base import Candidate, LabelName, Match, Refusal
from segstudio.formats.cvat_images import CvatImages
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets" / "cvat_images"


def cvat(name: str) -> Content:
    return read_all(CvatImages(), FolderSource(ASSETS), name)


def written(tmp_path: Path, text: str) -> Content:
    (tmp_path / "a.xml").write_text(f"<annotations>\n{text}\n</annotations>", "utf-8")
    return read_all(CvatImages(), FolderSource(tmp_path), "a.xml")


def test_labels_shapes_and_order_are_taken_over() -> None:
    result = cvat("good/task.xml")
    assert result.labels == (
        LabelName("tree", "#33aa33"),
        LabelName("car", "#aa3333"),
        LabelName("Background", "#101010"),
    )
    first, second = result.annotations
    assert first.photo == "day/first photo [1].jpg"
    assert [shape.z_order for shape in first.shapes] == [1, 0, 2]
    assert first.shapes[1].geometry == Box(4, 1, 15, 11, 30)
    assert (second.width, second.height, second.shapes) == (8, 6, ())


def test_one_bad_shape_does_not_lose_the_others() -> None:
    result = cvat("bad/shapes.xml")
    assert result.labels == (LabelName("car", None),)
    first, second = result.annotations
    assert (first.photo, first.subset) == ("Train/a.jpg", "train")
    assert [shape.geometry for shape in first.shapes] == [Box(2, 3, 9, 8)]
    assert (second.width, second.height) == (None, None)
    told = {problem.line: problem.message for problem in result.problems}
    assert set(told) == {*range(5, 21), 24}
    for line, words in {
        5: ("polygon", "points", '"30"'),
        6: ("polygon", "needs 3 points"),
        7: ("polygon", "nan"),
        8: ("polygon", "points are missing"),
        9: ("polygon", "no label"),
        10: ("box", "rotation"),
        11: ("box", "ybr is missing"),
        12: ("ellipse", "rx -2 is no radius"),
        13: ("mask", "rle", "add up to 2", "3 x 1"),
        14: ('2 polyline of "car", "lane"', "no area"),
        15: ("1 points", "no area"),
        16: ("1 cuboid", "no area"),
        17: ("1 skeleton", "no area"),
        18: ("1 tag", "whole photo"),
        19: ("splash", "unknown"),
        20: ("z_order", "0 is used"),
        24: ("b.jpg", "width", "abc"),
    }.items():
        assert all(word in told[line] for word in words), told[line]
    assert all(told[line].startswith("Train/a.jpg: ") for line in range(5, 21))


def test_ellipses_and_masks_are_read(tmp_path: Path) -> None:
    result = written(
        tmp_path,
        '<image name="a.jpg" width="16" height="12">'
        '<ellipse label="car" cx="8.50" cy="6" rx="4" ry="2.25" rotation="350"/>'
        '<mask label="car" rle="1, 2, 1,2" left="-1" top="11" width="3" height="2"/></image>',
    )
    ellipse, mask = (shape.geometry for shape in result.annotations[0].shapes)
    assert ellipse == Ellipse((8.5, 6), 4, 2.25, 350)
    assert mask == Mask(0, 11, 2, 1, "0 2")
    assert result.problems == ()


def test_photos_of_one_name_in_several_tasks_stay_apart(tmp_path: Path) -> None:
    image = '<image name="{}" {} task_id="{}" width="4" height="4"/>'
    result = written(
        tmp_path,
        "<meta><project><tasks><task><id>1</id><subset>Training</subset></task><task><id>2</id>"
        "<subset>default</subset></task></tasks></project></meta>"
        + image.format("a.jpg", 'subset="Validation"', 1)
        + image.format("Validation/a.jpg", 'subset="Validation"', 2)
        + image.format("b.jpg", "", 1)
        + image.format("c.jpg", "", 2)
        + image.format("d.jpg", 'subset="Night"', 2),
    )
    assert [(entry.photo, entry.subset) for entry in result.annotations] == [
        ("Validation/a.jpg", "val"),
        ("task_2/Validation/a.jpg", "val"),
        ("b.jpg", "train"),
        ("c.jpg", ""),
        ("Night/d.jpg", "night"),
    ]


def test_tracks_among_photos_are_told_once(tmp_path: Path) -> None:
    track = '<track id="0" label="car"><box frame="0" xtl="1" ytl="1" xbr="2" ybr="2"/></track>\n'
    result = written(tmp_path, f'<image name="a.jpg" width="4" height="4"/>\n{track * 3}')
    assert len(result.annotations) == 1
    (problem,) = result.problems
    assert (problem.line, "3 track(s)" in problem.message) == (3, True)


def test_a_task_without_photos_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match=r"a\.xml, line 1: there is no <image>"):
        written(tmp_path, "<meta><task><mode>annotation</mode></task></meta>")


@pytest.mark.parametrize(
    ("text", "taken", "words"),
    [
        ('<image name="a.jpg"/>', True, "<image>"),
        ('<track id="0"/>', False, "CVAT for video"),
        ("<meta><task><mode>annotation</mode></task></meta>", True, "no <track>"),
        ("<meta><task><mode>\ninterpolation </mode></task></meta>", False, "video"),
        ("<a/>", False, "without <image>"),
    ],
)
def test_the_reason_says_what_was_seen(tmp_path: Path, text: str, taken: bool, words: str) -> None:
    (tmp_path / "a.xml").write_text(f"<annotations>{text}</annotations>")
    answer = CvatImages().probe(Candidate(FolderSource(tmp_path), "a.xml"))
    assert isinstance(answer, Match if taken else Refusal)
    assert words in answer.reason
