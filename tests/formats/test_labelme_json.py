"""What labelme's JSON gives, what is left out of it with a reason, and the photo inside it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from formats.reading import Content, read_all
from segstudio.core.annotation import Box, Ellipse, Geometry, Mask, Polygon
from segstudio.core.errors import SegStudioError
from segstudio.formats.base import Candidate, Refusal
from segstudio.formats.labelme_json import LabelmeJson
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets" / "labelme_json"
TRIANGLE = [[1, 1], [9, 1], [9, 6]]
DIAMOND = [[3, 0], [6, 3], [3, 6], [0, 3]]
SPOT = np.zeros((4, 5), np.uint8)
SPOT[1:, 2:], SPOT[0, 0] = 255, 7


def encoded(pixels: npt.NDArray[np.uint8], kind: str = "PNG") -> str:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


def photo(width: int, height: int, kind: str = "PNG") -> str:
    return encoded(np.full((height, width, 3), 99, np.uint8), kind)


def shape(kind: str, points: object, **more: object) -> dict[str, object]:
    return {"label": "car", "points": points, "shape_type": kind, **more}


def read(folder: Path, *shapes: object, name: str = "a.json", **fields: object) -> Content:
    document = {"version": "5.8.1", "shapes": list(shapes), "imagePath": "a.jpg", **fields}
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), "utf-8")
    return read_all(LabelmeJson(), FolderSource(folder), name)


def geometry(folder: Path, kind: str, points: object, **more: object) -> Geometry | str:
    """The geometry of a shape, or why it is left out."""
    content = read(folder, shape(kind, points, **more))
    (annotation,) = content.annotations
    return annotation.shapes[0].geometry if annotation.shapes else content.problems[0].message


@pytest.mark.parametrize(
    ("kind", "points", "expected"),
    [
        ("", TRIANGLE, Polygon(((1, 1), (9, 1), (9, 6)))),
        ("polygon", [["1", "1.5"], [9, 1], [9, 6]], Polygon(((1, 1.5), (9, 1), (9, 6)))),
        ("rectangle", [[9, 1], [2, 6]], Box(2, 1, 9, 6)),
        ("rectangle", [[1, 1], [9, 1], [9, 6], [1, 6]], Polygon(((1, 1), (9, 1), (9, 6), (1, 6)))),
        ("oriented_rectangle", DIAMOND, Polygon(((3, 0), (6, 3), (3, 6), (0, 3)))),
        ("rotation", DIAMOND, Polygon(((3, 0), (6, 3), (3, 6), (0, 3)))),
        ("quadrilateral", DIAMOND, Polygon(((3, 0), (6, 3), (3, 6), (0, 3)))),
        ("circle", [[5, 5], [8, 9]], Ellipse((5, 5), 5, 5)),
    ],
)  # fmt: skip
def test_shapes_with_an_area(kind: str, points: object, expected: Geometry, tmp_path: Path) -> None:
    assert geometry(tmp_path, kind, points) == expected


@pytest.mark.parametrize(
    ("points", "corner"),
    [
        ([[10, 9], [14, 12]], (10, 9)),
        ([[9.6, 9.4], [13.6, 12.4]], (10, 9)),
        ([[-2, -1], [2, 2]], (-2, -1)),
    ],
)
@pytest.mark.parametrize("kind", ["mask", "ai_mask"])
def test_masks_lie_at_their_rounded_corner(
    kind: str, points: list[list[float]], corner: tuple[int, int], tmp_path: Path
) -> None:
    mask = geometry(tmp_path, kind, points, mask="data:image/png;base64,\n" + encoded(SPOT))
    assert isinstance(mask, Mask)
    assert (mask.left, mask.top) == corner
    assert np.array_equal(mask.bitmap(), SPOT > 0)


@pytest.mark.parametrize(
    ("kind", "points", "more", "words"),
    [
        ("polygon", TRIANGLE[:2], {}, "needs 3 points"),
        ("polygon", [TRIANGLE], {}, "points[0] is no pair"),
        ("polygon", [1, 1, 9, 1], {}, "points[0] is no pair"),
        ("polygon", [[1, 1], [9, float("nan")], [9, 6]], {}, "points[1]: \"nan\" is not finite"),
        ("polygon", [[1, 1], [9, 1], [True, 6]], {}, "points[2]: true is no number"),
        ("polygon", None, {}, "points are no list"),
        ("rectangle", TRIANGLE, {}, "2 corner points"),
        ("circle", [[5, 5]], {}, "a circle needs"),
        ("circle", [[5, 5], [5, 5]], {}, "its radius is 0"),
        ("circle", [[-1e308, 5], [1e308, 5]], {}, "its radius is inf"),
        ("mask", [[0, 0], [4, 3]], {"mask": None}, "mask: null is no base64"),
        ("mask", [[0, 0], [4, 3]], {"mask": "!!!"}, "mask: \"!!!\" is no base64"),
        ("mask", [[0, 0], [4, 3]], {"mask": "bm90IGEgcG5n"}, "mask: it is no PNG"),
        ("mask", [[0, 0], [4, 3]], {"mask": encoded(SPOT)[:60]}, "mask"),
        ("mask", [[0, 0], [9, 3]], {"mask": encoded(SPOT)}, "5 x 4 pixels, its points say 10 x 4"),
        ("mask", [[0, 0], [4, 3]], {"mask": encoded(0 * SPOT)}, "nothing is painted"),
        ("ai_polygon", [[1, 1], [9, 9]], {}, "clicks for a model"),
        ("splash", TRIANGLE, {}, "unknown kind"),
    ],
)  # fmt: skip
def test_bad_shapes_are_left_out_with_place_and_reason(
    kind: str, points: object, more: dict[str, object], words: str, tmp_path: Path
) -> None:
    reason = geometry(tmp_path, kind, points, **more)
    assert isinstance(reason, str)
    assert reason.startswith(f'a.jpg: shapes[0], {kind} of "car" left out: ')
    assert words in reason


def test_a_mask_of_claimed_size_is_not_decoded(tmp_path: Path) -> None:
    header = bytearray(base64.b64decode(encoded(SPOT)))
    header[16:24] = (200_000).to_bytes(4, "big") * 2
    data = base64.b64encode(bytes(header)).decode()
    points = [[0, 0], [199_999, 199_999]]
    assert "mask" in str(geometry(tmp_path, "mask", points, mask=data))


@pytest.mark.parametrize("label", [None, "", "  ", ["car"], True, {}])
def test_a_shape_without_label_does_not_lose_the_others(label: object, tmp_path: Path) -> None:
    content = read(tmp_path, {"label": label, "points": TRIANGLE}, shape("", TRIANGLE), 5, None)
    assert [s.label for s in content.annotations[0].shapes] == ["car"]
    told = [p.message for p in content.problems]
    assert len(told) == 3
    assert all(f"shapes[{n}]" in text for n, text in zip((0, 2, 3), told, strict=True))


def test_shapes_without_area_are_counted_once(tmp_path: Path) -> None:
    lines = [shape(kind, [[1, 1]]) for kind in ("line", "point", "point", "linestrip", "cuboid")]
    (problem,) = read(tmp_path, *lines).problems
    assert problem.message.startswith("a.jpg: 1 line, 2 point, 1 linestrip, 1 cuboid left out")


def test_every_problem_of_a_file_has_its_line() -> None:
    content = read_all(LabelmeJson(), FolderSource(ASSETS), "bad/shapes.json")
    assert [s.label for s in content.annotations[0].shapes] == ["good"]
    text = (ASSETS / "bad/shapes.json").read_text("utf-8")
    first = text[: text.index('{"label"')].count("\n") + 1
    for problem in content.problems:
        assert problem.line
        if "shapes[" in problem.message:
            index = int(problem.message.partition("shapes[")[2].partition("]")[0])
            assert problem.line == first + index


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("b.jpg", "sub/b.jpg"),
        ("..\\photos\\b.jpg", "photos/b.jpg"),
        ("../../../../etc/b.jpg", "etc/b.jpg"),
        ("C:\\Users\\me\\b.jpg", "sub/b.jpg"),
        ("\\\\server\\share\\b.jpg", "sub/b.jpg"),
        ("/home/me/b.jpg", "sub/b.jpg"),
        ("a.json", "sub/a"),
        ("", "sub/a"),
        ("..", "sub/a"),
        (None, "sub/a"),
        (["b.jpg"], "sub/a"),
    ],
)
def test_the_photo_is_named_from_the_root_of_the_source(
    path: object, expected: str, tmp_path: Path
) -> None:
    (annotation,) = read(tmp_path, name="sub/a.json", imagePath=path).annotations
    assert annotation.photo == expected


def test_a_photo_inside_the_file_gives_its_size_and_a_fitting_name(tmp_path: Path) -> None:
    content = read(tmp_path, imageData=photo(14, 9))
    (annotation,), (embedded,) = content.annotations, content.photos
    assert (annotation.width, annotation.height) == (14, 9)
    assert (embedded.photo, embedded.name) == ("a.jpg", "a.png")
    assert embedded.read() == base64.b64decode(photo(14, 9))
    assert not content.problems
    assert read(tmp_path, imageData=photo(8, 8, "JPEG")).photos[0].name == "a.jpg"


def test_the_photo_inside_counts_where_another_size_is_stated(tmp_path: Path) -> None:
    content = read(tmp_path, imageData=photo(14, 9), imageWidth=640, imageHeight=480)
    assert (content.annotations[0].width, content.annotations[0].height) == (14, 9)
    assert "640 x 480" in content.problems[0].message
    assert "14 x 9" in content.problems[0].message


@pytest.mark.parametrize("data", ["!!!", photo(14, 9)[:40], "AAAA", [1, 2], True])
def test_a_broken_photo_inside_is_told(data: object, tmp_path: Path) -> None:
    content = read(tmp_path, imageData=data, imageWidth=14, imageHeight=9)
    assert (content.annotations[0].width, content.photos) == (14, ())
    assert "imageData" in content.problems[0].message


def test_a_stated_size_that_is_none_is_told(tmp_path: Path) -> None:
    content = read(tmp_path, imageWidth="wide", imageHeight=-4)
    assert content.annotations[0].width is None
    assert '"wide" x -4' in content.problems[0].message


def test_of_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    text = '{"shapes": [5], "shapes": [{"label": "car", "points": [[1,1],[9,1],[9,6]]}]}'
    (tmp_path / "a.json").write_text(text)
    content = read_all(LabelmeJson(), FolderSource(tmp_path), "a.json")
    assert [s.label for s in content.annotations[0].shapes] == ["car"]
    assert not content.problems


def test_an_encoding_that_was_guessed_is_told(tmp_path: Path) -> None:
    document = {"shapes": [{"label": "漏底", "points": TRIANGLE}]}
    (tmp_path / "a.json").write_bytes(json.dumps(document, ensure_ascii=False).encode("gbk"))
    content = read_all(LabelmeJson(), FolderSource(tmp_path), "a.json")
    assert content.annotations[0].shapes[0].label == "漏底"
    assert "GBK" in content.problems[0].message


@pytest.mark.parametrize("shapes", [None, {}, "none", 3])
def test_a_file_without_a_list_of_shapes_is_refused(shapes: object, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"shapes": shapes, "imagePath": "a.jpg"}))
    with pytest.raises(SegStudioError, match=r"a\.json, line 1: .*shapes"):
        read_all(LabelmeJson(), FolderSource(tmp_path), "a.json")


def test_json_that_is_no_annotation_is_left_alone_in_a_folder(tmp_path: Path) -> None:
    own = {"photo": "a.jpg", "width": 4, "height": 3, "shapes": [], "source": "a.xml"}
    for name, value in {
        "palette": {"schema": 1, "background": 0, "classes": []},
        "mapping": {"car": 1},
        "list": [1, 2],
        "own": own,
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
        file = f"{name}.json"
        assert LabelmeJson().probe(Candidate(FolderSource(tmp_path), file)) is None
        single = LabelmeJson().probe(Candidate(FolderSource(tmp_path, file), file))
        assert isinstance(single, Refusal)
    (tmp_path / "a.json").write_text('{"imagePath": "a.jpg"}')
    answer = LabelmeJson().probe(Candidate(FolderSource(tmp_path), "a.json"))
    assert isinstance(answer, Refusal)
