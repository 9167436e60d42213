"""The loop keeps its promises: epochs, best, last, stop, resume, repeatability."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from learning.networks import Breaks, Scarce, TurnsIntoNothing
from segstudio.core.errors import SegStudioError
from segstudio.core.events import (
    BestSaved,
    EpochDone,
    Event,
    Message,
    PreviewReady,
    ProblemFound,
    RunStarted,
    StepDone,
)
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import Palette
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.config.optimizer import OPTIMIZERS, SCHEDULES
from segstudio.learning.evaluation import Checked, Checker, Validation, summary
from segstudio.learning.loop import FitResult, Training, fit
from segstudio.learning.losses import LOSSES
from segstudio.photos.reader import read_photo
from segstudio.project.runs import list_runs

MakeTraining = Callable[..., Training]


class Listener:
    """Keeps events and asks to stop once `stop_when` says so."""

    def __init__(self, stop_when: Callable[[Event], bool] = lambda event: False) -> None:
        self.events: list[Event] = []
        self.stop_requested = False
        self._stop_when = stop_when

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.stop_requested = self.stop_requested or self._stop_when(event)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def said(self) -> str:
        return " ".join(event.text for event in self.of(Message))


def history(training: Training) -> list[dict[str, Any]]:
    """Return the run's history without what depends on the clock."""
    text = (training.folder.path / "history.jsonl").read_text()
    return [{**json.loads(line), "seconds": None} for line in text.splitlines()]


def test_asked_epochs_are_run_and_everything_is_told_and_kept(make_training: MakeTraining) -> None:
    training, report = make_training(epochs=3), Listener()
    result = fit(training, report)
    done = report.of(EpochDone)
    assert [event.epoch for event in done] == [1, 2, 3]
    assert len(report.of(StepDone)) == 3 * training.crops.steps_per_epoch
    assert (result.status, result.standing.epochs) == ("completed", 3)
    assert report.of(RunStarted)[0].class_names == ("background", "sky", "ground")
    scores = [event.val_miou for event in done]
    assert done[-1].best_miou == max(scores) == result.standing.best_miou
    assert done[-1].epochs_without_gain == 3 - done[-1].best_epoch
    assert done[-1].eta_seconds == pytest.approx(0, abs=1e-6)
    assert [line["val_miou"] for line in history(training)] == scores
    first = history(training)[0]
    assert set(first["iou"]) == {"background", "sky", "ground"}
    assert first["val_miou_low"] <= first["val_miou"] <= first["val_miou_high"]
    assert result.samples_per_second > 0


def test_loss_falls_and_score_rises_on_colours_that_tell(make_training: MakeTraining) -> None:
    training, report = make_training(epochs=20, lr=0.05, crop_size=96), Listener()
    fit(training, report)
    done = report.of(EpochDone)
    assert done[-1].train_loss < 0.5 * done[0].train_loss
    assert done[-1].best_miou > 0.8


def test_same_seed_gives_the_same_run_and_another_does_not(make_training: MakeTraining) -> None:
    real: dict[str, Any] = {"real": True, "epochs": 1, "train": 2, "val": 1}
    runs = [make_training(str(n), seed=seed, **real) for n, seed in enumerate((5, 5, 6))]
    for training in runs:
        fit(training, Listener())
    assert history(runs[0]) == history(runs[1])
    assert history(runs[0]) != history(runs[2])
    first, second = (load_file(training.folder.best) for training in runs[:2])
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("where", ["in training", "in checking"])
def test_resumed_run_equals_one_that_was_never_stopped(
    make_training: MakeTraining, where: str
) -> None:
    whole = make_training("whole", epochs=4)
    fit(whole, Listener())

    def stop(event: Event) -> bool:
        if where == "in training":
            return isinstance(event, StepDone) and event.epoch == 3
        return isinstance(event, PreviewReady) and event.epoch == 2

    broken = make_training("broken", epochs=4)
    assert fit(broken, Listener(stop)).status == "stopped"
    again = make_training("broken", epochs=4)
    report = Listener()
    result = fit(again, report, again.folder.load_last())
    assert result.status == "completed"
    assert report.of(EpochDone)[-1].eta_seconds == pytest.approx(0, abs=1e-6)
    assert history(again) == history(whole)
    final, wanted = (t.folder.load_last().learner["model"] for t in (again, whole))
    assert all(torch.equal(final[key], wanted[key]) for key in wanted)


def test_models_of_single_epochs_are_kept_where_asked_for(make_training: MakeTraining) -> None:
    training = make_training(epochs=5, checkpoint_every=2)
    fit(training, Listener())
    kept = sorted(training.folder.path.glob("epoch-*.safetensors"))
    assert [path.name for path in kept] == ["epoch-0002.safetensors", "epoch-0004.safetensors"]
    loaded = [Checkpoint.load(path) for path in kept]
    scores = [line["val_miou"] for line in history(training)]
    assert [(one.epoch, one.val_miou) for one in loaded] == [(2, scores[1]), (4, scores[3])]
    assert any(not torch.equal(w, loaded[1].weights[key]) for key, w in loaded[0].weights.items())


def test_stop_keeps_the_best_so_far(make_training: MakeTraining) -> None:
    training = make_training(epochs=5)
    report = Listener(lambda event: isinstance(event, StepDone) and event.epoch == 2)
    result = fit(training, report)
    assert (result.status, result.standing.best_epoch) == ("stopped", 1)
    assert training.folder.best.is_file()
    assert training.folder.load_last().epoch == 1


def test_stop_in_the_first_epoch_keeps_what_was_learned(make_training: MakeTraining) -> None:
    training = make_training()
    result = fit(training, Listener(lambda event: isinstance(event, StepDone)))
    assert (result.status, result.standing.best_epoch) == ("stopped", None)
    assert result.standing.best_miou is None
    assert training.folder.best.is_file()


def test_stop_before_the_first_step_keeps_no_initial_weights(make_training: MakeTraining) -> None:
    training = make_training()
    result = fit(training, Listener(lambda event: isinstance(event, RunStarted)))
    assert (result.status, result.samples_per_second) == ("stopped", 0)
    assert not training.folder.best.exists()


def test_without_validation_photos_there_is_no_score(make_training: MakeTraining) -> None:
    training, report = make_training(val=0), Listener()
    result = fit(training, report)
    last = report.of(EpochDone)[-1]
    assert (last.val_loss, last.val_miou, last.best_miou) == (None, None, None)
    assert last.class_iou == (None, None, None)
    assert history(training)[0]["val_miou"] is history(training)[0]["val_miou_low"] is None
    assert result.standing.best_epoch == 2
    assert "No photo checks" in report.said()


def test_state_is_saved_before_checking_begins(
    make_training: MakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise MemoryError

    training, report = make_training(epochs=3), Listener()
    monkeypatch.setattr("segstudio.learning.evaluation.Checker.check", fail)
    result = fit(training, report)
    assert result.status == "failed"
    assert result.reason in report.said()
    assert "What was learned until then is kept" in result.reason
    assert training.folder.load_last().epoch == 1
    assert training.folder.best.is_file()
    assert "Memory did not suffice in epoch 1" in report.said()


def test_memory_that_fails_before_the_first_step_keeps_no_initial_weights(
    make_training: MakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise MemoryError

    training = make_training()
    monkeypatch.setattr("segstudio.learning.learner.Learner.step", fail)
    with pytest.raises(SegStudioError, match="Memory did not suffice in epoch 1, before there was"):
        fit(training, Listener())
    assert not training.folder.best.exists()


def test_loss_that_is_no_number_ends_the_run_with_its_best(make_training: MakeTraining) -> None:
    training, report = make_training(epochs=9, network=TurnsIntoNothing(5)), Listener()
    result = fit(training, report)
    assert result.status == "failed"
    assert result.standing.epochs == 2
    assert "no number in epoch 3" in report.said()
    assert result.reason in report.said()
    kept = load_file(training.folder.best)
    assert all(torch.isfinite(tensor).all() for tensor in kept.values())
    assert training.folder.load_last().epoch == 2


def test_loss_that_is_no_number_at_once_keeps_no_initial_weights(
    make_training: MakeTraining,
) -> None:
    training = make_training(network=TurnsIntoNothing(0))
    with pytest.raises(SegStudioError, match="no number in epoch 1"):
        fit(training, Listener())
    assert not training.folder.best.exists()


@pytest.mark.parametrize("val", [2, 0])
def test_answers_that_are_no_number_are_never_the_best(
    make_training: MakeTraining, val: int
) -> None:
    network, report = TurnsIntoNothing(4, checking=True), Listener()
    training = make_training(network=network, val=val, epochs=9)
    assert fit(training, report).standing.best_epoch == 1
    assert [event.epoch for event in report.of(EpochDone)] == [1]
    assert "no number in epoch 2" in report.said()
    assert Checkpoint.load(training.folder.best).epoch == 1


def test_weights_that_ran_away_in_the_last_step_are_not_kept(make_training: MakeTraining) -> None:
    # The loss of the step itself was finite, and no validation photo tells.
    def run_away(event: Event) -> bool:
        if isinstance(event, StepDone) and event.epoch == 2:
            next(training.learner.model.parameters()).data.fill_(float("nan"))
        return False

    training = make_training(val=0, train_layers="head", crops_per_photo=1)
    report = Listener(run_away)
    assert training.crops.steps_per_epoch == 1
    assert fit(training, report).standing.best_epoch == 1
    assert "no number in epoch 2" in report.said()
    for kept in (load_file(training.folder.best), training.folder.load_last().learner["model"]):
        assert all(torch.isfinite(tensor).all() for tensor in kept.values())


LOST = "CUDA error: device-side assert triggered\nCompile with TORCH_USE_CUDA_DSA."


@pytest.mark.parametrize("checking", [False, True])
def test_device_that_fails_ends_the_run_with_its_best_and_can_be_gone_on_with(
    make_training: MakeTraining, checking: bool
) -> None:
    # Two steps an epoch, and four photos that are checked or watched.
    network = Breaks(5 if checking else 3, LOST, checking=checking)
    training, report = make_training(epochs=4, network=network), Listener()
    result = fit(training, report)
    assert (result.status, result.standing.best_epoch) == ("failed", 1)
    assert "The best model, of epoch 1, is kept." in result.reason
    assert "device failed in epoch 2 (CUDA error: device-side assert triggered)" in report.said()
    assert Checkpoint.load(training.folder.best).epoch == 1
    again = make_training(epochs=4, network=Breaks(10**9, LOST))
    assert fit(again, Listener(), again.folder.load_last()).standing.epochs == 4


def test_device_that_fails_at_once_is_told_in_words(make_training: MakeTraining) -> None:
    training = make_training(network=Breaks(0, LOST))
    with pytest.raises(SegStudioError, match=r"device failed in epoch 1.*before there was a model"):
        fit(training, Listener())
    assert not training.folder.best.exists()


def test_other_failures_are_not_taken_for_a_failing_device(make_training: MakeTraining) -> None:
    with pytest.raises(RuntimeError, match="shapes differ"):
        fit(make_training(network=Breaks(3, "shapes differ")), Listener())


def test_out_of_memory_while_checking_goes_on_in_parts_and_says_so(
    make_training: MakeTraining,
) -> None:
    def history_of(folder: str, network: Scarce) -> tuple[list[dict[str, Any]], Listener]:
        torch.manual_seed(1)
        big: dict[str, Any] = {"working_size": 384, "train_layers": "all", "epochs": 2}
        report = Listener()
        training = make_training(folder, network=network, report=report, **big)
        for sample in training.val:
            for path, how in ((sample.photo, cv2.INTER_LINEAR), (sample.label, cv2.INTER_NEAREST)):
                image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
                cv2.imwrite(str(path), cv2.resize(image, (384, 256), interpolation=how))
        fit(training, report)
        return history(training), report

    networks = [Scarce(), Scarce(most_pixels=300 * 256, only_checking=True)]
    networks[1].load_state_dict(networks[0].state_dict())
    (whole, _), (parts, report) = (history_of(str(n), net) for n, net in enumerate(networks))
    assert [line["val_miou"] for line in parts] == [line["val_miou"] for line in whole]
    assert report.said().count("384 x 256 px at once") == 1


def test_an_epochs_seconds_hold_its_checking(
    make_training: MakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Checker.check

    def slow(*arguments: Any) -> Iterator[Checked]:
        time.sleep(0.3)
        return check(*arguments)

    monkeypatch.setattr(Checker, "check", slow)
    training, report = make_training(epochs=1), Listener()
    fit(training, report)
    assert report.of(EpochDone)[0].seconds >= 0.3
    assert training.folder.history()[0]["seconds"] >= 0.3


def test_predictions_do_not_pile_up_while_checking(
    make_training: MakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Checked] = []

    def watch(checked: list[Checked], classes: int) -> Validation:
        kept.extend(checked)
        return summary(checked, classes)

    monkeypatch.setattr("segstudio.learning.loop.summary", watch)
    fit(make_training(epochs=1), Listener())
    assert [(one.index.size, one.index.base) for one in kept] == [(0, None)] * 2


def test_patience_ends_a_run_that_gains_nothing(make_training: MakeTraining) -> None:
    training, report = make_training(epochs=50, lr=1e-7, optimizer="sgd", patience=2), Listener()
    result = fit(training, report)
    assert result.status == "completed"
    assert result.standing.without_gain == 2
    assert "without a gain" in report.said()


def test_gains_below_the_smallest_one_do_not_prolong_a_run(make_training: MakeTraining) -> None:
    training = make_training(epochs=50, lr=0.01, patience=3, min_delta=1.0)
    assert fit(training, Listener()).standing.epochs == 4


def test_previews_of_the_same_photos_after_every_epoch(make_training: MakeTraining) -> None:
    training, report = make_training(val=2), Listener()
    fit(training, report)
    previews = report.of(PreviewReady)
    by_epoch = [[p.photo for p in previews if p.epoch == epoch] for epoch in (1, 2)]
    assert by_epoch[0] == by_epoch[1]
    assert len(by_epoch[0]) == 4
    assert by_epoch[0][:2] == ["004.png", "005.png"]
    assert previews[0].path == training.folder.path / "previews" / "0001-0.jpg"
    assert max(read_photo(previews[0].path).shape[:2]) == 96


def test_photo_that_breaks_on_the_way_is_told_once_and_left_out(
    make_training: MakeTraining, tmp_path: Path
) -> None:
    def break_one(event: Event) -> bool:
        if isinstance(event, EpochDone) and event.epoch == 1:
            training.crops.samples[0].photo.unlink()
        return False

    training = make_training(epochs=3)
    report = Listener(break_one)
    assert fit(training, report).standing.epochs == 3
    problems = [event.problem.path for event in report.of(ProblemFound)]
    assert problems.count("000.png") >= 1
    assert len(report.of(StepDone)) == 3 * training.crops.steps_per_epoch


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Scores for the epochs to come, in place of those that the models reach."""
    given: list[float] = []

    def give(checked: list[Checked], classes: int) -> Validation:
        return replace(summary(checked, classes), miou=given.pop(0))

    monkeypatch.setattr("segstudio.learning.loop.summary", give)
    return given


def loses_a_photo(training: Training, epoch: int, stop_after: int = 0) -> Listener:
    """Return a reporter that takes a validation photo away after an epoch."""

    def lose(event: Event) -> bool:
        if isinstance(event, EpochDone) and event.epoch == epoch:
            training.val[0].photo.unlink()
        return isinstance(event, EpochDone) and event.epoch == stop_after

    return Listener(lose)


def test_the_best_is_chosen_among_epochs_that_the_same_photos_checked(
    make_training: MakeTraining, scores: list[float]
) -> None:
    scores += [0.8, 0.9, 0.4, 0.5, 0.3]
    training = make_training(epochs=5)
    report = loses_a_photo(training, 2)
    result = fit(training, report)
    assert (result.standing.best_epoch, result.standing.best_miou) == (4, 0.5)
    assert [event.best_epoch for event in report.of(EpochDone)] == [1, 2, 3, 4, 4]
    problems = [event.problem.path for event in report.of(ProblemFound)]
    assert problems == ["004.png"]
    assert report.said().count("From epoch 3 on not the same photos and outlines check") == 1
    assert Checkpoint.load(training.folder.best).epoch == 4
    # What was best on more photos may be the better one: it is not thrown away.
    assert "of epoch 2, is kept as epoch-0002.safetensors" in report.said()
    kept = Checkpoint.load(training.folder.of_epoch(2))
    assert (kept.epoch, kept.val_miou) == (2, 0.9)
    (info,) = list_runs(_runs_of(training))
    assert info.val_miou == 0.5


def _runs_of(training: Training) -> Path:
    training.folder.write_config(training.config, {})
    return training.folder.path.parent


def test_patience_counts_only_epochs_that_the_same_photos_checked(
    make_training: MakeTraining, scores: list[float]
) -> None:
    scores += [0.9, 0.8, 0.3, 0.4, 0.35, 0.2]
    training = make_training(epochs=50, patience=2)
    assert fit(training, loses_a_photo(training, 2)).standing.epochs == 6


def test_a_run_that_lost_a_photo_is_gone_on_with_exactly(make_training: MakeTraining) -> None:
    gone = make_training("gone", epochs=6)
    photo = gone.val[0].photo
    there = photo.read_bytes()
    result = fit(gone, loses_a_photo(gone, 2))
    photo.write_bytes(there)
    broken = make_training("broken", epochs=6)
    fit(broken, loses_a_photo(broken, 2, stop_after=4))
    again = make_training("broken", epochs=6)
    report = Listener()
    assert fit(again, report, again.folder.load_last()).standing == result.standing
    assert history(again) == history(gone)
    assert "not the same photos" not in report.said()


def test_a_photo_that_is_back_once_the_run_goes_on_begins_anew_as_well(
    make_training: MakeTraining, scores: list[float]
) -> None:
    scores += [0.8, 0.9, 0.5, 0.6, 0.7]
    broken = make_training(epochs=5)
    photo = broken.val[0].photo
    there = photo.read_bytes()
    fit(broken, loses_a_photo(broken, 2, stop_after=3))
    photo.write_bytes(there)
    again, report = make_training(epochs=5), Listener()
    assert fit(again, report, again.folder.load_last()).standing.best_epoch == 5
    assert "From epoch 4 on not the same photos and outlines check" in report.said()


def test_outlines_corrected_before_the_run_goes_on_begin_anew_as_well(
    make_training: MakeTraining, palette: Palette, scores: list[float]
) -> None:
    scores += [0.9, 0.8, 0.4, 0.5, 0.3]
    fit(make_training(epochs=5), Listener(lambda e: isinstance(e, EpochDone) and e.epoch == 2))
    again, report = make_training(epochs=5), Listener()
    # Mirrored, every class has as many pixels as before.
    path = again.val[0].label
    write_label(path, np.ascontiguousarray(read_label(path)[:, ::-1]), palette)
    standing = fit(again, report, again.folder.load_last()).standing
    assert (standing.best_epoch, standing.best_miou, standing.without_gain) == (4, 0.5, 1)
    assert "From epoch 3 on not the same photos and outlines check" in report.said()
    assert Checkpoint.load(again.folder.of_epoch(1)).val_miou == 0.9


def test_outlines_corrected_where_they_only_train_change_no_score(
    make_training: MakeTraining, palette: Palette, scores: list[float]
) -> None:
    scores += [0.9, 0.8, 0.4]
    fit(make_training(epochs=3), Listener(lambda e: isinstance(e, EpochDone) and e.epoch == 2))
    again, report = make_training(epochs=3), Listener()
    path = again.crops.samples[0].label
    write_label(path, np.zeros_like(read_label(path)), palette)
    assert fit(again, report, again.folder.load_last()).standing.best_epoch == 1


def test_where_no_photo_checks_any_more_the_best_that_was_scored_stays(
    make_training: MakeTraining,
) -> None:
    training = make_training(epochs=4, val=1)
    report = loses_a_photo(training, 2)
    standing = fit(training, report).standing
    scored = [line["val_miou"] for line in history(training)]
    assert scored[2:] == [None, None]
    assert standing.best_miou == max(scored[:2])
    assert Checkpoint.load(training.folder.best).epoch == standing.best_epoch


def test_one_cycle_ends_at_its_final_rate_for_odd_loaders(make_training: MakeTraining) -> None:
    # Four photos with three crops in steps of 2 x 4: the second step of an epoch is a short one.
    training = make_training(epochs=3, crops_per_photo=3, batch_size=4, accumulate=2, lr=0.01)
    report = Listener()
    fit(training, report)
    steps = report.of(StepDone)
    assert len(steps) == 6
    assert steps[-1].lr == pytest.approx(0.01 * 1e-4)
    assert [event.step for event in steps] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_optimiser_learns_by_every_schedule(
    make_training: MakeTraining, optimizer: str, schedule: str
) -> None:
    training, report = make_training(optimizer=optimizer, schedule=schedule, lr=0.02), Listener()
    fit(training, report)
    first, last = report.of(EpochDone)
    assert last.train_loss < first.train_loss


@pytest.mark.parametrize("loss", [*(entry.name for entry in LOSSES), "0.5*focal+dice"])
def test_every_loss_has_one_scale_in_training_and_checking(
    make_training: MakeTraining, loss: str
) -> None:
    # Whole photos as crops, one a step, of a network that neither learns nor tells train from eval.
    same: dict[str, Any] = {"scale_min": 1, "scale_max": 1, "color_jitter": 0, "crop_size": 96}
    still: dict[str, Any] = {"lr": 1e-9, "weight_decay": 0, "crops_per_photo": 1, "batch_size": 1}
    training = make_training(loss=loss, network=Scarce(), train=6, val=6, epochs=1, **same, **still)
    report = Listener()
    fit(training, report)
    (done,) = report.of(EpochDone)
    assert done.val_loss == pytest.approx(done.train_loss, rel=1e-3)


def test_fewer_crops_than_a_step_still_step(make_training: MakeTraining) -> None:
    training = make_training(
        train=1, val=1, epochs=1, crops_per_photo=1, batch_size=8, accumulate=4, real=True
    )
    before = {key: value.clone() for key, value in training.learner.model.weights().items()}
    report = Listener()
    fit(training, report)
    assert len(report.of(StepDone)) == 1
    after = training.learner.model.weights()
    assert any(not torch.equal(before[key], after[key]) for key in before)


def test_frozen_backbone_is_the_same_after_a_whole_run(make_training: MakeTraining) -> None:
    training = make_training(real=True, train_layers="head", epochs=1, train=2, val=1)
    before = {key: value.clone() for key, value in training.learner.model.weights().items()}
    fit(training, Listener())
    after = training.learner.model.weights()
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    assert {key.partition(".")[0] for key in moved} == {"classifier"}


def test_history_and_best_agree(make_training: MakeTraining) -> None:
    training, report = make_training(epochs=4), Listener()
    result: FitResult = fit(training, report)
    scores = np.array([line["val_miou"] for line in history(training)])
    assert result.standing.best_epoch == int(scores.argmax()) + 1
    saved = report.of(BestSaved)[-1]
    assert (saved.epoch, saved.val_miou) == (result.standing.best_epoch, scores.max())
