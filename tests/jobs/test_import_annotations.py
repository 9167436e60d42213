from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Recorder

from jobs.exports import cvat, labelme, photo
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, Progress
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette, PaletteClass
from segstudio.jobs.import_annotations import ImportRequest, run
from segstudio.jobs.import_report import ImportReport, kept_report
from segstudio.project.project import Project


def imported(project: Project | Path, *sources: Path, **rest: Any) -> ImportReport:
    return run(ImportRequest(project=project, sources=sources, **rest), Recorder())


@pytest.fixture
def export(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        photo(tmp_path / f"in/{name}.jpg")
        labelme(tmp_path / f"in/{name}.xml", f"{name}.jpg")
    photo(tmp_path / "in/new.jpg")
    return tmp_path / "in"


def test_a_project_is_made_with_photos_annotations_and_labels(tmp_path: Path, export: Path) -> None:
    root = tmp_path / "project"
    before = {path: path.read_bytes() for path in export.iterdir()}
    result = imported(root, export)
    assert [(item.photo, item.status) for item in result.items] == [
        ("a.jpg", "converted"), ("b.jpg", "converted"), ("new.jpg", "skipped"),
    ]  # fmt: skip
    with Project.open(root) as project:
        assert [(entry.name, entry.annotated) for entry in project.photos] == [
            ("a.jpg", True), ("b.jpg", True), ("new.jpg", False),
        ]  # fmt: skip
        entry = project.photo("a.jpg")
        assert project.photo_path(entry).resolve() == (export / "a.jpg").resolve()
        annotation = project.annotation(entry)
        assert annotation is not None
        assert [shape.label for shape in annotation.shapes] == ["car"]
        assert read_label(project.label_path(entry))[3, 3] == 1
        assert project.labels_current()
        assert (root / "annotations/originals/in/a.xml").read_bytes() == before[export / "a.xml"]
    assert {path: path.read_bytes() for path in export.iterdir()} == before


def test_importing_again_updates_and_keeps_ids(tmp_path: Path, export: Path) -> None:
    root = tmp_path / "project"
    imported(root, export)
    labelme(export / "a.xml", "a.jpg", "aardvark")
    labelme(export / "new.xml", "new.jpg", "zebra")
    imported(root, export)
    with Project.open(root) as project:
        assert [(entry.id, entry.name) for entry in project.palette.classes] == [
            (0, "background"), (1, "car"), (2, "aardvark"), (3, "zebra"),
        ]  # fmt: skip
        assert [entry.name for entry in project.photos] == ["a.jpg", "b.jpg", "new.jpg"]
        values = [int(read_label(project.label_path(e))[3, 3]) for e in project.photos]
        assert values == [2, 1, 3]
    assert len(list((root / "annotations/originals/in").glob("a*.xml"))) == 2


def test_a_class_file_adds_to_a_project_without_moving_ids(tmp_path: Path, export: Path) -> None:
    root, palette = tmp_path / "project", tmp_path / "palette.json"
    imported(root, export)
    entries = (
        PaletteClass(id=0, name="nothing", color="#000000"),
        PaletteClass(id=1, name="tree", color="#00ff00"),
        PaletteClass(id=7, name="road", color="#888888"),
    )
    Palette(classes=entries).save(palette)
    imported(root, export, palette=palette)
    with Project.open(root) as project:
        ids = {entry.name: entry.id for entry in project.palette.classes}
        assert (ids["background"], ids["car"], ids["road"]) == (0, 1, 7)
        assert ids["tree"] not in (0, 1, 7)


def test_photos_of_another_folder_with_the_same_name_stay_apart(
    tmp_path: Path, export: Path
) -> None:
    root = tmp_path / "project"
    imported(root, export)
    photo(tmp_path / "second/a.jpg", (20, 12))
    labelme(tmp_path / "second/a.xml", "a.jpg", "tree", (20, 12))
    result = imported(root, tmp_path / "second")
    with Project.open(root) as project:
        assert len(project.photos) == 4
        assert project.photo("a.jpg").width == 16
        assert project.photo(result.items[0].photo).width == 20


def test_photos_in_a_zip_are_copied_into_the_project_once(tmp_path: Path) -> None:
    cvat(tmp_path / "annotations.xml", "a.jpg", "gone.jpg")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as out:
        out.write(tmp_path / "annotations.xml", "annotations.xml")
        out.write(photo(tmp_path / "x/a.jpg"), "images/a.jpg")
    for _ in range(2):
        result = imported(tmp_path / "project", tmp_path / "export.zip")
        assert {item.photo: item.status for item in result.items} == {
            "a.jpg": "converted", "gone.jpg": "skipped",
        }  # fmt: skip
        with Project.open(tmp_path / "project") as project:
            (entry,) = project.photos
            assert entry.path == "photos/a.jpg"
            assert project.photo_path(entry).is_file()


def zipped(path: Path, size: tuple[int, int] = (16, 12)) -> Path:
    """Write a zip of one photo a.jpg with its annotation."""
    folder = path.parent / f"{path.stem} of zip"
    with zipfile.ZipFile(path, "w") as out:
        out.write(photo(folder / "a.jpg", size), "images/a.jpg")
        out.write(labelme(folder / "a.xml", "a.jpg", size=size), "a.xml")
    return path


def test_a_photo_of_the_users_is_never_written_over_by_one_of_a_zip(tmp_path: Path) -> None:
    mine = photo(tmp_path / "project/photos/a.jpg", (40, 30))
    before = mine.read_bytes()
    imported(tmp_path / "project", zipped(tmp_path / "export.zip"))
    assert mine.read_bytes() == before
    imported(tmp_path / "project", tmp_path / "export.zip")
    with Project.open(tmp_path / "project") as project:
        (entry,) = project.photos
        assert (entry.width, project.photo_path(entry) == mine) == (16, False)


def test_a_zip_after_its_folder_adds_no_photo_twice(tmp_path: Path) -> None:
    export = zipped(tmp_path / "export.zip")
    imported(tmp_path / "project", tmp_path / "export of zip")
    imported(tmp_path / "project", export)
    with Project.open(tmp_path / "project") as project:
        assert [entry.path for entry in project.photos] == ["../export of zip/a.jpg"]


def test_copies_that_a_crash_left_are_used_again(tmp_path: Path) -> None:
    root, export = tmp_path / "project", zipped(tmp_path / "export.zip")
    imported(root, export)
    (root / "photos.json").unlink()
    imported(root, export)
    with Project.open(root) as project:
        assert [entry.name for entry in project.photos] == ["a.jpg"]


def test_a_project_in_the_folder_of_its_photos_does_not_import_itself(export: Path) -> None:
    for _ in range(3):
        result = imported(export, export)
        assert (result.photos, result.converted) == (3, 2)
    assert not list(export.glob("annotations/originals/in/annotations"))


def test_a_crash_while_importing_again_leaves_no_label_images_in_doubt(
    tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    imported(root, export)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Project, "store", crash)
        with pytest.raises(KeyboardInterrupt):
            imported(root, export)
    with Project.open(root) as project:
        assert not project.labels_current()
    imported(root, export)
    with Project.open(root) as project:
        assert project.labels_current()


def test_a_palette_edited_in_the_window_meanwhile_leaves_the_label_images_stale(
    tmp_path: Path, export: Path
) -> None:
    class Editing(Recorder):
        def __call__(self, event: Event) -> None:
            if isinstance(event, Progress) and event.stage == "Making label images":
                project.set_palette(project.palette.recolored(1, "#123456"), "Colour")

    with Project.create(tmp_path / "project") as project:
        run(ImportRequest(project=project, sources=(export,)), Editing())
        assert not project.labels_current()


def test_stopped_while_reading_no_project_and_no_class_is_made(
    tmp_path: Path, export: Path
) -> None:
    request = ImportRequest(project=tmp_path / "project", sources=(export,))
    result = run(request, Recorder(stop_after=1))
    assert result.interrupted
    assert not (tmp_path / "project").exists()


def test_a_class_file_keeps_what_it_merges_and_ignores(tmp_path: Path, export: Path) -> None:
    root, palette = tmp_path / "project", tmp_path / "palette.json"
    imported(root, export)
    entries = (
        PaletteClass(id=0, name="nothing", color="#000000", map_to=255),
        PaletteClass(id=1, name="tree", color="#00ff00", aliases=("shrub", "car")),
        PaletteClass(id=7, name="bush", color="#888888", map_to=1),
    )
    Palette(classes=entries).save(palette)
    imported(root, export, palette=palette)
    with Project.open(root) as project:
        tree = project.palette.find("tree")
        assert tree is not None
        assert tree.aliases == ("shrub",)
        painted = {e.name: e.painted_id for e in project.palette.classes}
        assert (painted["bush"], painted["nothing"], painted["car"]) == (tree.id, 255, 1)


def test_a_class_file_orders_and_colours_classes_that_are_there(
    tmp_path: Path, export: Path
) -> None:
    root, palette = tmp_path / "project", tmp_path / "palette.json"
    imported(root, export)
    Palette(
        classes=(
            PaletteClass(id=0, name="background", color="#000000"),
            PaletteClass(id=9, name="car", color="#123456", paint_order=4),
        )
    ).save(palette)
    imported(root, export, palette=palette)
    with Project.open(root) as project:
        car = project.palette.find("car")
        assert car is not None
        assert (car.id, car.color, car.paint_order) == (1, "#123456", 4)


def test_undo_never_takes_back_the_classes_that_an_import_needs(
    tmp_path: Path, export: Path
) -> None:
    with Project.create(tmp_path / "project") as project:
        imported(project, export)
        assert not project.can_undo
        project.set_palette(project.palette.recolored(1, "#123456"), "Colour")
        assert project.undo() == "Colour"
        assert project.palette.find("car") is not None


def test_a_class_that_others_cover_everywhere_is_told(tmp_path: Path) -> None:
    source = photo(tmp_path / "in" / "a.jpg").parent
    text = labelme(source / "a.xml", "a.jpg", "person").read_text()
    shape = text[text.index("<object>") : text.index("</object>") + len("</object>")]
    both = text.replace(shape, shape + shape.replace("person", "sky"))
    (source / "a.xml").write_text(both)
    report = imported(tmp_path / "project", source)
    told = [p.message for p in report.problems if p.severity == "warning"]
    assert len(told) == 1
    assert '"person" cannot be seen' in told[0]
    assert "paint_order" in told[0]


def test_an_open_project_is_used_as_it_is(tmp_path: Path, export: Path) -> None:
    with Project.create(tmp_path / "project") as project:
        imported(project, export)
        assert len(project.photos) == 3
        with pytest.raises(SegStudioError):
            imported(project.root, tmp_path / "absent")


def test_a_refused_source_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("no xml")
    with pytest.raises(SegStudioError, match=r"a\.xml"):
        imported(tmp_path / "project", tmp_path / "a.xml")
    assert not (tmp_path / "project").exists()


def test_a_stopped_import_keeps_what_was_finished(tmp_path: Path) -> None:
    for number in range(30):
        photo(tmp_path / f"in/{number}.jpg")
        labelme(tmp_path / f"in/{number}.xml", f"{number}.jpg")
    request = ImportRequest(project=tmp_path / "project", sources=(tmp_path / "in",))
    result = run(request, Recorder(stop_after=36))
    assert result.interrupted
    with Project.open(tmp_path / "project") as project:
        assert 0 < len(project.photos) == result.converted < 30


def test_the_report_is_kept_in_the_project_and_read_back_whole(
    tmp_path: Path, export: Path
) -> None:
    (export / "b.xml").write_text("<annotation><filename>b.jpg")
    result = imported(tmp_path / "project", export)
    assert result.skipped
    assert result.problems
    assert any(item.match for item in result.items)
    assert kept_report(tmp_path / "project") == result
    imported(tmp_path / "project", export / "a.xml", photos=export)
    again = kept_report(tmp_path / "project")
    assert again is not None
    assert again != result


def test_a_damaged_report_is_told(tmp_path: Path, export: Path) -> None:
    assert kept_report(tmp_path / "project") is None
    imported(tmp_path / "project", export)
    (tmp_path / "project/annotations/import-report.json").write_text('{"format": 3}')
    with pytest.raises(SegStudioError, match="no report of an import"):
        kept_report(tmp_path / "project")


def test_what_a_class_list_calls_background_is_the_projects(tmp_path: Path, export: Path) -> None:
    root, classes = tmp_path / "project", tmp_path / "classes.json"
    imported(root, export)
    classes.write_text('{"_background_": 0, "boat": 9}')
    imported(root, export, palette=classes)
    with Project.open(root) as project:
        assert project.palette.find("_background_") == project.palette.by_id(0)
        assert project.palette.name_of(9) == "boat"
