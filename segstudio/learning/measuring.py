"""Measures what one model costs here; run as a process of its own, whose memory is the model's."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from segstudio.core.events import Event
from segstudio.core.files import write_json
from segstudio.core.memory import peak_memory
from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.dataset import Batch
from segstudio.learning.device import choose_device
from segstudio.learning.inference import Forward
from segstudio.learning.learner import Learner
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.precision import one_step, settled

_CLASSES = 8
_PHOTO = (480, 360)
# Enough turns for a calm one among them, but no more than this on a slow computer.
_TURNS, _SECONDS = 4, 6.0


class _Deaf:
    """A reporter that nobody listens to."""

    stop_requested = False

    def __call__(self, event: Event) -> None:
        """Keep the event to itself."""


def measure(name: str, batch: int, crop: int, device_name: str = "auto") -> dict[str, Any]:
    """Return what jobs.model_costs.ModelCost holds, for steps of `batch` crops of `crop` px."""
    chosen = choose_device(device_name)
    device = chosen.torch
    settings = {"model": name, "weights": "none", "batch_size": batch, "crop_size": crop}
    config = TrainConfig.model_validate({**settings, "train_layers": "head"})
    model = build_model(config, _CLASSES)
    config = settled(config, device, one_step(model, config, device), _Deaf())
    # In the order of growing need, for the most memory so far never falls.
    head, head_memory = _step(model, config, device)
    whole, whole_memory = _step(model, config.model_copy(update={"train_layers": "all"}), device)
    width, height = _PHOTO
    photo, forward = np.zeros((3, height, width), np.float32), Forward(device, _Deaf())
    photo_seconds = _best(lambda: forward.logits(model.eval(), photo), device)
    state = model.weights().values()
    return {
        "model": name,
        "device": chosen.sentence.partition(", because")[0],
        "batch": batch,
        "crop": crop,
        "photo": max(_PHOTO),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "megabytes": sum(tensor.numel() * tensor.element_size() for tensor in state) / 1e6,
        "photo_seconds": photo_seconds,
        "head_seconds": head / batch,
        "whole_seconds": whole / batch,
        "head_memory": head_memory,
        "whole_memory": whole_memory,
    }


def _step(
    model: SegmentationModel, config: TrainConfig, device: torch.device
) -> tuple[float, int | None]:
    """Return the seconds of a training step and the most memory so far."""
    generator = torch.Generator().manual_seed(0)
    side, count = config.crop_size, config.batch_size
    crops = torch.rand(count, 3, side, side, generator=generator)
    truth = torch.randint(0, _CLASSES, (count, side, side), generator=generator)
    learner = Learner(model, config, F.cross_entropy, steps=100, device=device)
    learner.begin_epoch(1, _Deaf())
    seconds = _best(lambda: learner.step(Batch(crops, truth), _Deaf()), device)
    return seconds, _memory(device)


def _best(work: Callable[[], object], device: torch.device) -> float:
    """Return the seconds of the quickest of a few turns, the first of which only warms up."""
    times: list[float] = []
    began = time.perf_counter()
    while len(times) <= _TURNS and (len(times) < 2 or time.perf_counter() - began < _SECONDS):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return min(times[1:])


def _memory(device: torch.device) -> int | None:
    """Return the most memory so far: the graphics card's where it computes, else the process's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved())
    return peak_memory()


def main(arguments: list[str]) -> None:
    """Measure what the arguments name and write it: model, batch, crop, device, file."""
    name, batch, crop, device, path = arguments
    write_json(Path(path), measure(name, int(batch), int(crop), device))


if __name__ == "__main__":
    main(sys.argv[1:])
