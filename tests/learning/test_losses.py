"""The contract of every loss, and cross-entropy against the plain formula."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstudio.core.errors import UsageError
from segstudio.learning.class_weights import class_weights
from segstudio.learning.losses import LOSSES, LossEntry
from segstudio.learning.losses.cross_entropy import Loss, build
from segstudio.learning.registry import load_attribute


@pytest.fixture(params=LOSSES, ids=lambda entry: entry.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    entry: LossEntry = request.param
    return load_attribute(entry.build)(torch.tensor([1.0, 2.0, 0.5]))


@pytest.fixture
def case() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 5, 7, generator=generator)
    truth = torch.randint(0, 3, (2, 5, 7), generator=generator)
    truth[0, :2] = 255
    return logits, truth


def test_perfect_prediction_costs_next_to_nothing(loss: Loss) -> None:
    truth = torch.arange(3).repeat(8).reshape(1, 4, 6)
    logits = 50.0 * torch.nn.functional.one_hot(truth, 3).permute(0, 3, 1, 2).float()
    assert loss(logits, truth) < 1e-3


def test_ignored_pixels_move_nothing(loss: Loss, case: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits, truth = case
    changed = logits.clone()
    changed[0, :, :2] += 100 * torch.randn(3, 2, 7)
    assert torch.equal(loss(logits, truth), loss(changed, truth))


def test_all_ignored_is_zero_with_a_gradient(loss: Loss) -> None:
    logits = torch.randn(2, 3, 4, 4, requires_grad=True)
    value = loss(logits, torch.full((2, 4, 4), 255))
    value.backward()
    assert value.item() == 0
    assert logits.grad is not None
    assert torch.count_nonzero(logits.grad) == 0


def test_batch_without_foreground_is_finite(loss: Loss) -> None:
    logits = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(2)).requires_grad_()
    value = loss(logits, torch.zeros(2, 4, 4, dtype=torch.int64))
    value.backward()
    assert logits.grad is not None
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


def test_gradient_is_finite(loss: Loss, case: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits = (case[0] * 1e3).requires_grad_()
    loss(logits, case[1]).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5]])
def test_cross_entropy_is_the_weighted_mean_of_minus_log_probability(
    weights: list[float] | None, case: tuple[torch.Tensor, torch.Tensor]
) -> None:
    logits, truth = case[0].double().numpy(), case[1].numpy()
    per_class = np.array(weights or [1.0, 1.0, 1.0])
    top = bottom = 0.0
    for b, y, x in np.ndindex(truth.shape):
        if truth[b, y, x] != 255:
            scores = np.exp(logits[b, :, y, x])
            weight = per_class[truth[b, y, x]]
            top -= weight * np.log(scores[truth[b, y, x]] / scores.sum())
            bottom += weight
    ours = build(None if weights is None else torch.tensor(weights))(*case)
    assert ours.item() == pytest.approx(top / bottom, rel=1e-5)


def test_inverse_weights_level_the_classes() -> None:
    pixels = np.array([900, 90, 30])
    weights = class_weights("inverse", pixels)
    assert weights is not None
    assert weights * pixels == pytest.approx((weights * pixels)[0])
    assert weights.mean() == pytest.approx(1)


@pytest.mark.parametrize("rule", ["inverse", "effective"])
def test_class_without_pixels_gets_no_infinite_weight(rule: str) -> None:
    weights = class_weights(rule, np.array([10_000, 0, 1]))
    assert weights is not None
    assert np.isfinite(weights).all()
    assert weights[1] == 0
    assert 1 < weights[2] / weights[0] <= 50.001


def test_effective_weights_favour_rare_classes_less_than_inverse_ones() -> None:
    pixels = np.array([8_000, 2_000])
    inverse, effective = class_weights("inverse", pixels), class_weights("effective", pixels)
    assert inverse is not None
    assert effective is not None
    assert 1 < effective[1] / effective[0] < inverse[1] / inverse[0]


def test_own_weights_need_one_number_per_class() -> None:
    assert class_weights("none", np.array([1, 2])) is None
    assert class_weights((1.0, 3.0), np.array([1, 2])) == pytest.approx([1, 3])
    with pytest.raises(UsageError, match=r"3 numbers.*2 classes"):
        class_weights((1.0, 1.0, 1.0), np.array([1, 2]))
