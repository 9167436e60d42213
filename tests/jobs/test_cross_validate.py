"""Several trainings as one job: folds that judge every photo, and growing parts of the photos."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from conftest import Recorder

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import (
    EpochDone,
    Event,
    Message,
    ProblemFound,
    Progress,
    RunStarted,
    StepDone,
)
from segstudio.core.label_image import read_label
from segstudio.jobs import cross_validate, evaluate, learning_curve, train
from segstudio.jobs.cross_validate import CrossValidateRequest, CrossValidation
from segstudio.jobs.learning_curve import LearningCurve, LearningCurveRequest
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import Split
from segstudio.project.project import Project

FAST: dict[str, Any] = {
    "weights": "none",
    "epochs": 1,
    "batch_size": 2,
    "crop_size": 32,
    "crops_per_photo": 1,
    "working_size": 48,
}
pytestmark = pytest.mark.usefixtures("small_network")


def crossed(project: Project, report: Recorder, folds: int = 3) -> CrossValidation:
    config = TrainConfig.model_validate(FAST)
    return cross_validate.run(CrossValidateRequest(project, config, folds, "cpu"), report)


def curve(project: Project, report: Recorder) -> LearningCurve:
    config = TrainConfig.model_validate(FAST)
    return learning_curve.run(LearningCurveRequest(project, config, "cpu"), report)


def config_of(project: Project, run: str) -> dict[str, Any]:
    return dict(json.loads((project.root / "runs" / run / "config.json").read_text()))


class StopsAt:
    """A reporter that wants to stop once a stage begins."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self.stop_requested = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress) and event.stage.startswith(self._stage):
            self.stop_requested = True


def test_every_photo_is_scored_once_by_a_model_that_never_saw_it(
    tiny_project: Project, report: Recorder
) -> None:
    result = crossed(tiny_project, report)
    assert [fold.run.split("-", 2)[2] for fold in result.finished] == [
        f"fold-{n}-of-3" for n in (1, 2, 3)
    ]
    scored = sorted(name for fold in result.finished for name in fold.photos)
    assert scored == sorted(entry.name for entry in tiny_project.photos)
    for fold in result.finished:
        kept = config_of(tiny_project, fold.run)
        assert not set(kept["photos"]["train"]) & set(fold.photos)
        assert sorted(kept["photos"]["val"]) == sorted(fold.photos)
        assert len(kept["photos"]["train"]) == 4
    assert tiny_project.split is None


def test_pooled_scores_come_from_the_predictions_of_all_folds(
    tiny_project: Project, report: Recorder
) -> None:
    """Against a plain count over every photo's prediction, and the plain mean of the folds."""
    result = crossed(tiny_project, report)
    counts = np.zeros((3, 3), np.int64)
    for fold in result.finished:
        own = np.zeros((3, 3), np.int64)
        for name in fold.photos:
            truth = read_label(tiny_project.label_path(tiny_project.photo(name)))
            folder = tiny_project.root / "runs" / fold.run
            predicted = read_label(evaluate.prediction_path(folder, "val", name))
            np.add.at(own, (truth.ravel(), predicted.ravel()), 1)
        counts += own
        assert fold.miou == pytest.approx(plain_miou(own))
    assert result.pooled.miou == pytest.approx(plain_miou(counts))
    told = json.loads((tiny_project.root / "cross_validation.json").read_text())
    assert told["pooled"]["confusion"] == counts.tolist()
    mious = [fold["miou"] for fold in told["folds"]]
    assert told["mean"] == pytest.approx(fmean(mious))
    assert told["deviation"] == pytest.approx(stdev(mious))
    assert told["settings"]["epochs"] == 1
    assert f"{told['mean']:.2f} on average" in result.as_text()


def plain_miou(counts: Any) -> float:
    unions = counts.sum(0) + counts.sum(1) - counts.diagonal()
    return float(np.mean([counts[c, c] / unions[c] for c in range(len(counts)) if unions[c]]))


def test_folds_are_never_taken_for_the_best_or_the_latest_run(
    tiny_project: Project, report: Recorder
) -> None:
    result = crossed(tiny_project, report)
    for wanted in ("best", "latest"):
        with pytest.raises(SegStudioError, match="no trained model"):
            tiny_project.run(wanted)
    config = TrainConfig.model_validate(FAST)
    own = train.run(train.TrainRequest(tiny_project, config, "cpu"), report).run
    later = crossed(tiny_project, report)
    assert {tiny_project.run(wanted).name for wanted in ("best", "latest")} == {own}
    assert tiny_project.run(own).purpose == ""
    fold = tiny_project.run(later.finished[0].run)
    assert fold.purpose == "fold"
    assert result.finished[0].run != later.finished[0].run


def test_a_fold_is_scored_on_its_own_photos_also_later_and_goes_on_as_a_fold(
    tiny_project: Project, report: Recorder
) -> None:
    parts: dict[str, Any] = {entry.name: "train" for entry in tiny_project.photos}
    tiny_project.set_split(Split(parts={**parts, "000.png": "val"}, method="given"), "Given")
    fold = crossed(tiny_project, report).finished[-1]
    again = evaluate.run(evaluate.EvaluateRequest(tiny_project, fold.run, "val", "cpu"), report)
    assert sorted(photo.photo for photo in again.photos) == sorted(fold.photos)
    assert tiny_project.split
    assert tiny_project.split.names("val") == ("000.png",)
    config = TrainConfig.model_validate(FAST)
    train.run(train.TrainRequest(tiny_project, config, "cpu", resume=fold.run), report)
    assert tiny_project.run(fold.run).purpose == "fold"


def test_test_photos_stay_out_and_bursts_together(tiny_project: Project, report: Recorder) -> None:
    one, other = tiny_project.photos[1:3]
    tiny_project.photo_path(other).write_bytes(tiny_project.photo_path(one).read_bytes())
    parts: dict[str, Any] = {entry.name: "train" for entry in tiny_project.photos}
    tiny_project.set_split(Split(parts={**parts, "005.png": "test"}, method="given"), "Given")
    result = crossed(tiny_project, report, folds=4)
    photos = [set(fold.photos) for fold in result.finished]
    assert set.union(*photos) == {f"00{n}.png" for n in range(5)}
    assert {one.name, other.name} in photos


def test_a_stop_keeps_the_finished_folds(tiny_project: Project) -> None:
    result = crossed(tiny_project, StopsAt("Fold 3"))  # type: ignore[arg-type]
    assert [len(fold.photos) for fold in result.finished] == [2, 2]
    assert result.interrupted
    assert len(result.pooled.photos) == 4
    assert "Stopped after 2 of 3 trainings" in result.as_text()
    kept = json.loads((tiny_project.root / "cross_validation.json").read_text())
    assert (len(kept["folds"]), kept["wanted"]) == (2, 3)


@pytest.fixture
def third_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the third training of a study break off by itself."""
    real, runs = train.run, [0]

    def run(request: train.TrainRequest, report: Recorder) -> train.TrainResult:
        runs[0] += 1
        result = real(request, report)
        return (
            replace(result, status="failed", reason="The loss ran away.")
            if (runs[0] == 3)
            else result
        )

    monkeypatch.setattr(train, "run", run)


@pytest.mark.usefixtures("third_breaks")
def test_a_fold_that_breaks_off_is_no_stop_and_costs_no_finished_one(
    tiny_project: Project, report: Recorder
) -> None:
    with pytest.raises(SegStudioError, match=r"Fold 3 of 3: the training broke off") as told:
        crossed(tiny_project, report)
    assert "The loss ran away." in told.value.meaning
    kept = json.loads((tiny_project.root / "cross_validation.json").read_text())
    assert (len(kept["folds"]), kept["wanted"]) == (2, 3)


@pytest.mark.usefixtures("third_breaks")
def test_a_learning_curve_that_breaks_off_keeps_its_finished_points(
    dealt: Project, report: Recorder
) -> None:
    with pytest.raises(SegStudioError, match=r"from 3 photos .3 of 4.: the training broke off"):
        curve(dealt, report)
    kept = json.loads((dealt.root / "learning_curve.json").read_text())
    assert [point["photos"] for point in kept["points"]] == [1, 2]


def test_a_stop_before_the_first_fold_is_finished_keeps_nothing(tiny_project: Project) -> None:
    result = crossed(tiny_project, StopsAt("Fold 1"))  # type: ignore[arg-type]
    assert result.finished == ()
    assert "nothing was kept" in result.as_text()
    assert not (tiny_project.root / "cross_validation.json").exists()


def test_more_folds_than_photos_are_wrong_usage(tiny_project: Project, report: Recorder) -> None:
    with pytest.raises(UsageError, match="cannot be dealt into 7 parts"):
        crossed(tiny_project, report, folds=7)
    assert tiny_project.runs() == ()


def test_steps_are_told_as_one_progress_per_fold(tiny_project: Project, report: Recorder) -> None:
    crossed(tiny_project, report)
    stages = {event.stage for event in report.events if isinstance(event, Progress)}
    assert {"Fold 1 of 3", "Fold 2 of 3", "Fold 3 of 3"} <= stages
    own = (RunStarted, StepDone, EpochDone)
    assert not [event for event in report.events if isinstance(event, own)]
    steps = [e for e in report.events if isinstance(e, Progress) and e.stage == "Fold 1 of 3"]
    assert steps[-1].done == steps[-1].total > 0


def test_what_holds_for_every_run_of_a_study_is_said_once(
    dealt: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = dealt.photo_path(dealt.photos[0])
    photo.write_bytes(b"no picture")
    # Two layers have no one map of features, whatever the model is called.
    settings = {**FAST, "weights": "none", "train_layers": "head", "patience": 1, "epochs": 3}
    config = TrainConfig.model_validate({**settings, "min_delta": 1.0})
    cross_validate.run(CrossValidateRequest(dealt, config, 3, "cpu"), report)
    learning_curve.run(LearningCurveRequest(dealt, config, "cpu"), other := Recorder())
    for heard in (report, other):
        texts = [event.text for event in heard.events if isinstance(event, Message)]
        said = [text for text in texts if text.startswith("Features are computed anew")]
        assert len(said) == 1
        random = [text for text in texts if "on a backbone of random weights" in text]
        assert len(random) == 1
        # What each of them did is said of each.
        ended = [text for text in texts if text == "Stopped after 1 epochs without a gain."]
        assert len(ended) == (3 if heard is report else 4)
    problems = [e.problem.path for e in report.events if isinstance(e, ProblemFound)]
    assert problems.count(photo.name) == 1


@pytest.fixture
def dealt(tiny_project: Project) -> Project:
    """Four photos train and two check."""
    parts: dict[str, Any] = {entry.name: "train" for entry in tiny_project.photos}
    aside = {"004.png": "val", "005.png": "val"}
    tiny_project.set_split(Split(parts={**parts, **aside}, method="given"), "Given")
    return tiny_project


def test_a_learning_curve_grows_by_nested_parts_on_the_same_validation_photos(
    dealt: Project, report: Recorder
) -> None:
    found = curve(dealt, report)
    assert [point.photos for point in found.points] == [1, 2, 3, 4]
    configs = [config_of(dealt, point.run) for point in found.points]
    trains = [set(kept["photos"]["train"]) for kept in configs]
    assert all(one < other for one, other in pairwise(trains))
    assert trains[-1] == {f"00{n}.png" for n in range(4)}
    assert {tuple(kept["photos"]["val"]) for kept in configs} == {("004.png", "005.png")}
    assert {kept["purpose"] for kept in configs} == {"curve"}
    # As many crops in all, so that only the photos differ.
    assert {kept["crops_per_photo"] * len(kept["photos"]["train"]) for kept in configs} == {3, 4}
    assert [kept["crops_per_photo"] for kept in configs] == [4, 2, 1, 1]
    told = json.loads((dealt.root / "learning_curve.json").read_text())
    assert [point["miou"] for point in told["points"]] == [point.miou for point in found.points]
    assert told["words"] == found.growth.words
    assert found.growth.words in found.as_text()


def test_a_stopped_learning_curve_keeps_its_finished_points(dealt: Project) -> None:
    found = curve(dealt, StopsAt("Learning from 3"))  # type: ignore[arg-type]
    assert [point.photos for point in found.points] == [1, 2]
    assert found.interrupted
    assert "Too few points" in found.growth.words


def test_a_learning_curve_needs_photos_that_check(tiny_project: Project, report: Recorder) -> None:
    parts: dict[str, Any] = {entry.name: "train" for entry in tiny_project.photos}
    tiny_project.set_split(Split(parts=parts, method="given"), "Given")
    with pytest.raises(SegStudioError, match="kept aside"):
        curve(tiny_project, report)
