"""Optimisers step, and schedules reach their ends exactly."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from segstudio.learning.config import TrainConfig
from segstudio.learning.config.optimizer import OPTIMIZERS as OPTIMIZER_TITLES
from segstudio.learning.config.optimizer import SCHEDULES as SCHEDULE_TITLES
from segstudio.learning.optimizers import OPTIMIZERS, SCHEDULES, make_optimizer, make_schedule


def rates(schedule: str, steps: int, lr: float = 0.5) -> list[float]:
    """Return the learning rate of every step."""
    config = TrainConfig(schedule=schedule, lr=lr, optimizer="sgd")
    optimizer = make_optimizer({"head": [nn.Parameter(torch.zeros(1))]}, config)
    shape = make_schedule(optimizer, config, steps)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        shape.step()
    return seen


def test_settings_and_tables_name_the_same() -> None:
    assert set(OPTIMIZERS) == set(OPTIMIZER_TITLES)
    assert set(SCHEDULES) == set(SCHEDULE_TITLES)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_goes_downhill(name: str) -> None:
    weight = nn.Parameter(torch.tensor([3.0]))
    optimizer = make_optimizer({"head": [weight]}, TrainConfig(optimizer=name, lr=0.1))
    for _ in range(50):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert abs(weight.item()) < 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_reads_its_settings(name: str) -> None:
    config = TrainConfig(optimizer=name, lr=0.2, momentum=0.5, weight_decay=0.03)
    group = make_optimizer({"head": [nn.Parameter(torch.zeros(1))]}, config).param_groups[0]
    momentum = group["momentum"] if name == "sgd" else group["betas"][0]
    assert (group["lr"], group["weight_decay"], momentum) == (0.2, 0.03, 0.5)


def test_backbone_learns_at_its_own_share_of_the_rate_all_along() -> None:
    config = TrainConfig(lr=0.2, backbone_lr=0.1, schedule="poly", optimizer="sgd")
    head, backbone = (nn.Parameter(torch.zeros(1)) for _ in range(2))
    optimizer = make_optimizer({"head": [head], "backbone": [backbone]}, config)
    schedule = make_schedule(optimizer, config, 10)
    for _ in range(10):
        own, other = optimizer.param_groups
        assert own["params"] == [head]
        assert other["params"] == [backbone]
        assert other["lr"] == pytest.approx(own["lr"] * 0.1)
        optimizer.step()
        schedule.step()


@pytest.mark.parametrize("steps", [2, 3, 7, 10, 33])
@pytest.mark.parametrize(
    ("name", "last"), [("one_cycle", 0.5e-4), ("poly", 0), ("cosine", 0), ("constant", 0.5)]
)
def test_schedule_ends_at_its_final_rate(name: str, last: float, steps: int) -> None:
    assert rates(name, steps)[-1] == pytest.approx(last, abs=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 50])
def test_rate_stays_between_zero_and_lr(name: str, steps: int) -> None:
    seen = rates(name, steps)
    assert all(0 <= rate <= 0.5 for rate in seen)
    assert max(seen) > 0


def test_one_cycle_rises_to_its_top_then_falls() -> None:
    seen = rates("one_cycle", 101)
    top = seen.index(max(seen))
    assert seen[0] == pytest.approx(0.5 / 25)
    assert top == 30
    assert seen[top] == pytest.approx(0.5)
    assert seen[:31] == sorted(seen[:31])
    assert seen[30:] == sorted(seen[30:], reverse=True)
