"""From labels to classes: names tell, and pixel values only where there are no names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from conftest import Recorder
from PIL import Image

from segstudio.core.label_image import LABELS, read_label
from segstudio.core.palette import Palette
from segstudio.formats.base import LabelName
from segstudio.jobs import convert, import_annotations
from segstudio.jobs.import_labels import palette_of, with_labels
from segstudio.project.project import Project


def masks(home: Path, photo: str, value: int, name: str | None = None) -> Path:
    """A photo whose mask is half `value`, and a palette file that gives id 1 a name."""
    label = np.zeros((12, 16), np.uint8)
    label[6:] = value
    for folder in ("images", "masks"):
        (home / folder).mkdir(parents=True)
    Image.new("RGB", (16, 12)).save(home / "images" / f"{photo}.jpg")
    Image.fromarray(label).save(home / "masks" / f"{photo}.png")
    if name is not None:
        Palette.from_labels([(name, None)]).save(home / "palette.json")
    return home


def painted(project: Project, photo: str) -> str:
    """The class in the lower half of a photo's label image."""
    label = read_label(project.label_path(project.photo(photo)))
    return project.palette.name_of(int(label[-1, 0]))


def imported(project: Project, source: Path) -> None:
    import_annotations.run(import_annotations.ImportRequest((source,), project=project), Recorder())


def test_classes_of_two_lists_that_share_a_number_stay_two(tmp_path: Path) -> None:
    sources = (masks(tmp_path / "a", "p", 1, "cat"), masks(tmp_path / "b", "q", 1, "dog"))
    convert.run(convert.ConvertRequest(sources, out=tmp_path / "out"), Recorder())
    palette = Palette.load(tmp_path / "out" / "palette.json")
    names = {
        name: palette.name_of(int(read_label(tmp_path / "out" / LABELS / f"{name}.png")[-1, 0]))
        for name in ("p", "q")
    }
    assert names == {"p": "cat", "q": "dog"}


def test_a_named_class_is_not_that_of_the_project_with_the_same_number(tmp_path: Path) -> None:
    with Project.create(tmp_path / "project", Palette.from_labels([("sky", None)])) as project:
        imported(project, masks(tmp_path / "a", "p", 1, "cat"))
        assert painted(project, "p.jpg") == "cat"
        assert [entry.name for entry in project.palette.classes] == ["background", "sky", "cat"]


def test_an_object_without_a_name_is_no_class_of_several(tmp_path: Path) -> None:
    classes = Palette.from_labels([("sky", None), ("tree", None)])
    with Project.create(tmp_path / "project", classes) as project:
        imported(project, masks(tmp_path / "a", "p", 255))
        assert painted(project, "p.jpg") == "object"


def test_an_object_without_a_name_is_the_only_class_of_a_project(tmp_path: Path) -> None:
    with Project.create(tmp_path / "project", Palette.from_labels([("sky", None)])) as project:
        imported(project, masks(tmp_path / "a", "p", 255))
        imported(project, masks(tmp_path / "b", "q", 1))
        assert [painted(project, name) for name in ("p.jpg", "q.jpg")] == ["sky", "sky"]
        assert [entry.name for entry in project.palette.classes] == ["background", "sky"]


def test_a_free_number_is_kept_also_behind_one_that_is_taken() -> None:
    palette = with_labels(
        Palette.from_labels([("sky", None)]),
        [LabelName("cat", None, 1), LabelName("dog", None, 2), LabelName("class 1", None, 1, True)],
    )
    assert {e.name: e.id for e in palette.classes} == {
        "background": 0, "sky": 1, "dog": 2, "cat": 3,
    }  # fmt: skip


def test_a_name_counts_more_than_one_that_was_made_up() -> None:
    palette = palette_of([LabelName("class 1", None, 1, True), LabelName("cat", None, 1)])
    assert {e.name: e.id for e in palette.classes} == {"background": 0, "cat": 1}
