"""The kind of numbers that a model computes in: float32, or a shorter one where that is quicker."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.files import read_json, write_json
from segstudio.learning.config import TrainConfig
from segstudio.learning.device import free_memory, out_of_memory
from segstudio.learning.models.base import SegmentationModel

_DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
# Less gain than this is not worth the coarser numbers, and may be a chance of the clock.
_WORTH = 1.15
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Precision:
    """What the forward pass computes in; weights, losses and steps stay in float32.

    `name` is float32, bfloat16 or float16; `auto` that nobody settled counts as float32.
    """

    name: str
    device: torch.device

    def autocast(self) -> torch.autocast:
        """Return the context that a forward pass runs in."""
        dtype = _DTYPES.get(self.name)
        return torch.autocast(self.device.type, dtype or torch.bfloat16, enabled=dtype is not None)

    def scaler(self) -> torch.amp.GradScaler:
        """Return what keeps small gradients of float16 from vanishing; it leaves others alone.

        Loss scaling as in Micikevicius and others, Mixed Precision Training, ICLR 2018.
        """
        return torch.amp.GradScaler(self.device.type, enabled=self.name == "float16")


Step = Callable[[Precision], None]
"""A forward pass in a precision, and the backward pass."""


def settled(
    config: TrainConfig,
    device: torch.device,
    step: Step,
    report: Reporter,
    memory: Path | None = None,
) -> TrainConfig:
    """Return the settings with the precision really used; say what `auto` has become, and why.

    `step` is what `auto` measures by, once for each model in a `memory`: a later run then computes
    as the first did, whatever the clock says. Raises SegStudioError where the device does not have
    the kind of numbers that was asked for.
    """
    if config.precision != "auto":
        _check(Precision(config.precision, device))
        return config
    short = Precision(_shortest(device), device)
    gain = _remembered(
        memory,
        f"{config.model} {config.train_layers} {device.type} {torch.__version__}",
        lambda: _gain(short, step),
    )
    chosen = short.name if gain >= _WORTH else "float32"
    report(Message(_said(short, chosen, gain)))
    return config.model_copy(update={"precision": chosen})


def _said(short: Precision, chosen: str, gain: float) -> str:
    """Return in words with which precision it computes, and why."""
    full, half = "full precision (float32)", f"half precision ({short.name})"
    if chosen == "float32":
        return f"It computes with {full}; {half} would not be noticeably quicker here."
    if math.isinf(gain):
        return f"It computes with {half}; for {full} the memory does not suffice."
    return f"It computes with {half}, which takes {1 / gain:.0%} of the time here."


def one_step(model: SegmentationModel, config: TrainConfig, device: torch.device) -> Step:
    """Return a step with one crop that leaves the model as it is."""
    model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    model.train_only(config.train_layers)
    side = config.crop_size
    photos = torch.zeros(1, 3, side, side, device=device).to(memory_format=torch.channels_last)

    def step(precision: Precision) -> None:
        model.eval()
        with precision.autocast():
            logits = model(photos)
        logits.float().sum().backward()
        model.zero_grad(set_to_none=True)

    return step


def _shortest(device: torch.device) -> str:
    """Return the short kind of numbers that the device has by itself."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "float16"
    return "float16" if device.type == "mps" else "bfloat16"


def _gain(short: Precision, step: Step) -> float:
    """Return how many times faster a step is than in float32, the best of a few, in turns.

    Infinity where only the short kind fits into the memory, 1 where that does not either.
    """
    full = Precision("float32", short.device)
    for precision in (full, short):
        _seconds(precision, step)
    times = [(_seconds(full, step), _seconds(short, step)) for _ in range(_ROUNDS)]
    slow, fast = (min(column) for column in zip(*times, strict=True))
    return slow / fast if math.isfinite(fast) else 1.0


def _remembered(memory: Path | None, key: str, measure: Callable[[], float]) -> float:
    """Return what was measured before under that key, or measure now and keep it.

    Infinity is no JSON, and how much memory there is may change from run to run.
    """
    known: object = None
    if memory is not None:
        with contextlib.suppress(SegStudioError):
            known = read_json(memory)
    rows = known.items() if isinstance(known, dict) else ()
    gains = {name: gain for name, gain in rows if isinstance(gain, float) and 0 < gain < math.inf}
    if key in gains:
        return gains[key]
    gain = measure()
    if memory is not None and gain < math.inf:
        with contextlib.suppress(SegStudioError):
            write_json(memory, {**gains, key: gain})
    return gain


def _seconds(precision: Precision, step: Step) -> float:
    """Return how long a step takes; infinitely long where memory does not suffice."""
    try:
        _wait(precision.device)
        started = time.perf_counter()
        step(precision)
        _wait(precision.device)
    except RuntimeError as error:
        if not out_of_memory(error):
            raise
        free_memory(precision.device)
        return math.inf
    return time.perf_counter() - started


def _wait(device: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _check(precision: Precision) -> None:
    """Refuse a kind of numbers that the device does not have."""
    try:
        with precision.autocast():
            pass
    except RuntimeError as error:
        raise SegStudioError(
            f"This device cannot compute in {precision.name}.",
            meaning=str(error),
            remedy="Set precision=auto, which takes what is quickest here.",
        ) from error
