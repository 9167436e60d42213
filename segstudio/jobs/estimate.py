"""How long a training will take, told from what earlier runs on this computer took."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project
from segstudio.project.runs import read_history, read_object

_SHAPING = ("model", "train_layers")


def seconds(project: Project, config: TrainConfig) -> float | None:
    """Return the time that a training would take here, None where no earlier run tells
    or it is still open which photos train.

    Only runs of the same model with the same layers learning count; time grows with epochs,
    photos, crops per photo and the area of a crop.
    """
    wanted = config.model_dump(mode="json")
    if not project.split:
        return None
    photos = len(project.split.names("train"))
    for run in reversed(project.runs()):
        settings = read_object(run.path / "config.json")
        measured = [_number(epoch.get("seconds")) for epoch in read_history(run.path)]
        # The first epoch also warms up; it counts only where it is alone.
        per_epoch = median(measured[1:] or measured) if measured else 0.0
        before = _work(settings, _train_photos(settings))
        if before and per_epoch and all(settings.get(key) == wanted[key] for key in _SHAPING):
            return per_epoch * _work(wanted, photos) / before * config.epochs
    return None


def _work(settings: Mapping[str, object], photos: int) -> float:
    """Return what an epoch costs, up to a factor."""
    crops = _number(settings.get("crops_per_photo")) * max(photos, 1)
    return crops * _number(settings.get("crop_size")) ** 2


def _train_photos(settings: Mapping[str, object]) -> int:
    photos = settings.get("photos")
    train = photos.get("train") if isinstance(photos, dict) else None
    return len(train) if isinstance(train, list) else 0


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
