"""What other tools' users lose trainings by: memory, batches of one, failures while checking.

Each trap has one test here or in tests/jobs/test_traps.py, named after it.
"""

from __future__ import annotations

import errno
import itertools
import json
import math
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from learning.conftest import MakeTraining
from learning.networks import Scarce
from learning.test_loop import Listener, history
from segstudio.core import files
from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone, Event, Message, ProblemFound, StepDone
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.dataset import Batch
from segstudio.learning.evaluation import Checked, Checker
from segstudio.learning.learner import Learner
from segstudio.learning.loop import Training, fit
from segstudio.learning.samples import WorkingCopies

LOST = "CUDA error: unspecified launch failure"


def test_out_of_memory_halves_the_batch_then_the_crop_and_the_run_goes_on(
    make_training: MakeTraining,
) -> None:
    # A crop of 128 px fits not even alone, a whole photo and one of 64 px do.
    training = make_training(network=Scarce(96 * 64), crop_size=128, batch_size=4)
    report = Listener()
    assert fit(training, report).standing.epochs == 2
    kept = json.loads((training.folder.path / "config.json").read_text())
    used = {"batch_size": 1, "accumulate": 4, "crop_size": 64}
    assert {key: kept[key] for key in used} == used
    assert {
        key: Checkpoint.load(training.folder.best).config.model_dump()[key] for key in used
    } == (used)
    told = [event.text for event in report.of(Message) if "Memory did not suffice" in event.text]
    assert ["halved to 2" in told[0], "halved to 1" in told[1], "64 px" in told[2]] == [True] * 3
    assert len(told) == 3
    assert len(report.of(StepDone)) == 2 * training.crops.steps_per_epoch


@pytest.mark.parametrize("photos", [2, 6])
def test_photos_are_streamed_however_many_there_are(
    make_training: MakeTraining, photos: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[torch.Tensor]] = []
    most = 0
    step, pair, asked = Learner.step, WorkingCopies.pair, itertools.count()

    def watch(learner: Learner, batch: Batch, report: Listener) -> float:
        nonlocal most
        held.append(weakref.ref(batch.inputs))
        most = max(most, sum(one() is not None for one in held))
        return step(learner, batch, report)

    def count(*arguments: Any) -> Any:
        next(asked)
        return pair(*arguments)

    training = make_training(train=photos, val=1, crops_per_photo=4, batch_size=2)
    copies = training.checker.copies
    assert isinstance(copies.photo(training.val[0], training.checker.preprocessing), np.memmap)
    monkeypatch.setattr(WorkingCopies, "pair", count)
    next(training.crops.batches(1, Listener()))
    assert next(asked) == 2
    monkeypatch.setattr(Learner, "step", watch)
    fit(training, Listener())
    assert len(held) == 2 * photos * 4 // 2
    # The one that is learned from, and the one before it until its place is taken.
    assert most <= 2


@pytest.mark.parametrize(
    ("train", "batch_size", "model"),
    [
        (1, 1, "deeplabv3_mobilenet_v3_large"),
        (3, 2, "deeplabv3_mobilenet_v3_large"),
        (1, 8, "deeplabv3_mobilenet_v3_large"),
        (1, 1, "deeplabv3_resnet50"),
    ],
    ids=["batch of one", "last batch of one", "one photo to learn, one to check", "resnet"],
)
def test_batch_of_one_trains_through_every_batch_norm(
    make_training: MakeTraining, train: int, batch_size: int, model: str
) -> None:
    small: dict[str, Any] = {"crop_size": 32, "working_size": 48, "crops_per_photo": 1, "epochs": 1}
    training = make_training(
        real=True, train=train, val=1, batch_size=batch_size, model=model, optimizer="sgd", **small
    )
    report = Listener()
    assert fit(training, report).status == "completed"
    (done,) = report.of(EpochDone)
    assert math.isfinite(done.train_loss)
    assert math.isfinite(done.val_loss)
    assert 0 <= done.val_miou <= 1
    assert training.learner.sound


def in_second_epoch(training: Training, error: BaseException, monkeypatch: Any) -> None:
    """Let the checking of the second epoch fail amid its photos."""
    check, epochs = Checker.check, itertools.count(1)

    def fail(*arguments: Any) -> Iterator[Checked]:
        checked = check(*arguments)
        if next(epochs) == 2:
            yield next(checked)
            raise error
        yield from checked

    monkeypatch.setattr(Checker, "check", fail)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "Memory did not suffice in epoch 2"),
        (torch.OutOfMemoryError("CUDA out of memory."), "Memory did not suffice in epoch 2"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "Memory did"),
        (RuntimeError(LOST), "device failed in epoch 2"),
        (RuntimeError("shapes differ"), ""),
        (SegStudioError("The disk is full."), ""),
    ],
    ids=["memory", "gpu memory", "torch memory", "device", "bug", "foreseen"],
)
def test_failure_while_checking_costs_no_model_and_is_gone_on_with(
    make_training: MakeTraining, error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_training("whole", epochs=3)
    fit(whole, Listener())
    training, report = make_training(epochs=3), Listener()
    with monkeypatch.context() as patch:
        in_second_epoch(training, error, patch)
        if words:
            assert fit(training, report).standing.best_epoch == 1
            assert words in report.said()
        else:
            with pytest.raises(type(error), match=str(error)):
                fit(training, report)
    assert Checkpoint.load(training.folder.best).epoch == 1
    assert training.folder.load_last().epoch == 2
    again = make_training(epochs=3)
    assert fit(again, Listener(), again.folder.load_last()).status == "completed"
    assert history(again) == history(whole)


@pytest.mark.parametrize("full", ["best.safetensors", "last.pt", "0002-0.jpg"])
def test_disk_that_fills_up_costs_no_earlier_model(
    make_training: MakeTraining, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(event: Event) -> bool:
        if isinstance(event, EpochDone) and event.epoch == 1:
            patch.setattr(files.Path, "replace", refuse)
        return False

    replace = files.Path.replace

    def refuse(path: Any, target: Any) -> Any:
        if target.name == full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(path, target)

    training = make_training(epochs=4, lr=0.05)
    with monkeypatch.context() as patch, pytest.raises(SegStudioError, match=f"{full}.*full"):
        fit(training, Listener(fill))
    assert Checkpoint.load(training.folder.best).epoch == 1
    assert not list(training.folder.path.glob(".*.part"))
    again = make_training(epochs=4, lr=0.05)
    assert fit(again, Listener(), again.folder.load_last()).standing.epochs == 4


@pytest.mark.parametrize("gone", ["one", "all"])
def test_validation_photos_that_break_on_the_way_are_left_out(
    make_training: MakeTraining, gone: str
) -> None:
    def remove(event: Event) -> bool:
        if isinstance(event, EpochDone) and event.epoch == 1:
            for sample in training.val[: 1 if gone == "one" else None]:
                sample.photo.unlink()
        return False

    training, report = make_training(epochs=3, val=2), Listener()
    report = Listener(remove)
    result = fit(training, report)
    assert (result.status, result.standing.epochs) == ("completed", 3)
    left_out = {event.problem.path for event in report.of(ProblemFound)}
    assert left_out == {sample.name for sample in training.val[: len(left_out)]}
    assert len(left_out) == (1 if gone == "one" else 2)
    scores = [event.val_miou for event in report.of(EpochDone)]
    assert scores[0] is not None
    if gone == "all":
        # What cannot be scored is never taken for better than what was.
        assert scores[1:] == [None, None]
        assert Checkpoint.load(training.folder.best).epoch == 1
    else:
        assert None not in scores


def test_all_training_photos_that_break_on_the_way_end_the_run_in_words(
    make_training: MakeTraining,
) -> None:
    def remove(event: Event) -> bool:
        if isinstance(event, EpochDone) and event.epoch == 2:
            for sample in training.crops.samples:
                sample.photo.unlink()
        return False

    training = make_training(epochs=5)
    report = Listener(remove)
    with pytest.raises(SegStudioError, match="None of the training photos can be read any more"):
        fit(training, report)
    broken = {event.problem.path for event in report.of(ProblemFound)}
    assert broken == {sample.name for sample in training.crops.samples}
    assert Checkpoint.load(training.folder.best).epoch in (1, 2)
    assert training.folder.load_last().epoch == 2
