"""What a training crop costs with and without the bank, and what the machine could do at best."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import segmentation

from segstudio.core.events import Quiet, Reporter
from segstudio.core.palette import IGNORE
from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.dataset import Batch, Crops
from segstudio.learning.models.offline import bare
from segstudio.learning.precision import Precision
from segstudio.learning.setup import Plan, Prepared, prepare

_ROUNDS, _WARM_UP = 5, 2
_MATRIX = 2048


@dataclass(frozen=True, slots=True)
class CropCosts:
    """Seconds per training crop; `bank` is `look` + `head`, extraction spread over all crops.

    `own` is SegStudio's loop without the bank, `plain` the usual one: torchvision's network as it
    comes, frozen, in float32. `reached` and `peak` are float operations per second of the head's
    step and of a matrix product in the same precision.
    """

    crops: int
    precision: str
    plain: float
    own: float
    look: float
    head: float
    reached: float
    peak: float

    @property
    def bank(self) -> float:
        """Seconds per crop with the bank."""
        return self.look + self.head


def crop_costs(plan: Plan, report: Reporter) -> CropCosts:
    """Measure all three ways in turns on the same photos, crops and batch; medians.

    The bank's cache must be empty, or looking costs nothing.
    """
    quiet = Quiet(report)
    own = prepare(_with(plan, feature_bank="off"), quiet)
    precise = own.config.precision
    started = time.perf_counter()
    banked = prepare(_with(plan, feature_bank="on", precision=precise), quiet)
    banked.crops.prepare(plan.config.epochs, quiet)
    looking = time.perf_counter() - started
    crops = banked.crops.crops_per_epoch * plan.config.epochs
    steps = [_steps(ready, quiet) for ready in (own, banked)]
    took = _in_turns([_plain_steps(plan, own.crops, quiet), *steps])
    plain, mine, head = (median(seconds) / plan.config.batch_size for seconds in took)
    precision = Precision(precise, plan.device.torch)
    return CropCosts(
        crops=crops,
        precision=precise,
        plain=plain,
        own=mine,
        look=looking / crops,
        head=head,
        reached=_operations(banked, quiet) / (head * plan.config.batch_size),
        peak=_peak(precision),
    )


def _with(plan: Plan, **settings: Any) -> Plan:
    return replace(plan, config=plan.config.model_copy(update=settings))


def _in_turns(ways: list[Iterator[object]]) -> list[list[float]]:
    """Return the seconds of a few steps of each way, taken in turns after a warm-up."""
    took: list[list[float]] = [[] for _ in ways]
    for turn in range(_WARM_UP + _ROUNDS):
        for way, seconds in zip(ways, took, strict=True):
            started = time.perf_counter()
            next(way)
            if turn >= _WARM_UP:
                seconds.append(time.perf_counter() - started)
    return took


def _full(crops: Crops, report: Reporter) -> Iterator[Batch]:
    """Yield full batches without end, of the last epoch, which has all views."""
    while True:
        for batch in crops.batches(crops.config.epochs, report):
            if len(batch) == crops.crops_per_step:
                yield batch


def _steps(ready: Prepared, report: Reporter) -> Iterator[float]:
    """Yield one step of a learner's after the other."""
    ready.learner.begin_epoch(1, report)
    for batch in _full(ready.crops, report):
        yield ready.learner.step(batch, report)


def _plain_steps(plan: Plan, crops: Crops, report: Reporter) -> Iterator[float]:
    """Yield steps of the usual loop: frozen backbone without gradients, head learning, AdamW."""
    net = _published(plan.config, len(plan.palette.trained))
    net.to(plan.device.torch, memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.eval().requires_grad_(False)
    head = net.get_submodule("classifier").train().requires_grad_(True)
    backbone = net.get_submodule("backbone")
    optimizer = torch.optim.AdamW(head.parameters(), plan.config.lr)
    for batch in _full(crops, report):
        photos = batch.inputs.to(plan.device.torch, memory_format=torch.channels_last)
        truth = batch.truth.to(plan.device.torch)
        with torch.no_grad():
            features = backbone(photos)["out"]
        logits = F.interpolate(head(features), size=truth.shape[-2:], mode="bilinear")
        loss = F.cross_entropy(logits, truth, ignore_index=IGNORE)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield loss.item()


def _published(config: TrainConfig, classes: int) -> nn.Module:
    """Build a network as its library has it, without what is quicker in ours."""
    made = getattr(segmentation, config.model, None)
    return bare(made, classes) if made else build_model(config, classes).net


def _operations(ready: Prepared, report: Reporter) -> int:
    """Return the float operations of one step of a learner's."""
    batch = next(_full(ready.crops, report))
    with FlopCounterMode(display=False) as counter:
        ready.learner.step(batch, report)
    return int(counter.get_total_flops())


def _peak(precision: Precision) -> float:
    """Return the float operations per second of a large matrix product in a precision."""
    kind: torch.dtype = getattr(torch, precision.name)
    made = torch.rand(_MATRIX, _MATRIX, device=precision.device).to(kind)
    seconds = [_timed(made) for _ in range(_WARM_UP + _ROUNDS)]
    return 2 * _MATRIX**3 / min(seconds[_WARM_UP:])


@torch.inference_mode()
def _timed(matrix: torch.Tensor) -> float:
    """Return the seconds of a matrix by itself, read back so that a GPU has done it, too."""
    started = time.perf_counter()
    (matrix @ matrix)[0, 0].item()
    return time.perf_counter() - started
