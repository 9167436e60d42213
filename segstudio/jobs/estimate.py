"""How long a training will take, told from what earlier runs on this computer took."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project
from segstudio.project.runs import read_history, read_object

_SHAPING = ("model", "train_layers", "device")


def seconds(project: Project, config: TrainConfig, device: str) -> float | None:
    """Return the time that a training would take, None where no earlier run tells.

    Only the same model with the same layers learning counts, on the same kind of `device` (cpu,
    cuda, mps; empty for any). Time grows with epochs, crops and the area of a crop.
    """
    wanted = config.model_dump(mode="json")
    for run in reversed(project.runs()):
        settings = read_object(run.path / "config.json")
        measured = [_number(epoch.get("seconds")) for epoch in read_history(run.path)]
        # The first epoch also warms up; it counts only where it is alone.
        per_epoch = median(measured[1:] or measured) if measured else 0.0
        work = _work(settings)
        fits = all(settings.get(key) == wanted[key] for key in _SHAPING if key in wanted) and str(
            settings.get("device", "")
        ).startswith(device)
        if fits and per_epoch > 0 and work > 0:
            return per_epoch * _work(wanted) / work * config.epochs
    return None


def _work(settings: Mapping[str, object]) -> float:
    """Return what an epoch costs, up to a factor."""
    return _number(settings.get("crops_per_photo")) * _number(settings.get("crop_size")) ** 2


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
