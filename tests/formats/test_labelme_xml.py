"""What the reader takes from LabelMe XML and what it says about the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from formats.reading import Content, read_all
from segstudio.core.annotation import Mask, Polygon
from segstudio.formats.base import Candidate, Refusal
from segstudio.formats.cvat_images import CvatImages
from segstudio.formats.labelme_xml import LabelMeXml
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets" / "labelme_xml"
POLYGON = (
    "<polygon><pt><x>1</x><y>1</y></pt><pt><x>9</x><y>1</y></pt><pt><x>9</x><y>9</y></pt></polygon>"
)


def labelme(name: str) -> Content:
    return read_all(LabelMeXml(), FolderSource(ASSETS), name)


def written(folder: Path, text: str, file: str = "a.xml", alone: bool = False) -> Content:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(f"<annotation>\n{text}\n</annotation>", "utf-8")
    place = FolderSource((folder / file).parent, Path(file).name) if alone else FolderSource(folder)
    return read_all(LabelMeXml(), place, Path(file).name if alone else file)


def painted(*masks: str, size: str = "<nrows>6</nrows><ncols>8</ncols>") -> str:
    objects = "\n".join(
        f"<object><name>car</name><type>bounding_box</type><segm><box><xmin>0</xmin></box>"
        f"<mask>\r{mask}\r</mask></segm></object>"
        for mask in masks
    )
    return (
        f"<filename>a.jpg</filename><folder>town</folder>\n{objects}<imagesize>{size}</imagesize>"
    )


def save(path: Path, values: npt.NDArray[np.generic]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


REGION = np.zeros((6, 8), np.uint8)
REGION[1:3, 2:5] = 1


def test_texts_are_stripped_and_boxes_read() -> None:
    (annotation,) = labelme("good/webtool.xml").annotations
    assert (annotation.photo, annotation.width, annotation.height) == ("street/webtool.jpg", 16, 12)
    assert [shape.label for shape in annotation.shapes] == ["car", "tree"]
    assert annotation.shapes[0].geometry == Polygon(((2, 2), (12, 2), (12, 9), (2, 9)))


def test_one_bad_object_does_not_lose_the_others() -> None:
    result = labelme("bad/shapes.xml")
    (annotation,) = result.annotations
    assert [shape.label for shape in annotation.shapes] == ["good"]
    assert (annotation.width, annotation.height) == (None, None)
    told = {problem.line: problem.message for problem in result.problems}
    assert "needs 3 points" in told[3]
    assert '"a" is no number' in told[4]
    assert "not finite" in told[5]
    assert "no <name>" in told[6]
    assert "shapes_mask_0.png is not there" in told[7]
    assert "no polygon" in told[8]
    assert "<deleted>" in told[9]
    assert "imagesize" in told[11]
    assert all(message.startswith("shapes.jpg: ") for message in told.values())


@pytest.mark.parametrize(
    ("text", "drawn", "words"),
    [
        ("", True, ""), (" 0\r", True, ""), ("no", True, ""),
        ("\r1\r", False, ""), ("yes", False, '"yes"'), ("2", False, '"2"'),
    ],
)  # fmt: skip
def test_deleted_objects_are_not_drawn(tmp_path: Path, text: str, drawn: bool, words: str) -> None:
    deleted = f"<object><name>car</name><deleted>{text}</deleted>{POLYGON}</object>"
    result = written(tmp_path, f"<filename>a.jpg</filename>{deleted}")
    assert len(result.annotations[0].shapes) == drawn
    told = "\n".join(problem.message for problem in result.problems)
    assert words in told
    assert ("1 object(s) marked <deleted>" in told) != drawn


@pytest.mark.parametrize(
    "values",
    [
        REGION,
        REGION.astype(np.uint16) * 700,
        REGION > 0,
        np.stack([REGION * 0, REGION * 9, REGION * 0], axis=2),
        np.stack([REGION * 255, REGION * 203, REGION * 0, REGION * 153], axis=2),
        np.stack([REGION * 0, REGION * 0, REGION * 0, REGION * 153], axis=2),
        np.stack([REGION * 9, REGION * 0, REGION * 0, np.full_like(REGION, 255)], axis=2),
    ],
    ids=["grey", "16 bits", "1 bit", "colour", "alpha", "alpha only", "opaque"],
)
def test_what_is_not_zero_in_a_mask_is_the_object(
    tmp_path: Path, values: npt.NDArray[np.generic]
) -> None:
    save(tmp_path / "Masks/a_mask_0.png", values)
    result = written(tmp_path, painted("a_mask_0.png"))
    (shape,) = result.annotations[0].shapes
    assert shape.geometry == Mask(2, 1, 3, 2, "0 6")
    assert result.problems == ()


def test_in_a_palette_picture_the_index_counts(tmp_path: Path) -> None:
    image = Image.fromarray(REGION)
    image.putpalette([200, 10, 10, 0, 0, 0])
    (tmp_path / "Masks").mkdir()
    image.save(tmp_path / "Masks/a_mask_0.png")
    (shape,) = written(tmp_path, painted("a_mask_0.png")).annotations[0].shapes
    assert shape.geometry == Mask(2, 1, 3, 2, "0 6")


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("a.xml", "Masks/m.png"),
        ("a.xml", "m.png"),
        ("a.xml", "town/Masks/m.png"),
        ("train/a.xml", "train/Masks/m.png"),
        ("Annotations/train/a.xml", "Masks/train/m.png"),
        ("set/Annotations/a.xml", "set/Masks/town/m.png"),
        ("Annotations/a.xml", "masks/Town/M.PNG"),
        ("Annotations/a.xml", "elsewhere/m.png"),
    ],
)
def test_masks_are_found_where_programs_put_them(tmp_path: Path, file: str, place: str) -> None:
    save(tmp_path / place, REGION)
    (annotation,) = written(tmp_path, painted("m.png"), file).annotations
    assert len(annotation.shapes) == 1
    assert annotation.subset == ("train" if "train" in file else "")


def test_masks_are_found_for_a_single_file_too(tmp_path: Path) -> None:
    save(tmp_path / "Masks/s/m.png", REGION)
    result = written(tmp_path, painted("m.png"), "Annotations/s/a.xml", alone=True)
    assert len(result.annotations[0].shapes) == 1


def test_a_name_longer_than_any_files_is_no_harm(tmp_path: Path) -> None:
    (problem,) = written(tmp_path, painted("n" * 3000), alone=True).problems
    assert "is not there" in problem.message
    assert len(problem.message) < 200


def test_a_mask_is_found_however_its_accents_are_composed(tmp_path: Path) -> None:
    save(tmp_path / "Masks/a\u0308_mask_0.png", REGION)
    result = written(tmp_path, painted("\u00e4_mask_0.png"))
    assert result.problems == ()
    assert len(result.annotations[0].shapes) == 1


def test_the_nearest_of_masks_of_one_name_is_taken(tmp_path: Path) -> None:
    save(tmp_path / "Masks/s/m.png", REGION)
    save(tmp_path / "Masks/t/m.png", REGION.T.copy())
    result = written(tmp_path, painted("m.png"), "Annotations/s/a.xml")
    assert len(result.annotations[0].shapes) == 1


def test_masks_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    save(tmp_path / "secret.png", REGION)
    save(tmp_path / "in/Masks/small.png", REGION[:3])
    save(tmp_path / "in/Masks/empty.png", REGION * 0)
    (tmp_path / "in/Masks/text.png").write_text("no picture")
    names = {
        "../secret.png": "outside of the export",
        "x/../../secret.png": "outside of the export",
        str(tmp_path / "secret.png"): "outside of the export",
        "C:\\secret.png": "outside of the export",
        "absent.png": "absent.png is not there",
        "small.png": "small.png is 8 x 3 pixels, the photo 8 x 6",
        "empty.png": "empty.png is empty",
        "text.png": "text.png cannot be read as a mask",
        "": "names no mask picture",
    }
    result = written(tmp_path / "in", painted(*names))
    assert result.annotations[0].shapes == ()
    for problem, words in zip(result.problems, names.values(), strict=True):
        assert words in problem.message
        assert problem.line


def test_a_mask_tells_the_size_where_nothing_else_does(tmp_path: Path) -> None:
    save(tmp_path / "Masks/m.png", REGION)
    (annotation,) = written(tmp_path, painted("m.png", size="")).annotations
    assert (annotation.width, annotation.height) == (8, 6)


@pytest.mark.parametrize(
    ("filename", "folder", "photo"),
    [
        ("a.jpg", "", "a.jpg"),
        ("\ra.jpg\r", "\rtown/day\r", "town/day/a.jpg"),
        ("town\\a.jpg", "town", "town/a.jpg"),
        ("a.jpg", "../../etc", "a.jpg"),
        ("a.jpg", "/etc", "a.jpg"),
        ("", "town", "b.jpg"),
    ],
)
def test_the_photo_is_looked_for_in_its_folder(
    tmp_path: Path, filename: str, folder: str, photo: str
) -> None:
    text = f"<filename>{filename}</filename><folder>{folder}</folder><object/>"
    (annotation,) = written(tmp_path, text, "b.jpg.xml").annotations
    assert annotation.photo == photo


def test_outlines_of_videos_are_told(tmp_path: Path) -> None:
    text = "<object><name>car</name><polygon><t>1,2</t><x>1,2;3,4</x></polygon></object>"
    (problem,) = written(tmp_path, text).problems
    assert "through a video" in problem.message


def test_pascal_voc_is_recognised() -> None:
    candidate = Candidate(FolderSource(ASSETS), "bad/voc.xml")
    answers = [entry.probe(candidate) for entry in (CvatImages(), LabelMeXml())]
    assert all(isinstance(answer, Refusal) for answer in answers)
    assert isinstance(answers[1], Refusal)
    assert "Pascal VOC" in answers[1].reason
    assert "bndbox" in answers[1].reason
