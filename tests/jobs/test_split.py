from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import Recorder

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import Progress
from segstudio.core.label_image import read_label
from segstudio.jobs import split
from segstudio.project.project import Project


@pytest.mark.parametrize("by", split.SPLIT_METHODS)
def test_the_split_is_locked_in_the_project_and_counted(
    tiny_project: Project, report: Recorder, by: split.SplitMethod
) -> None:
    request = split.SplitRequest(tiny_project, train=0.5, val=0.5, by=by, seed=4)
    result = split.run(request, report)

    assert tiny_project.split
    assert (tiny_project.split.method, tiny_project.split.seed) == (by, 4)
    assert result.photos == {"train": 3, "val": 3, "test": 0}
    assert Counter(tiny_project.split.parts.values()) == Counter(train=3, val=3)
    assert result.classes["sky"] == {"train": 3, "val": 3, "test": 0}
    assert result.as_json()["photos"] == result.photos
    assert any(isinstance(event, Progress) for event in report.events)
    assert tiny_project.undo() == "Split photos"
    assert tiny_project.split is None


def test_a_folder_is_opened_and_closed_again(tiny_project: Project, report: Recorder) -> None:
    tiny_project.close()
    split.run(split.SplitRequest(tiny_project.root), report)
    with Project.open(tiny_project.root) as project:
        assert project.split
        assert project.split.counts() == {"train": 5, "val": 1, "test": 0}


def test_a_project_in_use_is_refused(tiny_project: Project, report: Recorder) -> None:
    with pytest.raises(SegStudioError, match="in use"):
        split.run(split.SplitRequest(tiny_project.root), report)


def test_label_images_of_an_older_palette_are_burnt_first(
    tiny_project: Project, report: Recorder
) -> None:
    tiny_project.set_palette(tiny_project.palette.merged(2, into=1), "Merge")
    result = split.run(split.SplitRequest(tiny_project), report)
    assert "ground" not in result.classes
    assert tiny_project.labels_current()
    assert 2 not in read_label(tiny_project.label_path(tiny_project.photos[0]))


def test_photos_without_annotation_stay_out(tiny_project: Project, report: Recorder) -> None:
    extra = tiny_project.photos[0].model_copy(update={"name": "new.png", "annotated": False})
    tiny_project.store([(extra, None)])
    split.run(split.SplitRequest(tiny_project), report)
    assert tiny_project.split
    assert "new.png" not in tiny_project.split.parts


def test_without_annotated_photos_it_says_what_to_do(tmp_path: Path, report: Recorder) -> None:
    with (
        Project.create(tmp_path / "empty") as project,
        pytest.raises(SegStudioError, match="no annotated photo") as caught,
    ):
        split.run(split.SplitRequest(project), report)
    assert "Import" in caught.value.remedy


def test_senseless_shares_are_wrong_usage_and_change_nothing(
    tiny_project: Project, report: Recorder
) -> None:
    with pytest.raises(UsageError, match="make no split"):
        split.run(split.SplitRequest(tiny_project, train=0), report)
    assert tiny_project.split is None
