"""The prediction job: names, kinds, problems; photos are never touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from conftest import Recorder

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import ProblemFound, Progress
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette
from segstudio.jobs.predict import WRITERS, PredictRequest, PredictResult, run
from segstudio.learning.checkpoint import Checkpoint, build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.transforms import Preprocessing
from segstudio.project.project import Project


@pytest.fixture
def model(tmp_path: Path, palette: Palette) -> Path:
    """A model file with random weights."""
    config = TrainConfig(weights="none")
    torch.manual_seed(0)
    path = tmp_path / "run" / "best.safetensors"
    weights = build_model(config, 3).weights()
    Checkpoint(weights, palette, Preprocessing(working_size=64), config, "r", 1, None).save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a sub-folder, two photos of one stem, and a note."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "a.png", "sub/a.jpg")):
        cv2.imwrite(str(folder / name), np.full((40, 50 + number, 3), 90, np.uint8))
    (folder / "note.txt").write_text("no photo")
    return folder


def predict(model: Path, out: Path, *inputs: Path, write: tuple[str, ...] = ("labels",)):
    return run(PredictRequest(model, inputs, out, write, "cpu"), Recorder())


def names(result: PredictResult, kind: str = "labels") -> list[str]:
    return sorted(item.files[kind] for item in result.items)


def test_every_kind_keeps_folders_and_names_apart(
    model: Path, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = predict(model, out, photos, write=tuple(WRITERS))
    assert names(result) == ["labels/a.png", "labels/a.png.png", "labels/sub/a.png"]
    assert read_label(out / "labels/sub/a.png").shape == (40, 52)
    for kind in WRITERS:
        for name in names(result, kind):
            assert cv2.imread(str(out / name)).shape[0] == 40
    assert Palette.load(out / "palette.json").find("sky")
    assert json.loads((out / "report.json").read_text()) == result.as_json()
    assert result.as_json()["predicted"] == 3


def test_a_folder_that_cannot_be_written_is_told_before_the_first_photo(
    model: Path, photos: Path
) -> None:
    report = Recorder()
    out = photos / "note.txt" / "out"
    with pytest.raises(SegStudioError, match="could not be written"):
        run(PredictRequest(model, (photos,), out, ("labels",), "cpu"), report)
    assert not [event for event in report.events if isinstance(event, ProblemFound | Progress)]


def test_out_inside_the_photos_touches_none_and_is_not_labelled_again(
    model: Path, photos: Path
) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*.*")}
    kinds = ("labels", "overlay")
    first = predict(model, photos, photos, write=kinds)
    second = predict(model, photos, photos, write=kinds)
    assert names(first) == names(second)
    assert all(path.read_bytes() == data for path, data in before.items())


def test_two_folders_with_equal_names(model: Path, photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos / "sub", tmp_path / "more" / "sub")
    result = predict(model, tmp_path / "out", photos / "sub", tmp_path / "more" / "sub")
    assert names(result) == ["labels/a.jpg.png", "labels/a.png"]


def test_unreadable_photo_is_skipped_and_told(model: Path, photos: Path, tmp_path: Path) -> None:
    (photos / "b.jpg").write_bytes(b"no photo")
    result = predict(model, tmp_path / "out", photos, photos / "note.txt")
    assert (result.predicted, len(result.items)) == (3, 4)
    assert [Path(problem.path).name for problem in result.problems] == ["note.txt", "b.jpg"]


def test_stop_keeps_what_was_finished(model: Path, photos: Path, tmp_path: Path) -> None:
    request = PredictRequest(model, (photos,), tmp_path / "out", ("labels",), "cpu")
    result = run(request, Recorder(stop_after=1))
    assert result.interrupted
    assert (tmp_path / "out" / names(result)[0]).is_file()
    assert len(result.items) == 1


def test_run_folder_is_a_model(model: Path, photos: Path, tmp_path: Path) -> None:
    assert predict(model.parent, tmp_path / "out", photos).predicted == 3


def test_results_never_replace_the_label_images_of_a_project(
    model: Path, photos: Path, tiny_project: Project
) -> None:
    with pytest.raises(UsageError, match="is a project"):
        predict(model, tiny_project.root, photos)
    assert predict(model, tiny_project.root / "results", photos).predicted == 3


def test_wrong_arguments_are_told(model: Path, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match='Did you mean "overlay"'):
        predict(model, out, photos, write=("labels", "overlays"))
    with pytest.raises(UsageError, match="neither a project"):
        predict(photos, out, photos)
    with pytest.raises(SegStudioError, match="no photo or folder"):
        predict(model, out, photos / "gone.jpg")
    with pytest.raises(SegStudioError, match="no photo to label"):
        predict(model, out, photos / "note.txt")
    with pytest.raises(SegStudioError, match=r"is not a model|cannot be read"):
        predict(photos / "a.png", out, photos)
    assert not out.exists()
