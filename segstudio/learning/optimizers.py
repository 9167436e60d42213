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
        parameters,
        config.lr,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        nesterov=config.nesterov and config.momentum > 0,
    )


def _sgd_groups(parameters: Parameters, config: TrainConfig) -> torch.optim.Optimizer:
    """SGD that pulls only the weights of layers towards 0, neither norms nor biases.

    He and others, Bag of Tricks for Image Classification, CVPR 2019, section 3.1.
    """
    split = [part for group in parameters for part in _by_decay(group)]
    return _sgd(split, config)


def _by_decay(group: dict[str, Any]) -> list[dict[str, Any]]:
    """Split a group into weights of layers, which decay, and scales of norms and biases.

    The last two, which have one value per channel, would be a group each with the same settings.
    """
    weights = [p for p in group["params"] if p.ndim > 1]
    vectors = [p for p in group["params"] if p.ndim <= 1]
    parts = [{**group, "params": weights}, {**group, "params": vectors, "weight_decay": 0.0}]
    return [part for part in parts if part["params"]]


def _adam(parameters: Parameters, config: TrainConfig) -> torch.optim.Optimizer:
    betas = (config.momentum, 0.999)
    return torch.optim.Adam(parameters, config.lr, betas, weight_decay=config.weight_decay)


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
    "adam": _adam,
    "sgd": _sgd,
    "sgd_groups": _sgd_groups,
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
    # One-cycle has a rise of its own.
    rise = 0 if config.schedule == "one_cycle" else round(config.warmup * steps)

    def share(step: int) -> float:
        if step < rise:
            return (step + 1) / (rise + 1)
        # The scheduler asks once more after the last step, hence the min.
        return shape(min((step - rise) / max(steps - 1 - rise, 1), 1.0))

    return LambdaLR(optimizer, share)
