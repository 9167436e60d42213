from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from conftest import Recorder

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import Progress
from segstudio.core.label_image import read_label
from segstudio.jobs import photo_marks, split
from segstudio.photos.marks import PhotoMark
from segstudio.project.entries import Split
from segstudio.project.project import Project


@pytest.mark.parametrize("by", ["presence", "pixels", "random"])
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


@pytest.fixture
def burst_project(tiny_project: Project) -> Project:
    """The tiny project with photos 0, 1 and 2 all but the same picture, the others other ones."""
    for entry in tiny_project.photos:
        number = int(entry.name[:3])
        small = np.random.default_rng(max(number, 2)).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        pixels = cv2.resize(small, (96, 64), interpolation=cv2.INTER_CUBIC)
        noise = np.random.default_rng(number).integers(0, 9, pixels.shape)
        cv2.imwrite(str(tiny_project.photo_path(entry)), np.clip(pixels + noise, 0, 255))
    return tiny_project


BURST = {"000.png", "001.png", "002.png"}


def parts_of(project: Project, names: set[str]) -> set[str]:
    assert project.split
    return {project.split.parts[name] for name in names}


@pytest.mark.parametrize("by", ["presence", "pixels", "random"])
def test_a_burst_comes_into_one_part_unless_it_may_be_parted(
    burst_project: Project, report: Recorder, by: split.SplitMethod
) -> None:
    alone = set()
    for seed in range(6):
        request: dict[str, Any] = {"train": 0.5, "val": 0.5, "by": by, "seed": seed}
        result = split.run(split.SplitRequest(burst_project, **request), report)
        assert [set(burst.photos) for burst in result.bursts] == [BURST]
        assert parts_of(burst_project, BURST) in ({"train"}, {"val"})
        assert result.after.leaks == ()
        parted = split.SplitRequest(burst_project, **request, keep_bursts=False)
        leaks = split.run(parted, report).after.leaks
        assert bool(leaks) == (len(parts_of(burst_project, BURST)) == 2)
        alone.add(len(leaks))
    # By pixels there is one best split whatever the seed, and here it parts no burst.
    assert max(alone) > 0 or by == "pixels"


def test_leaks_are_told_with_what_a_split_by_chance_and_the_one_before_have(
    burst_project: Project, report: Recorder
) -> None:
    parts: dict[str, Any] = {e.name: "train" for e in burst_project.photos}
    burst_project.set_split(Split(parts={**parts, "001.png": "val"}, method="given"), "Given")
    result = split.run(split.SplitRequest(burst_project, train=0.5, val=0.5), report)
    assert result.before
    assert [leak.photo for leak in result.before.leaks] == ["001.png"]
    assert result.before.photos == {"train": 5, "val": 1, "test": 0}
    told = json.loads(json.dumps(result.as_json()))
    assert told["before"]["leaks"][0]["photo"] == "001.png"
    assert told["leaks"] == []
    assert told["chance"]["photos"] == {"train": 3, "val": 3, "test": 0}
    assert "3 photos in 1 groups" in result.as_text()


def test_shares_of_pixels_are_those_of_the_label_images(
    tiny_project: Project, report: Recorder
) -> None:
    result = split.run(split.SplitRequest(tiny_project, train=0.5, val=0.5, by="pixels"), report)
    assert tiny_project.split
    labels = {e.name: read_label(tiny_project.label_path(e)) for e in tiny_project.photos}
    for entry in tiny_project.palette.trained:
        total = sum(int((label == entry.id).sum()) for label in labels.values())
        for part in ("train", "val"):
            names = tiny_project.split.names(part)
            own = sum(int((labels[name] == entry.id).sum()) for name in names)
            assert result.after.share(entry.name, part) == own / total
            assert abs(own / total - 0.5) < 0.03
        assert result.as_json()["shares"][entry.name]["test"] == 0


def test_a_split_that_is_only_shown_changes_nothing(
    tiny_project: Project, report: Recorder
) -> None:
    result = split.run(split.SplitRequest(tiny_project, lock=False), report)
    assert tiny_project.split is None
    assert not result.locked
    assert result.split.counts() == {"train": 5, "val": 1, "test": 0}
    assert "nothing was changed" in result.as_text()


def test_photos_that_are_all_one_burst_are_cut_and_that_is_told(
    tiny_project: Project, report: Recorder
) -> None:
    first = cv2.imread(str(tiny_project.photo_path(tiny_project.photos[0])))
    for entry in tiny_project.photos:
        cv2.imwrite(str(tiny_project.photo_path(entry)), first)
    result = split.run(split.SplitRequest(tiny_project), report)
    assert result.photos == {"train": 5, "val": 1, "test": 0}
    assert any("cut into stretches" in note for note in result.notes)
    assert any("will flatter" in note for note in result.notes)


def test_folders_decide_where_asked_and_where_they_do_not_it_is_said(
    tiny_project: Project, report: Recorder
) -> None:
    with pytest.raises(SegStudioError, match="do not lie in folders"):
        split.run(split.SplitRequest(tiny_project, by="given"), report)
    assert tiny_project.split is None


def test_a_stop_leaves_the_split_as_it_was(tiny_project: Project) -> None:
    with pytest.raises(split.Stopped) as caught:
        split.run(split.SplitRequest(tiny_project), Recorder(stop_after=1))
    assert caught.value.exit_code == 130
    assert tiny_project.split is None


def test_photos_are_looked_at_once_and_again_when_they_change(
    burst_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = photo_marks.read_mark

    def reading(path: Path) -> PhotoMark:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(photo_marks, "read_mark", reading)
    first = photo_marks.photo_marks(burst_project, burst_project.photos, report)
    assert sorted(read) == sorted(entry.name for entry in burst_project.photos)
    read.clear()
    assert photo_marks.photo_marks(burst_project, burst_project.photos, report) == first
    assert read == []
    path = burst_project.photo_path(burst_project.photos[3])
    cv2.imwrite(str(path), np.zeros((64, 96, 3), np.uint8))
    burst_project.photo_path(burst_project.photos[4]).write_bytes(b"damaged")
    burst_project.photo_path(burst_project.photos[5]).unlink()
    second = photo_marks.photo_marks(burst_project, burst_project.photos, report)
    assert sorted(read) == ["003.png", "004.png"]
    assert sorted(second) == ["000.png", "001.png", "002.png", "003.png"]
    assert second["003.png"] != first["003.png"]
    store = burst_project.cache / "photo_marks.json"
    for damage in ("{", "[]", json.dumps({"000.png": {"stamp": 1}, "001.png": []})):
        store.write_text(damage)
        assert photo_marks.photo_marks(burst_project, burst_project.photos, report) == second
