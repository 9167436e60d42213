"""Times are told from earlier runs on this computer, never guessed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from segstudio.core.files import write_json
from segstudio.jobs import estimate, train
from segstudio.jobs.estimate import StoredFeatures
from segstudio.jobs.train import TrainRequest
from segstudio.learning.bank.sizing import Shortage
from segstudio.learning.bank.store import FEATURES
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import Split

CONFIG = TrainConfig(epochs=10, crops_per_photo=4, crop_size=200)


@pytest.fixture
def project(tiny_project):
    parts = {e.name: "train" if n < 4 else "val" for n, e in enumerate(tiny_project.photos)}
    tiny_project.set_split(Split(parts=parts, method="random"), what="Split")
    return tiny_project


def add_run(project, seconds: list[float], **settings: object) -> None:
    folder = project.new_run_folder("r")
    photos = {"train": list(project.split.names("train"))}
    about = {**CONFIG.model_dump(mode="json"), "feature_bank": "on", "photos": photos, **settings}
    write_json(folder / "config.json", about)
    lines = [json.dumps({"epoch": n, "seconds": s}) for n, s in enumerate(seconds, 1)]
    (folder / "history.jsonl").write_text("\n".join(lines))


def test_nothing_is_known_before_the_first_run(project):
    assert estimate.seconds(project, CONFIG) is None


def test_the_same_settings_take_as_long_as_before_without_the_warm_up(project):
    add_run(project, [9.0, 2.0, 2.0, 2.0])
    assert estimate.seconds(project, CONFIG) == pytest.approx(20.0)


def test_time_grows_with_crops_and_their_area(project):
    add_run(project, [2.0, 2.0])
    larger = CONFIG.model_copy(update={"crops_per_photo": 8, "crop_size": 400, "epochs": 5})
    assert estimate.seconds(project, larger) == pytest.approx(2.0 * 2 * 4 * 5)


def test_without_a_split_nobody_knows_how_many_photos_train(project):
    add_run(project, [2.0, 2.0])
    project.undo()
    assert project.split is None
    assert estimate.seconds(project, CONFIG) is None


def test_another_model_or_other_layers_tell_nothing(project):
    add_run(project, [2.0, 2.0], model="deeplabv3_resnet50")
    add_run(project, [2.0, 2.0], train_layers="all")
    assert estimate.seconds(project, CONFIG) is None


def test_a_run_that_broke_off_at_once_is_passed_over(project):
    add_run(project, [2.0, 2.0])
    add_run(project, [])
    assert estimate.seconds(project, CONFIG) == pytest.approx(20.0)


def test_a_run_that_stored_no_features_tells_nothing_of_one_that_does(project):
    add_run(project, [2.0, 2.0], feature_bank="off")
    assert estimate.seconds(project, CONFIG) is None
    plain = CONFIG.model_copy(update={"feature_bank": "off"})
    assert estimate.seconds(project, plain) == pytest.approx(20.0)


def test_the_disk_told_is_what_a_training_takes(project, report):
    settings = {"bank_views": 3, "bank_rank": 8, "working_size": 64, "crop_size": 32}
    settings |= {"scale_min": 1.0, "scale_max": 1.0}
    config = CONFIG.model_copy(
        update={**settings, "epochs": 2, "crops_per_photo": 1, "weights": "none"}
    )
    told = estimate.stored_features(project, config)
    train.run(TrainRequest(project, config), report)
    maps = [np.load(path) for path in (project.cache / FEATURES).glob("*.npy")]
    assert told == StoredFeatures(sum(array.nbytes for array in maps))
    # Of five views of training photos' whole maps three are there because the user watches them.
    assert len(maps) == 4 * 3 + len(project.photos) - 4 + (4 - (len(project.photos) - 4))


def test_disk_is_told_only_where_features_are_stored_and_for_all_photos_before_the_split(project):
    first = estimate.stored_features(project, CONFIG)
    project.undo()
    assert estimate.stored_features(project, CONFIG).bytes > first.bytes
    for off in ({"feature_bank": "off"}, {"train_layers": "all"}, {"model": "unet_resnet34"}):
        assert estimate.stored_features(project, CONFIG.model_copy(update=off)) is None


def test_too_little_disk_is_told(project, monkeypatch):
    monkeypatch.setattr(estimate, "free_bytes", lambda folder: 0)
    told = estimate.stored_features(project, CONFIG)
    assert told.shortage == Shortage(-(10**9), by_limit=False)
    assert not told.required
    asked = CONFIG.model_copy(update={"feature_bank": "on", "bank_limit": 1e-6})
    told = estimate.stored_features(project, asked)
    assert told.shortage == Shortage(1000, by_limit=True)
    assert told.required
