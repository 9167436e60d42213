from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from conftest import Recorder
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette
from segstudio.formats import mask_runs
from segstudio.formats.mask_sets import mask_set
from segstudio.formats.mask_standards import VOC
from segstudio.formats.source import FolderSource
from segstudio.jobs import convert
from segstudio.jobs.import_report import ImportReport

Pixels = npt.NDArray[np.uint8]
SIZE = (12, 8)
INDEX = np.arange(96, dtype=np.uint8).reshape(8, 12) // 24  # 0, 1, 2, 3: two rows each
PHOTO = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
COLORS = np.array([(0, 0, 0), (250, 50, 83), (61, 61, 245), (9, 9, 9)], np.uint8)
LABELMAP = "background:0,0,0::\ncar:250,50,83::\nroad:61,61,245::\ntree:9,9,9::\n"


def put(
    path: Path, content: npt.NDArray[np.generic] | str | bytes, mode: str | None = None
) -> None:
    """Write a picture, an array or a text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, "utf-8", newline="")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif path.suffix == ".npy":
        np.save(path, content)
    else:
        image = Image.fromarray(content)
        image = image.convert(mode) if mode else image
        image.save(path, "PNG" if path.suffix == ".jpg" and content is not PHOTO else None)


def photos(root: Path, *names: str) -> None:
    for name in names:
        put(root / name, PHOTO)


@dataclass
class Result:
    """What a conversion gave: the report, the label images by name, the palette."""

    report: ImportReport
    labels: dict[str, Pixels]
    palette: Palette

    @property
    def text(self) -> str:
        return "\n".join(str(problem) for problem in self.report.problems)

    def names(self, label: str) -> list[list[str]]:
        """The class name of every pixel."""
        names = {e.id: e.name for e in self.palette.classes} | {255: "-"}
        return [[names[int(value)] for value in row] for row in self.labels[label]]


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, report: Recorder) -> Run:
    def made(source: Path, **options: object) -> Result:
        out = tmp_path / "out"
        request = convert.ConvertRequest((source,), out=out, **options)  # type: ignore[arg-type]
        result = convert.run(request, report)
        pngs = (out / "labels").rglob("*.png")
        labels = {p.relative_to(out / "labels").as_posix(): read_label(p) for p in pngs}
        return Result(result, labels, Palette.load(out / "palette.json"))

    return made


@pytest.mark.parametrize(
    ("photo", "mask", "label"),
    [
        ("train/Images/a.jpg", "train/Labels/a.png", "a.png"),
        ("images/train/a.jpg", "masks/train/a.png", "train/a.png"),
        ("images/x/1.jpg", "masks/x/1.png", "x/1.png"),
        ("a.jpg", "a_mask.png", "a.png"),
        ("a.jpg", "mask_a.png", "a.png"),
        ("a.jpg", "a_L.png", "a.png"),
        ("images/a.JPG", "masks/a.PNG", "a.png"),
        ("a.jpg", "a.png", "a.png"),
        ("one/a.jpg", "two/a.png", "one/a.png"),
        ("one/sub/a.jpg", "two/sub/a.png", "one/sub/a.png"),
        ("train/a.jpg", "trainannot/a.png", "train/a.png"),
        ("default/a.jpg", "defaultannot/a.png", "default/a.png"),
        ("JPEGImages/a.jpg", "SegmentationClass/a.png", "a.png"),
        ("images/train/a.jpg", "labels/train/a_train_id.png", "train/a.png"),
        (
            "leftImg8bit/train/aachen/a_000_leftImg8bit.png",
            "gtFine/train/aachen/a_000_gtFine_labelIds.png",
            "train/aachen/a_000_leftImg8bit.png",
        ),
        ("images/road_seg.jpg", "masks/road_seg.png", "road_seg.png"),
        ("images/a.jpg", "masks/a.npy", "a.png"),
    ],
)
def test_layouts_pair_every_mask_with_its_photo(
    run: Run, tmp_path: Path, photo: str, mask: str, label: str
) -> None:
    root = tmp_path / "data"
    photos(root, photo, str(Path(photo).with_name("other.jpg")))
    put(root / mask, INDEX)
    result = run(root)
    assert [i.label for i in result.report.items if i.status == "converted"] == [f"labels/{label}"]
    assert np.array_equal(result.labels[label], INDEX)


def test_same_names_in_train_and_val_stay_apart(run: Run, tmp_path: Path) -> None:
    for number, part in enumerate(("train", "val")):
        photos(tmp_path / "d", f"{part}/images/1.jpg")
        put(tmp_path / "d" / part / "masks" / "1.png", INDEX + np.uint8(number))
    result = run(tmp_path / "d")
    assert np.array_equal(result.labels["train/images/1.png"], INDEX)
    assert np.array_equal(result.labels["val/images/1.png"], INDEX + 1)


def dataset(root: Path, *masks: tuple[str, npt.NDArray[np.generic] | bytes]) -> Path:
    """Write masks into a folder of masks, each with its photo."""
    for name, content in masks:
        photos(root, f"images/{Path(name).stem}.jpg")
        put(root / "masks" / name, content)
    return root


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def indexed(values: Pixels, colors: Pixels, **options: object) -> bytes:
    image = Image.fromarray(values, "P")
    image.putpalette(colors.tobytes())
    return encoded(image, "PNG", **options)


def one_hot(values: Pixels) -> Pixels:
    return (values[..., None] == np.arange(4)).astype(np.uint8)


GREY3 = np.repeat(INDEX[..., None], 3, axis=2)
RGBA = np.dstack([COLORS[INDEX], np.full(INDEX.shape, 255, np.uint8)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", INDEX),
        ("a.png", INDEX.astype(np.uint16)),
        ("a.png", indexed(INDEX, COLORS)),
        ("a.png", indexed(INDEX, COLORS, transparency=0)),
        ("a.png", indexed(INDEX, COLORS, bits=2)),
        ("a.png", GREY3),
        ("a.png", np.dstack([INDEX, np.full(INDEX.shape, 255, np.uint8)])),
        ("a.jpg", encoded(Image.fromarray(INDEX), "PNG")),
        ("a.bmp", INDEX),
        ("a.tif", INDEX),
        ("a.TIFF", encoded(Image.fromarray(INDEX), "TIFF", compression="tiff_lzw")),
        ("a.gif", INDEX),
        ("a.webp", encoded(Image.fromarray(GREY3), "WEBP", lossless=True)),
        ("a.npy", INDEX),
        ("a.npy", INDEX.astype(np.int64)),
        ("a.npy", INDEX.astype(np.float32)),
        ("a.npy", np.asfortranarray(INDEX)),
        ("a.npy", one_hot(INDEX)),
        ("a.npy", one_hot(INDEX).transpose(2, 0, 1)),
        ("a.npy", one_hot(INDEX).astype(np.float64)),
        ("a.npy", one_hot(INDEX).astype(np.bool_)),
    ],
)
def test_values_are_ids_however_they_are_stored(
    run: Run, tmp_path: Path, name: str, content: npt.NDArray[np.generic] | bytes
) -> None:
    result = run(dataset(tmp_path / "d", (name, content)))
    assert np.array_equal(result.labels["a.png"], INDEX)
    assert [e.name for e in result.palette.classes] == [
        "background",
        *("class 1", "class 2"),
        "class 3",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", COLORS[INDEX]),
        ("a.png", RGBA),
        ("a.png", INDEX),
        ("a.png", indexed(INDEX, COLORS)),
        ("a.png", indexed(3 - INDEX, COLORS[::-1])),
        ("a.jpg", encoded(Image.fromarray(COLORS[INDEX]), "PNG")),
        ("a.npy", COLORS[INDEX]),
    ],
)
def test_a_labelmap_names_colours_and_values(
    run: Run, tmp_path: Path, name: str, content: npt.NDArray[np.generic] | bytes
) -> None:
    root = dataset(tmp_path / "d", (name, content))
    put(root / "labelmap.txt", LABELMAP)
    result = run(root)
    assert [row[0] for row in result.names("a.png")] == [
        *["background"] * 2, *["car"] * 2, *["road"] * 2, *["tree"] * 2,
    ]  # fmt: skip
    assert not [p for p in result.report.problems if p.severity != "info"]
    assert [e.color for e in result.palette.classes] == ["#000000", "#fa3253", "#3d3df5", "#090909"]


def test_colours_without_a_list_are_classes_of_their_own(run: Run, tmp_path: Path) -> None:
    result = run(dataset(tmp_path / "d", ("a.png", COLORS[INDEX])))
    assert result.names("a.png")[-1][0] == "#090909"
    assert len(result.palette.classes) == 4
    assert result.palette.classes[0].name == "background"


@pytest.mark.parametrize(
    "content",
    [INDEX // 2 * 255, (INDEX // 2).astype(np.bool_), INDEX // 2, GREY3 // 2 * 255],
    ids=["0-255", "1 bit", "0-1", "RGB"],
)
def test_masks_of_two_values_show_one_object(
    run: Run, tmp_path: Path, content: npt.NDArray[np.generic]
) -> None:
    result = run(dataset(tmp_path / "d", ("a.png", content)))
    assert np.array_equal(result.labels["a.png"], INDEX // 2)
    assert [e.name for e in result.palette.classes] == ["background", "object"]


def test_255_is_ignored_where_other_masks_have_more_values(run: Run, tmp_path: Path) -> None:
    border = np.where(INDEX == 2, 255, 0).astype(np.uint8)
    result = run(dataset(tmp_path / "d", ("a.png", border), ("b.png", INDEX)))
    assert set(np.unique(result.labels["a.png"])) == {0, 255}
    assert "class 255" not in {e.name for e in result.palette.classes}


def smoothed(seed: int = 0) -> Pixels:
    """A mask with grey edges."""
    ramp = np.tile(np.linspace(0, 255, 12).astype(np.uint8), (8, 1))
    return np.where(INDEX == 3, ramp, INDEX // 2 * 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.png", (INDEX.astype(np.uint16) + 1) * 1001, ("16", "1000")),
        ("b.png", smoothed(), ("smoothed", "12 grey")),
        ("b.png", PHOTO, ("96 colours",)),
        ("b.jpg", encoded(Image.fromarray(PHOTO), "JPEG"), ("JPEG", "colours")),
        ("b.png", np.dstack([COLORS[INDEX], INDEX * np.uint8(80)]), ("transparent",)),
        ("b.png", b"", ("b.png",)),
        ("b.png", encoded(Image.fromarray(PHOTO[..., 0] % 4), "PNG")[:70], ("b.png",)),
        ("b.npy", one_hot(INDEX) * 0.5, ("one-hot", "8 x 12 x 4")),
        ("b.npy", np.zeros((8, 12, 4, 2)), ("8 x 12 x 4 x 2",)),
        ("b.npy", np.full((8, 12), 0.5), ("whole numbers",)),
        ("b.npz", b"PK\x03\x04", ("npz",)),
    ],
)
def test_what_is_no_mask_is_refused_by_name_and_the_others_are_read(
    run: Run,
    tmp_path: Path,
    name: str,
    content: npt.NDArray[np.generic] | bytes,
    said: tuple[str, ...],
) -> None:
    result = run(dataset(tmp_path / "d", ("a.png", INDEX), (name, content)))
    assert set(result.labels) == {"a.png"}
    problem = next(p for p in result.report.problems if p.path == f"masks/{name}")
    assert problem.severity == "error"
    assert all(word in problem.message for word in said), problem.message


def test_arrays_never_run_code_or_take_the_memory_that_they_claim(run: Run, tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": print}], dtype=object), allow_pickle=True)
    head = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (100_000, 100_000)}
    np.lib.format.write_array_header_1_0(head, shape)
    root = dataset(tmp_path / "d", ("a.npy", stream.getvalue()), ("b.npy", head.getvalue()))
    put(root / "masks" / "c.npy", INDEX)
    photos(root, "images/c.jpg")
    result = run(root)
    assert set(result.labels) == {"c.png"}
    assert "object values" in result.text
    assert "claims 10,000,000,000 values" in result.text


def test_a_large_mask_is_refused_before_it_is_decoded(run: Run, tmp_path: Path) -> None:
    huge = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(huge) < 100_000
    result = run(dataset(tmp_path / "d", ("a.png", INDEX), ("b.png", huge)))
    assert set(result.labels) == {"a.png"}
    assert "20000 x 20000" in result.text


def test_values_and_colours_that_no_list_names_are_ignored_and_told(
    run: Run, tmp_path: Path
) -> None:
    root = dataset(tmp_path / "d", ("a.png", COLORS[INDEX]), ("b.png", INDEX + np.uint8(2)))
    put(root / "labelmap.txt", LABELMAP.replace("road:61,61,245::\n", "road:1,2,3::\n"))
    result = run(root)
    assert {v for row in result.names("a.png") for v in row} == {"background", "car", "-", "tree"}
    assert {v for row in result.names("b.png") for v in row} == {"road", "tree", "-"}
    assert "#3d3df5" in result.text
    assert "24 pixels" in result.text
    assert "4, 5" in result.text


def test_cityscapes_reads_the_training_ids_and_says_what_it_leaves(
    run: Run, tmp_path: Path
) -> None:
    root = tmp_path / "city"
    for part, name in (("train", "x_0"), ("val", "y_1")):
        photos(root, f"leftImg8bit/{part}/town/{name}_leftImg8bit.jpg")
        base = root / "gtFine" / part / "town"
        put(base / f"{name}_gtFine_labelIds.png", INDEX + np.uint8(7))
        put(
            base / f"{name}_gtFine_labelTrainIds.png",
            np.where(INDEX == 3, 255, INDEX).astype(np.uint8),
        )
        put(base / f"{name}_gtFine_instanceIds.png", INDEX.astype(np.uint16) * 1000)
        put(base / f"{name}_gtFine_color.png", COLORS[INDEX])
        put(base / f"{name}_gtFine_polygons.json", "{}")
    result = run(root)
    assert set(result.labels) == {
        "train/town/x_0_leftImg8bit.png", "val/town/y_1_leftImg8bit.png",
    }  # fmt: skip
    names = result.names("train/town/x_0_leftImg8bit.png")
    assert [names[row][0] for row in (0, 2, 4, 6)] == ["road", "sidewalk", "building", "-"]
    aside = [p for p in result.report.problems if "left aside" in p.message]
    assert len(aside) == 1
    assert "6 other version(s)" in aside[0].message
    assert result.report.photos == 2


def test_voc_is_known_by_its_colours_and_its_border_is_ignored(run: Run, tmp_path: Path) -> None:
    colors = np.zeros((256, 3), np.uint8)
    colors[:21] = [e.color for e in VOC.entries[:21]]
    colors[255] = 224, 224, 192
    values = np.where(INDEX == 3, 255, INDEX * 5).astype(np.uint8)
    root = tmp_path / "voc"
    for name, content in (("a", indexed(values, colors)), ("b", colors[values])):
        photos(root, f"JPEGImages/{name}.jpg")
        put(root / "SegmentationObject" / f"{name}.png", INDEX)
        put(root / f"SegmentationClass/{name}.png", content)
        put(
            root / "ImageSets/Segmentation" / ("train.txt" if name == "a" else "val.txt"),
            f"{name}\n",
        )
        if name == "a":
            first = run(root)
            assert [row[0] for row in first.names("a.png")][::2] == [
                "background",
                "bottle",
                "cow",
                "-",
            ]
    (root / "SegmentationClass/a.png").unlink()
    assert [row[0] for row in run(root).names("b.png")][::2] == ["background", "bottle", "cow", "-"]


def test_our_own_label_images_come_back_with_names_and_ids(run: Run, tmp_path: Path) -> None:
    palette = {
        "schema": 1, "background": 0, "ignore": 255,
        "classes": [{"id": 0, "name": "background", "color": "#000000"},
                    {"id": 2, "name": "sky", "color": "#7ec8e3"},
                    {"id": 3, "name": "ground", "color": "#8a5a2b"}],
    }  # fmt: skip
    root = tmp_path / "mine"
    put(root / "palette.json", json.dumps(palette))
    put(root / "labels" / "x" / "a.png", np.where(INDEX == 1, 255, INDEX).astype(np.uint8))
    result = run(root)
    assert result.palette.as_json() == palette
    assert np.array_equal(result.labels["x/a.png"], np.where(INDEX == 1, 255, INDEX))
    assert result.report.items[0].status == "converted-without-photo"


def test_lists_state_the_split_and_which_mask_belongs_to_which_photo(tmp_path: Path) -> None:
    root = tmp_path / "d"
    for name in ("a", "b", "c", "d"):
        photos(root, f"pics/{name}.jpg")
        put(root / "out" / f"{name}9.png", INDEX)
    put(root / "train.csv", "image,mask\r\npics/a.jpg,out/a9.png\r\npics/b.jpg,out/b9.png\r\n")
    put(root / "val.txt", "/somewhere/pics/c.jpg /somewhere/out/c9.png\n")
    put(root / "splits.csv", "id;split\nd;test\n")
    found = FolderSource(root).once(mask_set).files
    assert {m: (f.photo, f.subset) for m, f in found.items()} == {
        "out/a9.png": ("pics/a.jpg", "train"),
        "out/b9.png": ("pics/b.jpg", "train"),
        "out/c9.png": ("pics/c.jpg", "val"),
    }


def test_lists_tell_pictures_of_one_name_by_their_folders(tmp_path: Path) -> None:
    root = tmp_path / "d"
    for scene in ("1", "2"):
        photos(root, f"{scene}/view.jpg")
        put(root / scene / "truth.png", INDEX)
    rows = "".join(f"{scene}/view.jpg,{scene}/truth.png\n" for scene in ("1", "2"))
    put(root / "train.csv", f"image,mask\n{rows}")
    found = FolderSource(root).once(mask_set).files
    assert {mask: file.photo for mask, file in found.items()} == {
        "1/truth.png": "1/view.jpg",
        "2/truth.png": "2/view.jpg",
    }


def test_lists_name_pictures_however_their_accents_are_composed(tmp_path: Path) -> None:
    photos(tmp_path, "pics/e\u0301.jpg")
    put(tmp_path / "out" / "x9.png", INDEX)
    put(tmp_path / "val.csv", "image,mask\npics/\u00e9.jpg,out/x9.png\n")
    (found,) = FolderSource(tmp_path).once(mask_set).files.values()
    assert (unicodedata.normalize("NFC", found.photo), found.subset) == ("pics/\u00e9.jpg", "val")


@pytest.mark.parametrize("part", ["train", "val", "test"])
def test_the_part_of_a_split_comes_from_folders_or_image_sets(tmp_path: Path, part: str) -> None:
    put(tmp_path / "a" / part / "masks" / "1.png", INDEX)
    put(tmp_path / "b" / "SegmentationClass" / "1.png", INDEX)
    put(tmp_path / "b" / "ImageSets" / "Segmentation" / f"{part}.txt", "1\n")
    put(tmp_path / "b" / "ImageSets" / "Segmentation" / "trainval.txt", "1\n")
    for root in ("a", "b"):
        files = FolderSource(tmp_path / root).once(mask_set).files
        assert [file.subset for file in files.values()] == [part]


def test_two_folders_of_photos_are_not_guessed_to_be_masks(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "one/a.png", "two/a.png")
    with pytest.raises(SegStudioError, match=r"all look like photos.*--format masks"):
        run(tmp_path / "d")


def test_a_folder_of_masks_alone_is_read_by_its_exact_values(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "d" / "a.png", INDEX)
    put(tmp_path / "d" / "b.png", INDEX)
    result = run(tmp_path / "d")
    assert {i.status for i in result.report.items} == {"converted-without-photo"}
    photos(tmp_path / "p", "a.jpg", "b.jpg")
    result = run(tmp_path / "d", photos=tmp_path / "p")
    assert {i.status for i in result.report.items} == {"converted"}
    assert np.array_equal(result.labels["a.png"], INDEX)


def test_coloured_pictures_alone_are_asked_about_unless_named_or_listed(
    run: Run, tmp_path: Path
) -> None:
    put(tmp_path / "d" / "a.png", COLORS[INDEX])
    with pytest.raises(SegStudioError, match=r"look like masks.*--format masks"):
        run(tmp_path / "d")
    result = run(tmp_path / "d", format="masks")
    assert {i.status for i in result.report.items} == {"converted-without-photo"}
    put(tmp_path / "d" / "labelmap.txt", LABELMAP)
    assert np.array_equal(run(tmp_path / "d").labels["a.png"], INDEX)


def test_masks_in_a_folder_of_any_name_have_more_in_their_names_than_photos(
    run: Run, tmp_path: Path
) -> None:
    photos(tmp_path / "d", "stills/a.png", "stills/b.png")
    put(tmp_path / "d" / "approved" / "a_L.png", COLORS[INDEX])
    put(tmp_path / "d" / "approved" / "b_L.png", COLORS[INDEX])
    put(
        tmp_path / "d" / "label_colors.txt",
        "0 0 0 void\n250 50 83\tcar\n61 61 245\t\troad\n9 9 9 tree\n",
    )
    result = run(tmp_path / "d")
    assert [i.status for i in result.report.items] == ["converted"] * 2
    assert result.names("stills/a.png")[-1][0] == "tree"


def test_one_mask_may_be_named_alone(run: Run, tmp_path: Path) -> None:
    root = dataset(tmp_path / "d", ("a.png", INDEX), ("b.png", INDEX))
    put(root / "labelmap.txt", LABELMAP)
    result = run(root / "masks" / "a.png")
    assert result.names("a.png")[-1][0] == "tree"
    assert [i.status for i in result.report.items] == ["converted"]


def test_a_folder_of_photos_alone_is_no_folder_of_masks(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "a.jpg", "b.png")
    with pytest.raises(SegStudioError, match="no annotations"):
        run(tmp_path / "d")


def test_a_mask_in_the_same_folder_is_not_its_own_photo(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "a.jpg", "c.jpg")
    put(tmp_path / "d" / "a_mask.png", INDEX)
    put(tmp_path / "d" / "b_mask.png", INDEX)
    for options in ({}, {"photos": tmp_path / "d"}):
        result = run(tmp_path / "d", **options)
        status = {item.photo: item.status for item in result.report.items}
        assert status == {"a.jpg": "converted", "b": "converted-without-photo", "c.jpg": "skipped"}


def test_a_mask_of_another_size_is_scaled_without_gaps_or_refused(run: Run, tmp_path: Path) -> None:
    half = np.random.default_rng(1).integers(1, 4, (4, 6), np.uint8)
    root = dataset(tmp_path / "d", ("a.png", half), ("b.png", np.ones((5, 5), np.uint8)))
    result = run(root)
    assert np.array_equal(result.labels["a.png"], np.kron(half, np.ones((2, 2), np.uint8)))
    assert "b.png" not in result.labels
    assert "5 x 5" in result.text


@given(
    st.integers(1, 9).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from([0, 1, 2, 3, 7, 254, 255]), min_size=width, max_size=width),
            min_size=1,
            max_size=9,
        )
    )
)
def test_label_images_written_by_us_come_back_equal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int]]
) -> None:
    root = tmp_path_factory.mktemp("round")
    label = np.array(rows, np.uint8)
    # Two values would be one object; a second mask makes clear that they are ids.
    put(root / "first" / "labels" / "a.png", label)
    put(root / "first" / "labels" / "b.png", np.arange(4, dtype=np.uint8)[None])
    convert.run(convert.ConvertRequest((root / "first",), out=root / "second"), Recorder())
    convert.run(convert.ConvertRequest((root / "second",), out=root / "third"), Recorder())
    for made in ("second", "third"):
        assert np.array_equal(read_label(root / made / "labels" / "a.png"), label)


def test_the_version_of_a_mask_that_is_for_people_is_left_aside(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "a.jpg")
    put(tmp_path / "d" / "a_mask.png", INDEX)
    put(tmp_path / "d" / "a_color.png", COLORS[INDEX])
    result = run(tmp_path / "d")
    assert np.array_equal(result.labels["a.png"], INDEX)
    assert "1 other version(s) of the masks (color)" in result.text


def test_masks_of_single_objects_are_no_masks_of_classes(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "a.jpg")
    put(tmp_path / "d" / "labels" / "a_instanceIds.png", INDEX)
    with pytest.raises(SegStudioError, match="instances"):
        run(tmp_path / "d")


def test_the_same_names_in_every_folder_leave_the_masks_to_be_told(
    run: Run, tmp_path: Path
) -> None:
    for part in ("train", "val"):
        photos(tmp_path / "d", f"pics/{part}/1.jpg")
        put(tmp_path / "d" / "gray" / part / "1.png", INDEX)
    result = run(tmp_path / "d")
    assert set(result.labels) == {"pics/train/1.png", "pics/val/1.png"}


def test_photos_beside_a_folder_of_masks_are_photos_whatever_holds_both(
    run: Run, tmp_path: Path
) -> None:
    photos(tmp_path / "segmentation", "frames/1.jpg")
    put(tmp_path / "segmentation" / "masks" / "1.png", INDEX)
    result = run(tmp_path / "segmentation")
    assert [item.status for item in result.report.items] == ["converted"]


def test_noise_is_refused_before_it_fills_the_memory(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_runs, "_MOST_RUNS", 50)
    noise = np.tile(np.array([0, 1], np.uint8), 48).reshape(8, 12)
    result = run(dataset(tmp_path / "d", ("a.png", INDEX), ("b.png", noise)))
    assert set(result.labels) == {"a.png"}
    assert "change 96 times" in result.text


@pytest.mark.parametrize(("name", "expected"), [("car", "car"), ("Void", "-")])
def test_255_is_a_class_where_a_list_says_so(
    run: Run, tmp_path: Path, name: str, expected: str
) -> None:
    greys = np.array([0, 128, 255], np.uint8)[INDEX % 3]
    root = dataset(tmp_path / "d", ("a.png", greys))
    assert "if 255 is a class" in run(root).text
    put(root / "classes.csv", f"id,name\n0,background\n128,road\n255,{name}\n")
    result = run(root)
    assert [row[0] for row in result.names("a.png")][::2] == [
        "background",
        "road",
        expected,
        "background",
    ]


def test_colours_of_single_objects_are_not_taken_for_classes(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    every = [(f"{n}.png", rng.integers(0, 256, (4, 3), np.uint8)[INDEX]) for n in range(20)]
    with pytest.raises(SegStudioError, match=r"80 colours .* single objects"):
        run(dataset(tmp_path / "d", *every))


def test_an_empty_list_is_told_and_not_used(run: Run, tmp_path: Path) -> None:
    root = dataset(tmp_path / "d", ("a.png", COLORS[INDEX]))
    put(root / "labelmap.txt", "# nothing\n")
    result = run(root)
    assert "labelmap.txt: it lists no class" in result.text
    assert len(result.palette.classes) == 4


def test_folders_of_photos_as_a_further_source_are_no_matter_of_doubt(
    run: Run, tmp_path: Path
) -> None:
    put(tmp_path / "masks" / "train" / "1.png", INDEX)
    photos(tmp_path / "pics", "train/1.jpg", "val/1.jpg")
    out = tmp_path / "both"
    request = convert.ConvertRequest((tmp_path / "masks", tmp_path / "pics"), out=out)
    status = {i.photo: i.status for i in convert.run(request, Recorder()).items}
    assert status == {"train/1.jpg": "converted", "val/1.jpg": "skipped"}


def test_photos_that_are_named_as_masks_are_refused(run: Run, tmp_path: Path) -> None:
    photos(tmp_path / "d", "a.jpg", "b.png")
    with pytest.raises(SegStudioError, match="many values or colours"):
        run(tmp_path / "d", format="masks")


def test_real_masks_come_back_pixel_by_pixel(run: Run, shared_data: Path, tmp_path: Path) -> None:
    for part in ("train", "val"):
        for mask in sorted((shared_data / "camvid" / part / "Labels").iterdir())[:6]:
            photo = mask.parents[1] / "Images" / f"{mask.stem}.jpg"
            put(tmp_path / "d" / part / "Labels" / mask.name, mask.read_bytes())
            put(tmp_path / "d" / part / "Images" / photo.name, photo.read_bytes())
    result = run(tmp_path / "d")
    assert len(result.labels) == 12
    for name, label in result.labels.items():
        real = tmp_path / "d" / name.replace("/Images/", "/Labels/")
        assert np.array_equal(label, read_label(real))


def test_label_images_of_a_conversion_are_read_again_whatever_they_are_called(
    run: Run, tmp_path: Path
) -> None:
    names = ("train/Images/a", "train/Images/a_color", "val/instances/b_mask")
    photos(tmp_path / "p", *(f"{name}.jpg" for name in names))
    labels = {f"{name}.png": np.roll(INDEX, k, 0) for k, name in enumerate(names)}
    for name, label in labels.items():
        put(tmp_path / "d" / "labels" / name, label)
    items = [{"photo": f"{name}.jpg", "label": f"labels/{name}.png"} for name in names]
    put(tmp_path / "d" / "report.json", json.dumps({"items": items}))
    put(
        tmp_path / "d" / "palette.json",
        json.dumps(Palette.from_labels([("car", None), ("road", None), ("tree", None)]).as_json()),
    )
    for home, status in ((None, "converted-without-photo"), (tmp_path / "p", "converted")):
        result = run(tmp_path / "d", photos=home)
        assert {(i.photo, i.status) for i in result.report.items} == {
            (f"{name}.jpg", status) for name in names
        }
        assert all(np.array_equal(result.labels[name], label) for name, label in labels.items())


@pytest.mark.parametrize("text", ["[]", "{", '{"items": 1}', '{"items": [{}]}', "[" * 100_000])
def test_other_reports_say_nothing_about_masks(run: Run, tmp_path: Path, text: str) -> None:
    root = dataset(tmp_path / "d", ("a.png", INDEX))
    put(root / "report.json", text)
    assert [i.status for i in run(root).report.items if i.label] == ["converted"]
