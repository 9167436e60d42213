"""Optimisers step, and schedules reach their ends exactly."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from segstudio.learning.config import TrainConfig
from segstudio.learning.config.optimizer import OPTIMIZERS as OPTIMIZER_TITLES
from segstudio.learning.config.optimizer import SCHEDULES as SCHEDULE_TITLES
from segstudio.learning.optimizers import OPTIMIZERS, SCHEDULES, make_optimizer, make_schedule


def rates(schedule: str, steps: int, lr: float = 0.5, warmup: float = 0.0) -> list[float]:
    """Return the learning rate of every step."""
    config = TrainConfig(schedule=schedule, lr=lr, optimizer="sgd", warmup=warmup)
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
    momentum = group["momentum"] if "sgd" in name else group["betas"][0]
    decay = 0 if name == "sgd_groups" else 0.03
    assert (group["lr"], group["weight_decay"], momentum) == (0.2, decay, 0.5)


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


def test_only_weights_of_layers_decay_in_groups() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Linear(3, 2))
    head, backbone = list(net[2].parameters()), [*net[0].parameters(), *net[1].parameters()]
    config = TrainConfig(optimizer="sgd_groups", weight_decay=0.04, lr=0.2, backbone_lr=0.5)
    optimizer = make_optimizer({"head": head, "backbone": backbone}, config)
    found = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    assert len(found) == len(list(net.parameters()))
    for name, parameter in net.named_parameters():
        group = found[id(parameter)]
        assert group["weight_decay"] == (0.04 if name in ("0.weight", "2.weight") else 0)
        assert group["lr"] == pytest.approx(0.2 if name.startswith("2.") else 0.1)


@pytest.mark.parametrize("name", ["sgd", "sgd_groups"])
def test_nesterov_looks_ahead(name: str) -> None:
    def after_two_steps(**settings: object) -> float:
        weight = nn.Parameter(torch.tensor([[1.0]]))
        config = TrainConfig.model_validate(
            {"optimizer": name, "lr": 0.1, "momentum": 0.5, "weight_decay": 0, **settings}
        )
        optimizer = make_optimizer({"head": [weight]}, config)
        for _ in range(2):
            optimizer.zero_grad()
            (weight**2 / 2).sum().backward()
            optimizer.step()
        return weight.item()

    # By hand: w -= lr (g + m v) instead of w -= lr v, with v = m v + g and g = w.
    assert after_two_steps(nesterov=False) == pytest.approx(0.9 - 0.1 * 1.4)
    assert after_two_steps(nesterov=True) == pytest.approx(0.85 - 0.1 * (0.85 + 0.5 * 1.35))
    assert after_two_steps(nesterov=True, momentum=0) == pytest.approx(0.81)


@pytest.mark.parametrize("name", ["poly", "cosine", "constant"])
def test_warm_up_rises_in_a_line_and_leaves_the_end_as_it_is(name: str) -> None:
    plain, warm = rates(name, 40), rates(name, 40, warmup=0.25)
    assert warm[:10] == pytest.approx([0.5 * (step + 1) / 11 for step in range(10)])
    assert warm[10] == pytest.approx(0.5)
    assert warm[10:] == pytest.approx(rates(name, 30))
    assert warm[-1] == pytest.approx(plain[-1])


def test_one_cycle_has_a_rise_of_its_own() -> None:
    assert rates("one_cycle", 40, warmup=0.25) == rates("one_cycle", 40)
    assert "warmup" in TrainConfig(schedule="one_cycle", warmup=0.25).idle()
