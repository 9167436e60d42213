"""The head first, then more: what is frozen is frozen until the switch, and resuming is exact."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from segstudio.core.errors import UsageError
from segstudio.core.events import Event, Message, StepDone
from segstudio.learning.loop import Training, fit
from segstudio.learning.settings import parse_settings

MakeTraining = Callable[..., Training]
State = dict[str, torch.Tensor]


class Watcher:
    """Keeps the weights at the beginning of every epoch, and stops at a step of `stop_in`."""

    def __init__(self, training: Training, stop_in: int = 0) -> None:
        self.stop_requested = False
        self.said = ""
        self.seen: dict[int, State] = {}
        self._training, self._stop_in = training, stop_in

    def __call__(self, event: Event) -> None:
        if isinstance(event, Message):
            self.said += event.text
        if isinstance(event, StepDone):
            weights = self._training.learner.model.weights()
            self.seen[event.epoch] = {key: value.clone() for key, value in weights.items()}
            self.stop_requested = event.epoch == self._stop_in


def moved(before: State, after: State) -> set[str]:
    return {key for key in before if not torch.equal(before[key], after[key])}


def test_backbone_with_its_buffers_rests_until_the_switch(make_training: MakeTraining) -> None:
    training = make_training(epochs=4, train_layers="all", unfreeze_after=2)
    first = {key: value.clone() for key, value in training.learner.model.weights().items()}
    watcher = Watcher(training)
    fit(training, watcher)
    alone = moved(first, watcher.seen[2])
    assert alone
    assert all(key.startswith("classifier.") for key in alone)
    together = moved(watcher.seen[2], watcher.seen[3])
    assert {"backbone.0.weight", "backbone.1.running_mean", "classifier.0.weight"} <= together
    assert "what learns from now on: everything." in watcher.said


@pytest.mark.parametrize("stop_in", [2, 3, 4])
def test_resuming_around_the_switch_is_exact(make_training: MakeTraining, stop_in: int) -> None:
    settings = {"epochs": 4, "train_layers": "all", "unfreeze_after": 2, "backbone_lr": 0.1}
    whole = make_training("whole", **settings)
    fit(whole, Watcher(whole))
    broken = make_training("broken", **settings)
    assert fit(broken, Watcher(broken, stop_in)).status == "stopped"
    again = make_training("broken", **settings)
    fit(again, Watcher(again), again.folder.load_last())
    ours, wanted = again.learner.model.weights(), whole.learner.model.weights()
    assert not moved(ours, wanted)


def test_backbone_rate_slows_the_backbone_only(make_training: MakeTraining) -> None:
    def steps(**settings: object) -> tuple[float, float]:
        training = make_training(train_layers="all", optimizer="sgd", epochs=1, **settings)
        before = {key: value.clone() for key, value in training.learner.model.weights().items()}
        fit(training, Watcher(training))
        after = training.learner.model.weights()
        parts = ("backbone.0.weight", "classifier.0.weight")
        backbone, head = (float((after[key] - before[key]).norm()) for key in parts)
        return backbone, head

    backbone, head = steps()
    slow_backbone, same_head = steps(backbone_lr=0.01)
    assert slow_backbone < backbone * 0.1
    assert same_head > head * 0.5


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["unfreeze_after=2"], "needs a backbone that learns"),
        (["unfreeze_after=2", "train_layers=last_layer"], "needs a backbone that learns"),
        (["unfreeze_after=9", "train_layers=all", "epochs=9"], "smaller than epochs"),
    ],
)
def test_a_switch_that_changes_nothing_is_refused(wrong: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_settings("normal", None, wrong)
