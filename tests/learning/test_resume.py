"""A run that is gone on with is bit for bit the one that was never stopped; a seed repeats it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from learning.conftest import MakeTraining
from learning.test_loop import Listener, history
from segstudio.core.events import EpochDone, Event, PreviewReady, StepDone
from segstudio.learning.config.optimizer import OPTIMIZERS, SCHEDULES
from segstudio.learning.loop import Training, fit


def same(first: Any, second: Any) -> bool:
    """Say whether two states hold the same, tensors bit for bit."""
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


def assert_same(one: Training, other: Training) -> None:
    assert history(one) == history(other)
    states = [training.folder.load_last() for training in (one, other)]
    assert states[0].epoch == states[1].epoch
    assert same(states[0].learner, states[1].learner)
    bests = [load_file(training.folder.best) for training in (one, other)]
    assert same(bests[0], bests[1])


def broken_off(make: MakeTraining, stop: Any, **settings: Any) -> Training:
    """Return a run that was stopped and gone on with by another process."""
    assert fit(make("broken", **settings), Listener(stop)).status == "stopped"
    again = make("broken", **settings)
    assert fit(again, Listener(), again.folder.load_last()).status == "completed"
    return again


def after_two(event: Event) -> bool:
    return isinstance(event, EpochDone) and event.epoch == 2


def amid_the_third(event: Event) -> bool:
    return isinstance(event, StepDone) and event.epoch == 3


def before_the_third_is_checked(event: Event) -> bool:
    return isinstance(event, PreviewReady) and event.epoch == 3


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_two_epochs_and_two_are_four_for_every_optimiser_and_schedule(
    make_training: MakeTraining, optimizer: str, schedule: str
) -> None:
    settings: dict[str, Any] = {"optimizer": optimizer, "schedule": schedule, "epochs": 4}
    whole = make_training("whole", **settings)
    fit(whole, Listener())
    stop = amid_the_third if schedule == "one_cycle" else after_two
    assert_same(broken_off(make_training, stop, **settings), whole)


def test_random_numbers_of_crops_and_dropout_go_on_where_they_were(
    make_training: MakeTraining,
) -> None:
    # DeepLabV3's pooling drops out at random, and strong crops draw from every distribution.
    settings: dict[str, Any] = {"real": True, "train": 2, "val": 1, "crops_per_photo": 1}
    settings |= {"epochs": 2, "augmentation": "strong", "crop_size": 32, "working_size": 48}
    whole = make_training("whole", **settings)
    fit(whole, Listener())

    def stop(event: Event) -> bool:
        return isinstance(event, EpochDone)

    assert_same(broken_off(make_training, stop, **settings), whole)


def test_a_seed_repeats_a_run_bit_for_bit(make_training: MakeTraining) -> None:
    runs = [make_training(str(n), seed=seed) for n, seed in enumerate((3, 3, 4))]
    for training in runs:
        fit(training, Listener())
    assert_same(runs[0], runs[1])
    assert not same(*(training.folder.load_last().learner["model"] for training in runs[1:]))


@pytest.mark.parametrize("stop", [after_two, before_the_third_is_checked])
def test_a_continued_run_took_as_long_as_all_of_its_epochs(
    make_training: MakeTraining, stop: Callable[[Event], bool]
) -> None:
    fit(make_training(epochs=4), Listener(stop))
    again = make_training(epochs=4)
    path = again.folder.path / "history.jsonl"
    lines = [{**json.loads(line), "seconds": 1000.0} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    state = again.folder.load_last()
    result = fit(again, Listener(), replace(state, seconds=500.0))
    unchecked = 0.0 if stop is after_two else 500.0
    assert result.seconds == pytest.approx(1000.0 * len(lines) + unchecked, abs=60)


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_a_damaged_line_of_the_history_costs_a_resumed_run_no_other_epoch(
    make_training: MakeTraining, damaged: int
) -> None:
    whole = make_training("whole", epochs=5)
    fit(whole, Listener())

    def stop(event: Event) -> bool:
        return isinstance(event, EpochDone) and event.epoch == 3

    training = make_training("broken", epochs=5)
    fit(training, Listener(stop))
    path = training.folder.path / "history.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[damaged - 1] = lines[damaged - 1].replace(b"}", b"\x00")
    path.write_bytes(b"\n".join(lines))
    again = make_training("broken", epochs=5)
    assert fit(again, Listener(), again.folder.load_last()).status == "completed"
    # The last one is checked once more, from the state that was kept after it.
    wanted = [line for line in history(whole) if line["epoch"] != damaged or damaged == 3]
    assert history(again) == wanted
    assert path.with_name("history.jsonl.bak").read_bytes() == b"\n".join(lines)
