"""Steps: gathered gradients are those of the whole batch; memory that fails costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from learning.networks import Scarce
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, Message
from segstudio.learning.dataset import Batch
from segstudio.learning.loop import Training

MakeTraining = Callable[..., Training]


class Listener:
    stop_requested = False

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Message):
            self.said.append(event.text)


def batch(crops: int, side: int = 64) -> Batch:
    generator = torch.Generator().manual_seed(3)
    return Batch(
        torch.randn(crops, 3, side, side, generator=generator),
        torch.randint(0, 3, (crops, side, side), generator=generator),
    )


def after_a_step(training: Training, crops: int) -> tuple[float, dict[str, torch.Tensor]]:
    loss = training.learner.step(batch(crops), Listener())
    return loss, training.learner.model.weights()


@pytest.mark.parametrize(("size", "accumulate", "crops"), [(2, 4, 8), (4, 2, 6), (1, 8, 8)])
def test_gathered_batches_step_like_one_large_batch(
    make_training: MakeTraining, size: int, accumulate: int, crops: int
) -> None:
    def result(**settings: Any) -> tuple[float, dict[str, torch.Tensor]]:
        training = make_training(
            network=Scarce(), optimizer="sgd", schedule="constant", lr=0.5, **settings
        )
        return after_a_step(training, crops)

    torch.manual_seed(0)
    whole_loss, whole = result(batch_size=8)
    loss, parts = result(batch_size=size, accumulate=accumulate)
    assert loss == pytest.approx(whole_loss, rel=1e-5)
    assert all(torch.allclose(parts[key], whole[key], atol=1e-6) for key in whole)


def test_out_of_memory_halves_the_batch_keeps_the_step_and_says_so(
    make_training: MakeTraining,
) -> None:
    settings: dict[str, Any] = {"batch_size": 8, "optimizer": "sgd", "lr": 0.5}
    plenty = make_training(network=Scarce(), **settings)
    scarce = make_training(network=Scarce(most_pixels=2 * 64 * 64), **settings)
    report = Listener()
    loss = scarce.learner.step(batch(8), report)
    wanted, weights = after_a_step(plenty, 8)
    assert (scarce.learner.config.batch_size, scarce.learner.config.accumulate) == (2, 4)
    assert loss == pytest.approx(wanted, rel=1e-5)
    ours = scarce.learner.model.weights()
    assert all(torch.allclose(ours[key], weights[key], atol=1e-6) for key in weights)
    assert [said for said in report.said if "halved to 2" in said]


def test_out_of_memory_with_one_crop_halves_the_crop(make_training: MakeTraining) -> None:
    training = make_training(network=Scarce(70 * 70), crop_size=128, batch_size=1, working_size=96)
    report = Listener()
    training.learner.step(batch(1, side=128), report)
    assert training.learner.config.crop_size == 64
    assert "crop was halved to 64" in report.said[0]


def test_no_memory_at_all_is_told_in_words(make_training: MakeTraining) -> None:
    training = make_training(network=Scarce(most_pixels=10))
    with pytest.raises(SegStudioError, match="not enough memory"):
        training.learner.step(batch(4), Listener())


def test_other_failures_are_not_taken_for_lack_of_memory(make_training: MakeTraining) -> None:
    training = make_training()
    with pytest.raises(RuntimeError, match="channels"):
        training.learner.step(
            Batch(torch.zeros(2, 5, 8, 8), torch.zeros(2, 8, 8).long()), Listener()
        )


def gradient_step(make_training: MakeTraining, **settings: Any) -> torch.Tensor:
    """Return how far one step of plain descent at a rate of 1 moved the weights."""
    torch.manual_seed(0)
    plain: dict[str, Any] = {"optimizer": "sgd", "schedule": "constant", "lr": 1, "momentum": 0}
    training = make_training(network=Scarce(), weight_decay=0, **plain, **settings)
    before = torch.cat(
        [weight.detach().flatten() for weight in training.learner.model.parameters()]
    )
    _, weights = after_a_step(training, 4)
    return torch.cat([weight.flatten() for weight in weights.values()]) - before


def test_long_gradients_are_shortened_and_short_ones_left_alone(
    make_training: MakeTraining,
) -> None:
    free = gradient_step(make_training)
    short = gradient_step(make_training, clip_norm=free.norm().item() / 4)
    assert short.norm() == pytest.approx(free.norm().item() / 4, rel=1e-4)
    assert torch.allclose(short * 4, free, atol=1e-6)
    assert torch.equal(gradient_step(make_training, clip_norm=100), free)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_short_numbers_take_nearly_the_same_step(
    make_training: MakeTraining, precision: str
) -> None:
    full = gradient_step(make_training)
    short = gradient_step(make_training, precision=precision)
    assert not torch.equal(short, full)
    assert torch.allclose(short, full, atol=0.02 * full.norm().item())
    clipped = gradient_step(make_training, precision=precision, clip_norm=0.01)
    assert clipped.norm() == pytest.approx(0.01, rel=1e-3)


def test_losses_see_float32_whatever_the_network_computes_in(make_training: MakeTraining) -> None:
    seen = []

    def loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        seen.append(logits.dtype)
        return logits.mean()

    training = make_training(precision="bfloat16")
    training.learner._loss = loss
    training.learner.step(batch(2), Listener())
    assert seen == [torch.float32]
    assert {weight.dtype for weight in training.learner.model.parameters()} == {torch.float32}
