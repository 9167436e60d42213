"""What the network will see is what it sees: the training's own crops, told and written."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import Recorder

from segstudio.cli import segstudio
from segstudio.core.errors import SegStudioError
from segstudio.core.overlay import blend
from segstudio.core.palette import Palette
from segstudio.jobs.crop_previews import CropPreviewRequest, run
from segstudio.learning.config import TrainConfig
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing, random_crop
from segstudio.project.entries import Split
from segstudio.project.project import Project

CONFIG = TrainConfig(crop_size=64, working_size=80)


def test_crops_are_those_of_the_training_of_photos_that_train(
    tiny_project: Project, report: Recorder
) -> None:
    names = [entry.name for entry in tiny_project.photos]
    parts = {name: "val" if name == names[0] else "train" for name in names}
    tiny_project.set_split(Split(parts=parts, method="given"), "Split")
    pictures = run(CropPreviewRequest(tiny_project, CONFIG), report).pictures
    assert len(pictures) == 8
    assert {picture.photo for picture in pictures} == set(names[1:])
    entry = tiny_project.photo(pictures[0].photo)
    sample = Sample(entry.name, tiny_project.photo_path(entry), tiny_project.label_path(entry))
    preprocessing = Preprocessing(working_size=80)
    photo, label = WorkingCopies(tiny_project.cache / "other").pair(sample, preprocessing)
    rng = np.random.default_rng([CONFIG.seed, 0])
    crop, truth = random_crop(photo, label, CONFIG, preprocessing.fill(), rng)
    assert np.array_equal(pictures[0].rgb, blend(crop, truth, tiny_project.palette, opacity=0.4))


def test_settings_change_what_is_shown_and_the_seed_repeats_it(
    tiny_project: Project, report: Recorder
) -> None:
    def shown(**settings: object) -> list[list[int]]:
        config = TrainConfig.model_validate({**CONFIG.model_dump(), **settings})
        result = run(CropPreviewRequest(tiny_project, config, count=2), report)
        return [picture.rgb.tolist() for picture in result.pictures]

    assert shown() == shown()
    assert shown() != shown(rotate=45)


def test_a_damaged_photo_is_told_and_left_out(tiny_project: Project, report: Recorder) -> None:
    entry = tiny_project.photos[0]
    tiny_project.photo_path(entry).write_bytes(b"no photo")
    result = run(CropPreviewRequest(tiny_project, CONFIG, count=6), report)
    assert len(result.pictures) == 5
    assert [problem.path for problem in result.problems] == [entry.name]


def test_without_outlines_it_says_so(tmp_path: Path, palette: Palette, report: Recorder) -> None:
    with (
        Project.create(tmp_path / "p", palette) as project,
        pytest.raises(SegStudioError, match="no photo with outlines"),
    ):
        run(CropPreviewRequest(project, CONFIG), report)


def test_the_command_writes_a_sheet(tiny_project: Project, tmp_path: Path) -> None:
    tiny_project.close()
    arguments = ["preview", str(tiny_project.root), "--out", str(tmp_path / "out"), "--json"]
    arguments += ["--set", "augmentation=strong", "--set", "crop_size=64"]
    told = CliRunner().invoke(segstudio, arguments)
    assert told.exit_code == 0, told.output
    sheet = cv2.imread(json.loads(told.output.splitlines()[-1])["sheet"])
    assert sheet.shape == (2 * 72 + 8, 4 * 72 + 8, 3)
    assert sheet.std() > 10
