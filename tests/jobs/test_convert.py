from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Recorder
from PIL import ExifTags, Image

from jobs.exports import cvat, labelme, photo
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette, PaletteClass
from segstudio.core.rasterize import Raster
from segstudio.jobs import import_burning, import_reading
from segstudio.jobs.convert import ConvertRequest, run
from segstudio.jobs.import_report import ClassCount, ImportReport

SKYDIVING = Palette(
    classes=(
        PaletteClass(id=0, name="no-label", color="#000000"),
        PaletteClass(id=1, name="person", color="#d55e00", paint_order=3),
        PaletteClass(id=2, name="airplane", color="#cc79a7", paint_order=2),
        PaletteClass(id=3, name="ground", color="#009e73", paint_order=1),
        PaletteClass(id=4, name="sky", color="#56b4e9", paint_order=0),
    )
)


def convert(*sources: Path, out: Path, **rest: Any) -> ImportReport:
    result = run(ConvertRequest(sources, out=out, **rest), Recorder())
    written = json.loads((out / "report.json").read_text())
    assert written == result.as_json()
    assert written["photos"] == len(written["items"]) == written["converted"] + written["skipped"]
    for item in written["items"]:
        assert (item["label"] is None) == (item["status"] == "skipped")
        assert item["label"] is None or (out / item["label"]).is_file()
    return result


def statuses(result: ImportReport) -> dict[str, str]:
    assert len({item.photo for item in result.items}) == len(result.items)
    return {item.photo: item.status for item in result.items}


def told(result: ImportReport) -> str:
    return "\n".join(str(problem) for problem in result.problems)


def test_a_folder_becomes_label_images(tmp_path: Path) -> None:
    for name in ("a", "b"):
        photo(tmp_path / f"in/Images/{name}.jpg")
        labelme(tmp_path / f"in/Annotations/{name}.xml", f"{name}.jpg")
    out = tmp_path / "out"
    result = convert(tmp_path / "in", out=out)
    assert result.format == "labelme-xml"
    assert statuses(result) == {"a.jpg": "converted", "b.jpg": "converted"}
    label = read_label(out / "labels/a.png")
    expected = np.zeros((12, 16), np.uint8)
    expected[2:6, 2:8] = 1
    assert np.array_equal(label, expected)
    with Image.open(out / "labels/a.png") as png:
        assert png.mode == "P"
    assert Palette.load(out / "palette.json").find("car") is not None
    assert result.classes["car"].pixels == 48
    assert result.problems == ()


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "in"
    photo(home / "good.jpg")
    labelme(home / "good.xml", "good.jpg")
    labelme(home / "alone.xml", "alone.jpg")
    photo(home / "bare.jpg")
    (home / "text.jpg").write_text("no photo")
    labelme(home / "text.xml", "text.jpg")
    photo(home / "other.jpg", (12, 16))
    labelme(home / "other.xml", "other.jpg")
    (home / "cut.xml").write_text("<annotation><filename>cut.jpg</filename>\n<object>")
    (home / "dtd.xml").write_text("<!DOCTYPE a><annotation/>")
    result = convert(home, out=tmp_path / "out")
    assert statuses(result) == {
        "good.jpg": "converted",
        "alone.jpg": "converted-without-photo",
        "bare.jpg": "skipped",
        "text.jpg": "skipped",
        "other.jpg": "skipped",
        "cut.xml": "skipped",
        "dtd.xml": "skipped",
    }
    text = told(result)
    for words in (
        "16 x 12, the photo is 12 x 16",
        "bare.jpg: skipped: no annotation",
        "DOCTYPE",
        "text.jpg is no photo",
        "cut.xml, line 2",
        "alone.jpg: there is no photo",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no xml at all", "line 1"),
        ("<annotations>\n<image name='a.jpg' width='4' hei", "line 2"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><annotations/>', "DOCTYPE"),
        ("<annotation><object><bndbox/></object></annotation>", "bndbox"),
        ("<html/>", "<html>"),
    ],
)
def test_a_single_refused_file_fails_with_its_name(
    tmp_path: Path, content: str, words: str
) -> None:
    source = tmp_path / "a.xml"
    source.write_text(content)
    with pytest.raises(SegStudioError, match=r"a\.xml") as caught:
        run(ConvertRequest((source,), out=tmp_path / "out"), Recorder())
    assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_nothing_there_fails_with_the_name(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match=r"absent\.zip"):
        run(ConvertRequest((tmp_path / "absent.zip",), out=tmp_path / "out"), Recorder())
    (tmp_path / "empty").mkdir()
    with pytest.raises(SegStudioError, match="empty"):
        run(ConvertRequest((tmp_path / "empty",), out=tmp_path / "out"), Recorder())


def test_what_was_refused_is_said_where_nothing_is_left(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("../up.xml", "<annotations/>")
    with pytest.raises(SegStudioError) as caught:
        convert(tmp_path / "e.zip", out=tmp_path / "out")
    assert "../up.xml: refused" in str(caught.value.meaning)


def test_label_images_of_the_users_are_never_written_over(tmp_path: Path) -> None:
    photo(tmp_path / "in/a.jpg")
    labelme(tmp_path / "in/a.xml", "a.jpg")
    mine = photo(tmp_path / "out/labels/a.png")
    before = mine.read_bytes()
    with pytest.raises(SegStudioError, match="labels"):
        convert(tmp_path / "in", out=tmp_path / "out")
    assert mine.read_bytes() == before
    mine.unlink()
    for _ in range(2):
        assert convert(tmp_path / "in", out=tmp_path / "out").converted == 1


def test_label_images_of_an_earlier_conversion_are_told_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        photo(tmp_path / f"first/sub/{name}.jpg")
        labelme(tmp_path / f"first/sub/{name}.xml", f"{name}.jpg")
    photo(tmp_path / "second/sub/b.jpg")
    labelme(tmp_path / "second/sub/b.xml", "b.jpg", label="tree")
    out = tmp_path / "out"
    for _ in range(2):
        assert convert(tmp_path / "first", out=out).problems == ()
    (found,) = convert(tmp_path / "second", out=out).problems
    assert (found.severity, found.path) == ("warning", str(out / "labels"))
    assert "2 label image(s) of an earlier conversion" in found.message
    assert "(sub/a.png, sub/c.png)" in found.message
    assert "empty folder" in found.message


def test_stopped_while_reading_leaves_an_earlier_palette_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        photo(tmp_path / f"in/{name}.jpg")
        labelme(tmp_path / f"in/{name}.xml", f"{name}.jpg", label=f"thing {name}")
    out = tmp_path / "out"
    convert(tmp_path / "in", out=out)
    before = (out / "palette.json").read_bytes()
    result = run(ConvertRequest((tmp_path / "in",), out=out), Recorder(stop_after=1))
    assert result.interrupted
    assert (out / "palette.json").read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_names_that_are_no_text_are_told_and_left_out(tmp_path: Path) -> None:
    labelme(tmp_path / "in/a.xml", "a.jpg")
    photo(tmp_path / "in/a.jpg")
    bad = tmp_path / "in" / os.fsdecode(b"caf\xe9")
    bad.mkdir()
    bad.with_name(f"{bad.name}.jpg").write_bytes(b"")
    result = convert(tmp_path / "in", out=tmp_path / "out")
    assert result.converted == result.photos == 1
    assert sorted(p.path for p in result.problems) == ["caf?", "caf?.jpg"]
    with pytest.raises(SegStudioError, match=r"caf.*character set"):
        convert(bad, out=tmp_path / "out")


def test_one_refused_source_does_not_stop_another(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    good, bad = cvat(tmp_path / "good.xml", "a.jpg"), tmp_path / "bad.xml"
    bad.write_text("<annotations><ima")
    result = convert(bad, good, tmp_path / "absent.xml", out=tmp_path / "out")
    assert statuses(result) == {
        "a.jpg": "converted", "bad.xml": "skipped", "absent.xml": "skipped",
    }  # fmt: skip


def test_labels_that_the_palette_does_not_name_are_left_out_with_a_hint(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    source = cvat(tmp_path / "a.xml", "a.jpg", used="Car ")
    palette = tmp_path / "palette.json"
    Palette.from_labels([("car", None)]).save(palette)
    for rest in ({"palette": palette}, {}):
        result = convert(source, out=tmp_path / "out", **rest)
        assert not read_label(tmp_path / "out/labels/a.png").any()
        assert 'the label "Car "' in told(result)
        assert 'did you mean "car"' in told(result)
        assert [entry.name for entry in Palette.load(palette).classes] == ["background", "car"]


def test_classes_follow_the_exports_own_list_else_their_names(tmp_path: Path) -> None:
    source = cvat(tmp_path / "a.xml", "a.jpg", labels=("tree", "BACKGROUND", "car"))
    convert(source, out=tmp_path / "out")
    classes = Palette.load(tmp_path / "out/palette.json").classes
    assert [(entry.id, entry.name) for entry in classes] == [
        (0, "BACKGROUND"), (1, "tree"), (2, "car"),
    ]  # fmt: skip
    for label in ("tree", "Car", "car"):
        labelme(tmp_path / f"in/{label}-{ord(label[0])}.xml", "x.jpg", label)
    result = convert(tmp_path / "in", out=tmp_path / "out2")
    classes = Palette.load(tmp_path / "out2/palette.json").classes
    assert [entry.name for entry in classes] == ["background", "Car", "car", "tree"]
    assert '"Car", "car" may mean the same' in told(result)


def test_names_keep_their_folders_and_never_meet(tmp_path: Path) -> None:
    home = tmp_path / "in"
    names = ("x/a.jpg", "y/a.jpg", "y/a.png", "y/A.jpg")
    for name in names:
        photo(home / "images" / name)
    cvat(home / "annotations.xml", *names)
    result = convert(home, out=tmp_path / "out")
    labels = [item.label for item in result.items]
    assert len({str(label).casefold() for label in labels}) == 4
    assert {"labels/x/a.png", "labels/y/a-png.png"} <= set(labels)
    assert {item.photo for item in result.items} == set(names)
    assert "is taken" in told(result)


def test_ambiguous_photos_are_asked_about_not_guessed(tmp_path: Path) -> None:
    home = tmp_path / "in"
    for name in ("x/a.jpg", "y/a.jpg"):
        photo(home / name)
    cvat(home / "annotations.xml", "a.jpg")
    result = convert(home, out=tmp_path / "out")
    assert set(statuses(result).values()) == {"skipped"}
    assert len(result.items) == 3
    assert "2 photos fit a.jpg, choose one (Your choice, --match): x/a.jpg, y/a.jpg" in told(result)
    asked = [item for item in result.items if item.candidates]
    assert [item.candidates for item in asked] == [("x/a.jpg", "y/a.jpg")]
    for name in ("a.jpg", "annotations.xml"):
        chosen = convert(home, out=tmp_path / f"chosen-{name}", choices={name: "y/a.jpg"})
        assert statuses(chosen) == {"x/a.jpg": "skipped", "y/a.jpg": "converted"}
        assert "as you chose" in {item.match for item in chosen.items}


def test_every_format_says_why_it_is_or_is_not_the_one(tmp_path: Path) -> None:
    photo(tmp_path / "in" / "a.jpg")
    labelme(tmp_path / "in" / "a.xml", "a.jpg")
    result = convert(tmp_path / "in", out=tmp_path / "out")
    found = {entry.format: entry for entry in result.detection}
    assert found["labelme-xml"].matched
    assert found["labelme-xml"].files == 1
    assert not found["cvat-images"].matched
    assert "<annotation>" in found["cvat-images"].reason
    written = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert [entry["format"] for entry in written["detection"]] == list(found)


def test_frames_without_shapes_count_where_their_photo_is(tmp_path: Path) -> None:
    home = tmp_path / "in"
    for frame in (0, 2):
        photo(home / f"images/frame_{frame:06d}.PNG")
    (home / "annotations.xml").write_text(
        "<annotations><meta><task><size>4</size><mode>interpolation</mode><start_frame>0"
        "</start_frame><stop_frame>3</stop_frame><original_size><width>16</width><height>12"
        '</height></original_size></task></meta>\n<track id="0" label="car">'
        '<box frame="0" keyframe="0" xtl="2" ytl="2" xbr="8" ybr="6"/></track></annotations>'
    )
    result = convert(home, out=tmp_path / "out")
    assert statuses(result) == {"frame_000000.PNG": "converted", "frame_000002.PNG": "converted"}
    assert read_label(tmp_path / "out/labels/frame_000000.png").any()
    assert not read_label(tmp_path / "out/labels/frame_000002.png").any()
    alone = convert(home / "annotations.xml", out=tmp_path / "alone", photos=tmp_path / "out")
    assert statuses(alone) == {"frame_000000": "converted-without-photo"}


def test_two_annotations_of_one_photo_are_told(tmp_path: Path) -> None:
    home = tmp_path / "in"
    photo(home / "a.jpg")
    labelme(home / "a.xml", "a.jpg")
    labelme(home / "b.xml", "a.jpg")
    result = convert(home, out=tmp_path / "out")
    assert result.converted == result.skipped == 1
    assert "has its annotation from a.xml already" in told(result)


@pytest.mark.parametrize("name", ["../../out.jpg", "/out.jpg", "x/../../../out.jpg", "", "CON.jpg",
                                  "n" * 400 + ".jpg", "a&#10;b.jpg", "a:b?.jpg",
                                  "/".join(["d" * 199] * 30) + ".jpg", "."])  # fmt: skip
def test_unsafe_names_stay_inside_the_target(tmp_path: Path, name: str) -> None:
    deep = tmp_path / "1/2/3"
    source = cvat(deep / "a.xml", name, "fine.jpg")
    result = convert(source, out=deep / "out")
    assert len(result.items) == 2
    assert any(item.photo == "fine.jpg" and item.label for item in result.items)
    assert any(not item.label or "becomes" in told(result) for item in result.items)
    written = set(tmp_path.rglob("*.png"))
    assert all(path.is_relative_to(deep / "out/labels") for path in written)


def test_photos_inside_a_zip_are_read_there(tmp_path: Path) -> None:
    cvat(tmp_path / "annotations.xml", "a.jpg", "b.jpg")
    photo(tmp_path / "a.jpg")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as out:
        out.write(tmp_path / "annotations.xml", "annotations.xml")
        out.write(tmp_path / "a.jpg", "images/a.jpg")
        out.writestr("../../slip.jpg", b"x")
    result = convert(tmp_path / "export.zip", out=tmp_path / "out")
    assert statuses(result) == {"a.jpg": "converted", "b.jpg": "converted-without-photo"}
    assert "slip.jpg: refused" in told(result)
    assert not list(tmp_path.parent.glob("slip.jpg"))


def test_photos_elsewhere_and_formats_by_name(tmp_path: Path) -> None:
    photo(tmp_path / "photos/day/a.jpg")
    photo(tmp_path / "photos/b.jpg")
    source = labelme(tmp_path / "xml/a.xml", "a.jpg")
    out = tmp_path / "out"
    result = convert(source, out=out, photos=tmp_path / "photos", format="labelme-xml")
    assert statuses(result) == {"day/a.jpg": "converted", "b.jpg": "skipped"}
    with pytest.raises(SegStudioError, match="nothing in the format cvat-images"):
        run(ConvertRequest((source,), out=out, format="cvat-images"), Recorder())


def test_a_job_says_what_it_does_and_stops_when_asked(tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(40)]
    source = cvat(tmp_path / "a.xml", *names)
    recorder = Recorder()
    run(ConvertRequest((source,), out=tmp_path / "out"), recorder)
    progress = [event for event in recorder.events if isinstance(event, Progress)]
    assert progress[-1].done == progress[-1].total == 40
    assert any(isinstance(event, ProblemFound) for event in recorder.events)

    stopped = run(ConvertRequest((source,), out=tmp_path / "out2"), Recorder(stop_after=4))
    assert stopped.interrupted
    assert stopped.converted < 40
    assert len(list((tmp_path / "out2").rglob("*.png"))) == stopped.converted


def test_a_target_that_cannot_be_written_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = cvat(tmp_path / "a.xml", *(f"{number}.jpg" for number in range(9)))
    (tmp_path / "file").touch()
    with pytest.raises(SegStudioError, match="could not be written"):
        run(ConvertRequest((source,), out=tmp_path / "file"), Recorder())

    def full(*_: object) -> None:
        raise SegStudioError("labels/0.png could not be written: the disk is full.")

    monkeypatch.setattr("segstudio.jobs.convert.write_label", full)
    with pytest.raises(SegStudioError, match="disk is full"):
        run(ConvertRequest((source,), out=tmp_path / "out"), Recorder())


def test_the_order_of_threads_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = cvat(tmp_path / "a.xml", *(f"{number}.jpg" for number in range(9)))
    several = convert(source, out=tmp_path / "one")
    for module in (import_burning, import_reading):
        monkeypatch.setattr(module, "WORKERS", 1)
    alone = convert(source, out=tmp_path / "two")
    assert replace(alone, written="") == replace(several, written="")
    assert str(tmp_path / "two") in alone.as_text()


@pytest.mark.parametrize("rule", ["opencv", "exact"])
def test_skydiving_agrees_with_its_authors_label_images(
    shared_data: Path, tmp_path: Path, rule: Raster
) -> None:
    palette = tmp_path / "palette.json"
    SKYDIVING.save(palette)
    source = shared_data / "skydiving"
    result = convert(source, out=tmp_path / "out", palette=palette, raster=rule)
    assert set(statuses(result).values()) == {"converted"}
    assert result.photos == 12
    differing = []
    for item in result.items:
        theirs = source / item.photo.replace("Images", "Labels").replace(".jpg", ".png")
        ours = read_label(tmp_path / "out" / str(item.label))
        differing.append(int((ours != read_label(theirs)).sum()))
        assert differing[-1] < 0.005 * ours.size
    if rule == "opencv":
        assert sorted(differing)[:11] == [0] * 11
        assert max(differing) <= 2


@pytest.mark.parametrize(
    "name",
    [
        "cvat_images_project_duplicate_names",
        "cvat_video_tiny_outside",
        "exif_orientation_cvat",
        "labelme_json_chinese_noversion",
        "labelme_json_v3_cat",
        "labelme_xml_boston",
        "labelme_xml_deleted_mismatch",
        "labelme_xml_segm_parts",
    ],
)
def test_real_exports_agree_with_independent_converters(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    folder = shared_data / "cases" / name
    case = json.loads((folder / "case.json").read_text("utf-8"))
    names = {0: "background"} | {number: label for label, number in case["classes"].items()}
    Palette(
        classes=tuple(
            PaletteClass(id=number, name=label, color=f"#0000{number:02x}")
            for number, label in names.items()
        )
    ).save(tmp_path / "palette.json")
    out = tmp_path / "out"
    result = convert(folder / "source", out=out, palette=tmp_path / "palette.json")
    assert result.converted == case["expected_count"]
    script = shared_data / "cases/compare.py"
    compared = subprocess.run(
        [sys.executable, script, out / "labels", folder, "--strict"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert compared.returncode == 0, compared.stdout + compared.stderr


_REFUSED = ("001", "004", "007", "013", "055", "058", "067", "079")
_SKIPPED = ("064", "070")


@pytest.mark.parametrize("number", [f"{number:03}" for number in range(1, 107, 3)])
def test_hostile_inputs_behave_as_their_index_says(
    shared_data: Path, tmp_path: Path, number: str
) -> None:
    index = json.loads((shared_data / "hostile/index.json").read_text())
    (case,) = [case for case in index["cases"] if case["id"].startswith(f"{number}_")]
    folder = shared_data / "hostile" / case["id"]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    out = tmp_path / "1/2/out"
    request = ConvertRequest((folder / case["open"],), out=out)
    if number in _REFUSED:
        with pytest.raises(SegStudioError) as caught:
            run(request, Recorder())
        text = str(caught.value)
        assert not out.exists()
    else:
        result = run(request, Recorder())
        text = told(result) + json.dumps(result.as_json(), ensure_ascii=False)
        assert bool(result.converted) == (number not in _SKIPPED)
    for words in case["message_must_name"]:
        assert any(word in text for word in words.split(" or ")), words
    assert {path: path.read_bytes() for path in before} == before
    assert all(p.is_relative_to(out) for p in tmp_path.rglob("*") if p.is_file())


def test_covered_shapes_are_told_once_per_label(tmp_path: Path) -> None:
    box = '<box label="{}" xtl="{}" ytl="2" xbr="{}" ybr="6"/>'
    boxes = "".join(
        box.format(*row) for row in (("car", 2, 4), ("car", 5, 7), ("sky", 1, 9), ("car", 90, 95))
    )
    images = "".join(
        f'\n<image name="{name}" width="16" height="12">{boxes}</image>' for name in "ab"
    )
    source = tmp_path / "a.xml"
    source.write_text(f"<annotations>{images}</annotations>")
    result = convert(source, out=tmp_path / "out")
    covered, unseen = result.problems[-2:]
    empty = [p.message for p in result.problems if "cover no pixel" in p.message]
    assert '"car" cannot be seen on any photo' in unseen.message
    assert '4 shape(s) of "car" on 2 photos are fully covered' in covered.message
    assert (covered.severity, covered.path, covered.line) == ("info", "a.xml", 2)
    assert [message.partition(":")[0] for message in empty] == ["a", "b"]
    assert all('1 shape(s) of "car" cover no pixel' in message for message in empty)
    assert told(result).count("fully covered") == 1
    assert result.unseen == ("car",)
    assert result.as_text().endswith("cannot be seen on any photo: car.")
    assert ImportReport.from_json(result.as_json()) == result


def test_photos_of_one_name_in_several_folders_are_told(tmp_path: Path) -> None:
    home = tmp_path / "in"
    for task in ("task_1", "task_2"):
        photo(home / task / "images" / "a.jpg")
        cvat(home / task / "annotations.xml", "a.jpg")
    result = convert(home, out=tmp_path / "out")
    assert result.converted == 2
    assert "occur in several folders (task_1/images, task_2/images)" in told(result)


def test_shapes_drawn_on_the_stored_picture_are_turned_with_it_when_told(tmp_path: Path) -> None:
    home = tmp_path / "in"
    path = photo(home / "a.jpg")
    with Image.open(path) as picture:
        exif = picture.getexif()
        exif[ExifTags.Base.Orientation] = 3
        picture.save(path, exif=exif)
    cvat(home / "annotations.xml", "a.jpg")
    seen = convert(home, out=tmp_path / "seen")
    assert "--drawn stored" in told(seen)
    stored = convert(home, out=tmp_path / "stored", drawn="stored")
    assert "--drawn" not in told(stored)
    labels = [read_label(tmp_path / out / "labels" / "a.png") for out in ("seen", "stored")]
    assert np.array_equal(labels[0], labels[1][::-1, ::-1])
    assert not np.array_equal(labels[0], labels[1])


def test_a_class_of_a_skipped_photo_is_not_said_to_be_covered(tmp_path: Path) -> None:
    home = tmp_path / "in"
    photo(home / "a.jpg")
    photo(home / "b.jpg", size=(16, 7))
    labelme(home / "a.xml", "a.jpg")
    labelme(home / "b.xml", "b.jpg", label="boat")
    result = convert(home, out=tmp_path / "out")
    assert statuses(result) == {"a.jpg": "converted", "b.jpg": "skipped"}
    assert "painted over" not in told(result)


def index_masks(home: Path, values: list[int]) -> Path:
    photo(home / "images" / "a.jpg")
    label = np.resize(np.array(values, np.uint8), (12, 16))
    (home / "masks").mkdir()
    Image.fromarray(label, mode="L").save(home / "masks" / "a.png")
    return home


def palette_file(path: Path, *classes: tuple[int, str]) -> Path:
    entries = [PaletteClass(id=i, name=name, color=f"#0000{i:02x}") for i, name in classes]
    Palette(background=classes[0][0], classes=tuple(entries)).save(path)
    return path


def test_pixel_values_without_names_are_the_palettes_ids(tmp_path: Path) -> None:
    home = index_masks(tmp_path / "in", [0, 1, 2, 3])
    palette = palette_file(tmp_path / "p.json", (3, "background"), (0, "sky"), (1, "car"), (2, "a"))
    convert(home, out=tmp_path / "out", palette=palette)
    made = read_label(tmp_path / "out" / "labels" / "a.png")
    assert made[0, :4].tolist() == [0, 1, 2, 3]


def test_ignored_pixels_are_counted(tmp_path: Path) -> None:
    home = index_masks(tmp_path / "in", [0, 1, 2, 255])
    result = convert(home, out=tmp_path / "out")
    assert result.ignored == ClassCount(photos=1, pixels=16 * 12 // 4)
    counted = sum(count.pixels for count in result.classes.values())
    assert counted + result.ignored.pixels == 16 * 12
    assert "(ignored): in 1 photo, 48 pixels" in result.as_text()


def test_an_object_without_a_name_is_the_only_class_of_the_palette(tmp_path: Path) -> None:
    home = index_masks(tmp_path / "in", [0, 255])
    palette = palette_file(tmp_path / "p.json", (0, "background"), (8, "cat"))
    convert(home, out=tmp_path / "out", palette=palette)
    made = read_label(tmp_path / "out" / "labels" / "a.png")
    assert made[0, :2].tolist() == [0, 8]


@pytest.mark.parametrize(("first", "made"), [("sky", 255), ("background", 0)])
def test_pixel_values_that_the_palette_lacks_never_become_a_real_class(
    tmp_path: Path, first: str, made: int
) -> None:
    home = index_masks(tmp_path / "in", [0, 1, 11])
    palette = palette_file(tmp_path / "p.json", (0, first), (1, "car"))
    result = convert(home, out=tmp_path / "out", palette=palette)
    label = read_label(tmp_path / "out" / "labels" / "a.png")
    assert label[0, :3].tolist() == [0, 1, made]
    assert "class 11" in told(result)


def test_colours_without_names_are_the_classes_of_the_palette_that_have_them(
    tmp_path: Path,
) -> None:
    colors = np.zeros((12, 16, 3), np.uint8)
    colors[:, 8:] = (0, 0, 7)
    photo(tmp_path / "in" / "images" / "a.jpg")
    (tmp_path / "in" / "masks").mkdir()
    Image.fromarray(colors).save(tmp_path / "in" / "masks" / "a.png")
    palette = palette_file(tmp_path / "p.json", (0, "none"), (7, "car"), (8, "cat"))
    result = convert(tmp_path / "in", out=tmp_path / "out", palette=palette)
    made = read_label(tmp_path / "out" / "labels" / "a.png")
    assert made[0].tolist() == [0] * 8 + [7] * 8
    assert "not in the palette" not in told(result)


@pytest.mark.parametrize(("background", "value"), [(0, 0), (255, 255)])
def test_holes_cut_with_background_stay_holes_whatever_the_palette_calls_it(
    tmp_path: Path, background: int, value: int
) -> None:
    names = ((0, "none"), (4, "car"))
    classes = tuple(PaletteClass(id=i, name=n, color=f"#00000{i}") for i, n in names)
    Palette(background=background, classes=classes).save(tmp_path / "p.json")
    shapes = [
        {"label": label, "points": [[0, 0], [size, size]], "shape_type": "rectangle"}
        for label, size in (("car", 10), ("_background_", 5))
    ]
    photo(tmp_path / "in" / "a.jpg", size=(16, 12))
    text = json.dumps({"shapes": shapes, "imagePath": "a.jpg"})
    (tmp_path / "in" / "a.json").write_text(text, "utf-8")
    result = convert(tmp_path / "in", out=tmp_path / "out", palette=tmp_path / "p.json")
    made = read_label(tmp_path / "out" / "labels" / "a.png")
    assert made.diagonal().tolist() == [value] * 5 + [4] * 5 + [value] * 2
    assert "not in the palette" not in told(result)


def test_very_many_photos_without_annotation_are_told_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "in"
    for number in range(30):
        photo(home / f"{number:02}.jpg")
    cvat(home / "annotations.xml", "00.jpg")
    result = convert(home, out=tmp_path / "out")
    (problem,) = [p for p in result.problems if "no annotation" in p.message]
    assert problem.message.startswith("29 photos have no annotation: 01.jpg, 02.jpg")
    skipped = [item for item in result.items if item.status == "skipped"]
    assert len(skipped) == 29
    assert all("no annotation" in item.problems[-1].message for item in skipped)
