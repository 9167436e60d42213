from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from conftest import make_tiny_project

from segstudio.core.annotation import Annotation, Box, Polygon, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.files import fingerprint
from segstudio.core.palette import Palette
from segstudio.project.entries import PhotoEntry, Split, TrainingChoice
from segstudio.project.photo_finder import stored_path
from segstudio.project.project import Project

ANNOTATION = Annotation(
    photo="a/one.jpg",
    width=40,
    height=30,
    shapes=(
        Shape("sky", Polygon(((0.5, 0.25), (40.0, 0.0), (40.0, 12.125))), z_order=-2, line=7),
        Shape("ground", Box(1, 2, 30, 29, rotation=12.5), line=9),
    ),
    source="export.xml",
    line=3,
)


def entry(name: str, **changes: object) -> PhotoEntry:
    values = {"path": f"photos/{name}", "width": 40, "height": 30, "annotated": True, "digest": "x"}
    return PhotoEntry.model_validate({"name": name, **values, **changes})


def test_what_is_stored_is_there_after_opening_again(tmp_path: Path, palette: Palette) -> None:
    root = tmp_path / "mine"
    with Project.create(root, palette) as project:
        project.store([(entry("b.jpg"), None), (entry("a/one.jpg"), ANNOTATION)])
        project.set_split(Split(parts={"a/one.jpg": "train"}, method="random", seed=3), "Split")

    with Project.open(root) as project:
        assert project.name == "mine"
        assert project.palette == palette
        assert [(photo.name, photo.annotated) for photo in project.photos] == [
            ("a/one.jpg", True),
            ("b.jpg", False),
        ]
        assert project.annotation(project.photo("a/one.jpg")) == ANNOTATION
        assert project.annotation(project.photo("b.jpg")) is None
        assert project.label_path(project.photo("a/one.jpg")) == root / "labels/a/one.png"
        assert project.split == Split(parts={"a/one.jpg": "train"}, method="random", seed=3)


def test_a_photo_stored_again_without_annotation_keeps_the_one_it_had(tmp_path: Path) -> None:
    with Project.create(tmp_path / "mine") as project:
        project.store([(entry("a/one.jpg"), ANNOTATION)])
        project.store([(entry("a/one.jpg", digest="new", annotated=False), None)])
        photo = project.photo("a/one.jpg")
        assert (photo.digest, photo.annotated) == ("new", True)
        assert project.annotation(photo) == ANNOTATION


def test_a_new_project_has_a_background_class_and_no_photos(tmp_path: Path) -> None:
    with Project.create(tmp_path / "mine") as project:
        assert [entry.id for entry in project.palette.classes] == [0]
        assert (project.photos, project.split, project.runs()) == ((), None, ())


def test_creating_over_a_project_is_refused(tmp_path: Path, palette: Palette) -> None:
    Project.create(tmp_path / "mine", palette).close()
    with pytest.raises(SegStudioError, match="already"):
        Project.create(tmp_path / "mine")
    with Project.open(tmp_path / "mine") as project:
        assert project.palette == palette


def test_creating_never_writes_over_label_images_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.png").write_bytes(b"mine")
    with pytest.raises(SegStudioError, match="labels"):
        Project.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["labels"]


def test_creating_over_the_last_good_state_is_refused(tmp_path: Path, palette: Palette) -> None:
    with Project.create(tmp_path / "mine", palette) as project:
        project.set_palette(palette.renamed(1, "heaven"), "Rename")
    (tmp_path / "mine" / "project.json").unlink()
    with pytest.raises(SegStudioError, match="already"):
        Project.create(tmp_path / "mine")


def test_a_photo_list_that_cannot_be_written_changes_nothing(tiny_project: Project) -> None:
    photo_list = tiny_project.root / "photos.json"
    photo_list.unlink()
    photo_list.mkdir()
    with pytest.raises(SegStudioError, match="could not be written"):
        tiny_project.store([(entry("new.jpg"), None)])
    assert len(tiny_project.photos) == 6
    with pytest.raises(KeyError):
        tiny_project.photo("new.jpg")


def test_edits_of_two_threads_at_once_are_all_kept(tmp_path: Path, palette: Palette) -> None:
    with Project.create(tmp_path / "mine", palette) as project:

        def split() -> None:
            for seed in range(15):
                project.set_split(Split(parts={}, method="random", seed=seed), "Split")

        worker = threading.Thread(target=split)
        worker.start()
        for number in range(15):
            project.set_palette(project.palette.renamed(1, f"sky {number}"), "Rename")
        worker.join()
        assert project.palette.name_of(1) == "sky 14"
        assert project.split is not None
        assert project.split.seed == 14


def test_a_folder_that_is_no_project_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(SegStudioError, match="not a SegStudio project"):
        Project.open(tmp_path)
    with pytest.raises(SegStudioError, match="not a SegStudio project"):
        Project.open(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_opened_for_reading_nothing_can_be_written(tiny_project: Project) -> None:
    with Project.open(tiny_project.root, write=False) as reader:
        assert len(reader.photos) == 6
        for change in (
            lambda: reader.store([(entry("new.jpg"), None)]),
            lambda: reader.set_palette(reader.palette.renamed(1, "heaven"), "Rename"),
            lambda: reader.new_run_folder("x"),
        ):
            with pytest.raises(SegStudioError, match="could not be written"):
                change()
    assert len(tiny_project.photos) == 6


def test_a_damaged_manifest_falls_back_to_the_last_good_one(
    tmp_path: Path, palette: Palette
) -> None:
    root = tmp_path / "mine"
    with Project.create(root, palette) as project:
        project.set_palette(palette.renamed(1, "heaven"), "Rename")
    manifest = root / "project.json"
    manifest.write_bytes(manifest.read_bytes()[:100])
    with Project.open(root) as project:
        assert project.palette == palette
    manifest.unlink()
    with Project.open(root) as project:
        assert project.palette == palette


def test_a_lost_photo_list_falls_back_to_the_last_good_one(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    with Project.create(root) as project:
        project.store([(entry("a.jpg"), None)])
        project.store([(entry("b.jpg"), None)])
    (root / "photos.json").unlink()
    with Project.open(root) as project:
        assert [photo.name for photo in project.photos] == ["a.jpg"]


@pytest.mark.parametrize(
    "manifest", ["{}", "[]", '{"schema": 99, "palette": {"classes": []}}', "no json"]
)
def test_a_manifest_beyond_reading_is_told_and_frees_the_lock(
    tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "project.json").write_text(manifest)
    for _ in range(2):
        with pytest.raises(SegStudioError, match="cannot be read") as caught:
            Project.open(tmp_path)
        assert caught.value.remedy
    assert (tmp_path / "project.json").read_text() == manifest


def test_a_damaged_annotation_is_told_by_its_file(tiny_project: Project) -> None:
    photo = tiny_project.photos[0]
    path = tiny_project.root / "annotations" / f"{photo.name}.json"
    path.write_text(path.read_text()[:50])
    with pytest.raises(SegStudioError, match=str(path)):
        tiny_project.annotation(photo)


def test_label_images_are_stale_after_any_palette_edit(tiny_project: Project) -> None:
    assert tiny_project.labels_current()
    tiny_project.set_palette(tiny_project.palette.recolored(1, "#123456"), "Colour")
    assert not tiny_project.labels_current()
    tiny_project.undo()
    assert tiny_project.labels_current()


def test_a_photo_near_the_project_is_referred_to_relatively(tmp_path: Path) -> None:
    with Project.create(tmp_path / "shelf" / "mine") as project:
        root = project.root
        assert stored_path(project.root, root / "photos" / "a.jpg") == "photos/a.jpg"
        assert stored_path(project.root, root.parent / "holiday" / "a.jpg") == "../holiday/a.jpg"
        assert Path(stored_path(project.root, tmp_path / "far" / "a.jpg")).is_absolute()


def test_a_project_moved_with_its_photos_still_finds_them(tmp_path: Path, palette: Palette) -> None:
    make_tiny_project(tmp_path / "here" / "tiny", palette, photos=2).close()
    (tmp_path / "here").rename(tmp_path / "there")
    with Project.open(tmp_path / "there" / "tiny") as project:
        for photo in project.photos:
            assert project.photo_path(photo).is_file()


@pytest.mark.parametrize("place", ["elsewhere/000.png", "../000.png"])
def test_a_moved_photo_is_found_by_name_and_content(tiny_project: Project, place: str) -> None:
    photo = tiny_project.photos[0]
    other = tiny_project.photos[1]
    old, new = tiny_project.root / photo.path, (tiny_project.root / place)
    new.parent.mkdir(exist_ok=True)
    if place.startswith("elsewhere"):
        # Found because another photo of the project is known to be there.
        path = tiny_project.root / other.path
        path.rename(new.parent / path.name)
        tiny_project.store([(other.model_copy(update={"path": f"elsewhere/{path.name}"}), None)])
    old.rename(new)
    assert tiny_project.photo_path(photo).samefile(new)


def test_another_photo_of_the_same_name_is_not_taken_for_it(tiny_project: Project) -> None:
    photo = tiny_project.photos[0]
    path = tiny_project.root / photo.path
    (tiny_project.root / photo.name).write_bytes(b"another")
    path.unlink()
    with pytest.raises(SegStudioError, match=photo.name) as caught:
        tiny_project.photo_path(photo)
    assert caught.value.remedy


def test_photos_are_never_written(tiny_project: Project) -> None:
    before = {
        photo.name: fingerprint(tiny_project.photo_path(photo)) for photo in tiny_project.photos
    }
    tiny_project.set_palette(tiny_project.palette.merged(2, into=1), "Merge")
    tiny_project.undo()
    after = {
        photo.name: fingerprint(tiny_project.photo_path(photo)) for photo in tiny_project.photos
    }
    assert before == after


def test_the_manifest_is_plain_json_with_a_schema(tiny_project: Project) -> None:
    value = json.loads((tiny_project.root / "project.json").read_text())
    assert value["schema"] == 1
    assert Palette.from_json(value["palette"], "project.json") == tiny_project.palette


def test_the_training_choice_is_kept_and_is_no_edit(tiny_project: Project) -> None:
    assert tiny_project.training_choice is None
    choice = TrainingChoice(preset="quick", weights="none")
    tiny_project.set_training_choice(choice)
    before = tiny_project.can_undo
    tiny_project.set_palette(tiny_project.palette.renamed(1, "heaven"), "Rename")
    tiny_project.undo()
    assert not before
    with Project.open(tiny_project.root, write=False) as again:
        assert again.training_choice == choice
