"""What a training will take: time, told from earlier runs on this computer, and disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from segstudio.core.run_history import read_history
from segstudio.learning.bank import sizing
from segstudio.learning.bank.store import FEATURES, free_bytes, stored_bytes
from segstudio.learning.config import TrainConfig
from segstudio.learning.samples import seen_whole
from segstudio.learning.transforms import Preprocessing
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project
from segstudio.project.runs import read_object

_SHAPING = ("model", "train_layers", "feature_bank")


@dataclass(frozen=True, slots=True)
class StoredFeatures:
    """The disk space, in bytes, that a training's stored features take.

    `shortage` is what they cannot be stored for, None where they can; `required` whether a
    training is refused then.
    """

    bytes: int
    shortage: sizing.Shortage | None = None
    required: bool = False


def stored_features(project: Project, config: TrainConfig) -> StoredFeatures | None:
    """Return what the features of a training would take on disk, those that are there included.

    None where these settings store none, or where no photo is outlined. Before the split all
    outlined photos are taken to train, which is the most that it can be.
    """
    outlined = {entry.name: entry for entry in project.photos if entry.annotated}
    if sizing.why_not(config) or not outlined:
        return None
    train, val = list(outlined), []
    if project.split is not None:
        train, val = (
            [name for name in project.split.names(part) if name in outlined]
            for part in ("train", "val")
        )
    parts = (train, seen_whole(train, val))
    sizes = [_sizes([outlined[name] for name in names], config) for names in parts]
    needed = sizing.needed_bytes(config, *sizes)
    free = free_bytes(project.root) + stored_bytes(project.cache / FEATURES)
    short = sizing.shortage(config, needed, free)
    return StoredFeatures(needed, short, required=config.feature_bank == "on")


def _sizes(entries: Sequence[PhotoEntry], config: TrainConfig) -> list[sizing.Size]:
    """Return the (width, height) of photos at the working size."""
    preprocessing = Preprocessing(working_size=config.working_size)
    return [preprocessing.size_for(entry.width, entry.height) for entry in entries]


def seconds(project: Project, config: TrainConfig) -> float | None:
    """Return the time that a training would take here, None where no earlier run tells
    or it is still open which photos train.

    Only runs of the same model with the same layers learning, from stored features or not as this
    one, count; time grows with epochs, photos, crops per photo and the area of a crop.
    """
    # A run keeps whether features were really stored.
    bank = "off" if sizing.why_not(config) else "on"
    wanted = config.model_copy(update={"feature_bank": bank}).model_dump(mode="json")
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
