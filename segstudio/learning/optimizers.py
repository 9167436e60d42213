"""Optimisers and schedules. To add one: one function, and its line in the table below."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from segstudio.learning.config import TrainConfig

Parameters = Sequence[dict[str, Any]]


def _sgd(parameters: Parameters, config: TrainConfig) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        parameters, config.lr, momentum=config.momentum, weight_decay=config.weight_decay
    )


def _adamw(parameters: Parameters, config: TrainConfig) -> torch.optim.Optimizer:
    betas = (config.momentum, 0.999)
    return torch.optim.AdamW(parameters, config.lr, betas, weight_decay=config.weight_decay)


def _one_cycle(progress: float) -> float:
    """Rise from 1/25 to 1 over the first 30 %, then fall to 1/10,000 along cosines."""
    start, end, peak = 1 / 25, 1e-4, 0.3
    low, way = (start, progress / peak) if progress < peak else (end, (1 - progress) / (1 - peak))
    return low + (1 - low) * (1 - math.cos(math.pi * way)) / 2


def _poly(progress: float) -> float:
    """Fall to 0 like (1 - t) ** 0.9."""
    return float((1 - progress) ** 0.9)


def _cosine(progress: float) -> float:
    """Fall to 0 along a cosine."""
    return (1 + math.cos(math.pi * progress)) / 2


def _constant(progress: float) -> float:
    """Stay the same."""
    return 1.0


OPTIMIZERS: dict[str, Callable[[Parameters, TrainConfig], torch.optim.Optimizer]] = {
    "adamw": _adamw,
    "sgd": _sgd,
}
SCHEDULES: dict[str, Callable[[float], float]] = {
    "one_cycle": _one_cycle,
    "poly": _poly,
    "cosine": _cosine,
    "constant": _constant,
}
"""Each maps the run's progress, 0 at the first step and 1 at the last, to a share of `lr`."""


def make_optimizer(
    groups: Mapping[str, Sequence[nn.Parameter]], config: TrainConfig
) -> torch.optim.Optimizer:
    """Return the configured optimiser; of `groups`, backbone learns at its own share of `lr`."""
    rates = {"head": config.lr, "backbone": config.lr * config.backbone_lr}
    rated = [{"params": list(own), "lr": rates[part]} for part, own in groups.items() if own]
    return OPTIMIZERS[config.optimizer](rated, config)


def make_schedule(optimizer: torch.optim.Optimizer, config: TrainConfig, steps: int) -> LambdaLR:
    """Return the configured schedule over exactly `steps` optimiser steps."""
    shape = SCHEDULES[config.schedule]
    # The scheduler asks once more after the last step, hence the min.
    return LambdaLR(optimizer, lambda step: shape(min(step / max(steps - 1, 1), 1.0)))
