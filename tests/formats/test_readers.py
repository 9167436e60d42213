"""What the readers take from a file and what they say about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from formats.reading import Content, read_all
from segstudio.core.annotation import Box, Polygon
from segstudio.core.errors import SegStudioError
from segstudio.formats import xml
from segstudio.formats.base import Candidate, LabelName, Refusal
from segstudio.formats.cvat_images import CvatImages
from segstudio.formats.labelme_xml import LabelMeXml
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets"


def labelme(name: str) -> Content:
    return read_all(LabelMeXml(), FolderSource(ASSETS / "labelme_xml"), name)


def cvat(name: str) -> Content:
    return read_all(CvatImages(), FolderSource(ASSETS / "cvat_images"), name)


def test_labelme_texts_are_stripped_and_boxes_read() -> None:
    (annotation,) = labelme("good/webtool.xml").annotations
    assert (annotation.photo, annotation.width, annotation.height) == ("webtool.jpg", 16, 12)
    assert [shape.label for shape in annotation.shapes] == ["car", "tree"]
    assert annotation.shapes[0].geometry == Polygon(((2, 2), (12, 2), (12, 9), (2, 9)))


def test_one_bad_labelme_object_does_not_lose_the_others() -> None:
    result = labelme("bad/shapes.xml")
    (annotation,) = result.annotations
    assert [shape.label for shape in annotation.shapes] == ["good"]
    assert (annotation.width, annotation.height) == (None, None)
    told = {problem.line: problem.message for problem in result.problems}
    assert "needs 3 points" in told[3]
    assert '"a" is no number' in told[4]
    assert "not finite" in told[5]
    assert "no label" in told[6]
    assert "shapes_mask_0.png" in told[7]
    assert "no polygon" in told[8]
    assert "<deleted>" in told[9]
    assert "imagesize" in told[11]
    assert all(message.startswith("shapes.jpg: ") for message in told.values())


def test_cvat_labels_shapes_and_order_are_taken_over() -> None:
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


def test_one_bad_cvat_shape_does_not_lose_the_others() -> None:
    result = cvat("bad/shapes.xml")
    assert result.labels == (LabelName("car", None),)
    first, second = result.annotations
    assert first.photo == "Train/a.jpg"
    assert [shape.geometry for shape in first.shapes] == [Box(2, 3, 9, 8)]
    assert (second.width, second.height) == (None, None)
    told = {problem.line: problem.message for problem in result.problems}
    assert set(told) == set(range(5, 21)) | {22}
    for line, words in {
        5: ("polygon", "points", '"30"'),
        6: ("polygon", "needs 3 points"),
        7: ("polygon", "nan"),
        9: ("polygon", "no label"),
        10: ("box", "rotation"),
        11: ("box", "ybr is missing"),
        12: ("ellipse", "not drawn yet"),
        13: ("mask", "rle"),
        14: ("polyline", "no area"),
        15: ("points", "no area"),
        16: ("cuboid", "no area"),
        17: ("skeleton", "no area"),
        19: ("splash", "unknown"),
        20: ("z_order", "0 is used"),
        22: ("b.jpg", "width", "abc"),
    }.items():
        assert all(word in told[line] for word in words), told[line]
    assert all(told[line].startswith("Train/a.jpg: ") for line in range(5, 21))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("labelme_xml/bad/voc.xml", ("Pascal VOC", "bndbox")),
        ("cvat_images/bad/video.xml", ("CVAT for video", "<track>")),
    ],
)
def test_look_alikes_are_recognised(file: str, words: tuple[str, ...]) -> None:
    candidate = Candidate(FolderSource(ASSETS), file)
    answers = [entry.probe(candidate) for entry in (CvatImages(), LabelMeXml())]
    assert all(isinstance(answer, Refusal) for answer in answers)
    assert any(all(word in answer.reason for word in words) for answer in answers)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><annotations/>',
        '<?xml version="1.0"?>\n<!-- <b/> -->\n<!DOCTYPE a SYSTEM "http://x/y.dtd"><annotations/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_doctype_is_refused_before_parsing(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    for read in (xml.parse, xml.sniff, lambda d, n: list(xml.stream(d, n, ("image",)))):
        with pytest.raises(SegStudioError, match=r"a\.xml, line \d+: .*DOCTYPE"):
            read(data, "a.xml")


def test_a_doctype_in_another_disguise_is_refused_too() -> None:
    data = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE annotations+AD4APA-annotations/>'
    for read in (xml.parse, xml.sniff, lambda d, n: list(xml.stream(d, n, ("annotations",)))):
        with pytest.raises(SegStudioError, match=r"a\.xml"):
            read(data, "a.xml")


def test_a_break_is_told_with_line_and_column() -> None:
    with pytest.raises(SegStudioError, match=r"a\.xml, line 2, column \d+"):
        xml.parse(b"<annotation>\n<object>", "a.xml")
    with pytest.raises(SegStudioError, match=r"a\.xml, line 1: this is not XML"):
        xml.sniff(b"\x00\x01 no xml", "a.xml")
    deep = b"<annotations>" + b"<a>" * 60_000
    with pytest.raises(SegStudioError, match="depth"):
        xml.parse(deep, "a.xml")


def test_a_long_file_is_streamed_element_by_element() -> None:
    data = b"<annotations>" + b"<image name='a'><box/></image>" * 5000 + b"</annotations>"
    seen = 0
    for element in xml.stream(data, "a.xml", ("image",)):
        parent = element.getparent()
        assert parent is not None
        assert len(parent) < 2000
        assert len(element) == 1
        seen += 1
    assert seen == 5000
