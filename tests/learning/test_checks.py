"""Settings that cannot be used are refused before photos, labels or weights are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Recorder

from segstudio.core.errors import UsageError
from segstudio.core.palette import Palette, PaletteClass
from segstudio.jobs import cross_validate, find_lr, learning_curve, train
from segstudio.learning.checks import check_settings
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project

WRONG: list[dict[str, Any]] = [
    {"class_weights": (1.0, 2.0)},
    {"class_weights": (1.0, 2.0, 3.0, 4.0)},
    {"feature_bank": "on", "model": "lraspp_mobilenet_v3_large"},
    {"feature_bank": "on", "train_layers": "layer4"},
]
JOBS: dict[str, Callable[[Project, TrainConfig, Recorder], object]] = {
    "train": lambda project, config, report: train.run(
        train.TrainRequest(project, config, "cpu"), report
    ),
    "cross-validate": lambda project, config, report: cross_validate.run(
        cross_validate.CrossValidateRequest(project, config, 3, "cpu"), report
    ),
    "learning-curve": lambda project, config, report: learning_curve.run(
        learning_curve.LearningCurveRequest(project, config, "cpu"), report
    ),
    "find-lr": lambda project, config, report: find_lr.run(
        find_lr.FindRateRequest(project, config, "cpu"), report
    ),
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("settings", WRONG, ids=str)
def test_no_job_does_anything_with_settings_that_cannot_be(
    tiny_project: Project,
    report: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    settings: dict[str, Any],
) -> None:
    def touched(*arguments: object) -> None:
        raise AssertionError("weights or photos were looked at")

    monkeypatch.setattr("segstudio.learning.setup.load_initial_weights", touched)
    monkeypatch.setattr("segstudio.learning.samples.read_photo", touched)
    # Labels that are not up to date would be burnt, a split that is not there locked.
    boat = PaletteClass(id=7, name="boat", color="#112233", map_to=255)
    tiny_project.set_palette(tiny_project.palette.with_class(boat), "Add")
    with pytest.raises(UsageError):
        JOBS[job](tiny_project, TrainConfig.model_validate(settings), report)
    assert report.events == []
    assert not tiny_project.labels_current()
    assert (tiny_project.split, tiny_project.runs()) == (None, ())


def test_class_weights_are_one_number_per_trained_class(palette: Palette) -> None:
    ignored = PaletteClass(id=7, name="boat", color="#112233", map_to=255)
    own = palette.with_class(ignored)
    check_settings(TrainConfig(class_weights=(1.0, 2.0, 3.0)), own)
    for rule in ("none", "inverse", "effective"):
        check_settings(TrainConfig(class_weights=rule), own)
    with pytest.raises(UsageError, match=r"4 numbers.*3 classes") as told:
        check_settings(TrainConfig(class_weights=(1.0, 2.0, 3.0, 4.0)), own)
    assert "background, sky, ground" in told.value.meaning
