"""Whether a training can use the bank and what that takes on disk; needs no torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from segstudio.learning.config import TrainConfig
from segstudio.learning.models import model_named

Size = tuple[int, int]
GB = 10**9
# What the bank leaves free on a disk, for the run itself and everything else.
SPARE_BYTES = 10**9
_BYTES = 2


@dataclass(frozen=True, slots=True)
class MapShape:
    """The stored maps of a training: channels per cell, and pixels per cell each way."""

    channels: int
    stride: int

    def cells(self, size: Size) -> Size:
        """Return the (columns, rows) of the map of a picture of (width, height) pixels."""
        return -(-size[0] // self.stride), -(-size[1] // self.stride)

    def bytes(self, sizes: Sequence[Size]) -> int:
        """Return the disk space of one map, fp16, of each of these pictures."""
        cells = sum(columns * rows for columns, rows in map(self.cells, sizes))
        return cells * self.channels * _BYTES


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is too small for the maps: the limit that was set, else the disk.

    `room` is in bytes; of a disk it is without what stays free, less than 0 where that is short.
    """

    room: int
    by_limit: bool


def why_not(config: TrainConfig) -> str | None:
    """Return in words why a training with these settings cannot use the bank; None if it can."""
    if config.feature_bank == "off":
        return "feature_bank=off was asked for"
    if config.train_layers not in ("head", "last_layer"):
        return f"train_layers={config.train_layers} changes what the features are"
    if model_named(config.model).feature_map is None:
        return f"the head of {config.model} reads several stages of its backbone"
    return None


def whole_shape(config: TrainConfig) -> MapShape:
    """Return what the frozen part gives under these settings, which must allow the bank."""
    found = model_named(config.model).feature_map
    assert found is not None
    channels = found.neck if config.train_layers == "last_layer" else found.channels
    return MapShape(channels, found.stride)


def map_shape(config: TrainConfig) -> MapShape:
    """Return what is stored: of a backbone's map the bank_rank strongest channels at most."""
    whole = whole_shape(config)
    if config.train_layers == "last_layer" or not config.bank_rank:
        return whole
    return MapShape(min(config.bank_rank, whole.channels), whole.stride)


def needed_bytes(config: TrainConfig, train: Sequence[Size], whole: Sequence[Size]) -> int:
    """Return the disk space of the views of `train` and the maps of `whole` photos.

    Sizes are (width, height) in pixels, at the working size. Of views it is what is to be
    expected: their scales follow from the photos themselves.
    """
    shape = map_shape(config)
    return round(config.bank_views * _area(config) * shape.bytes(train)) + shape.bytes(whole)


def _area(config: TrainConfig) -> float:
    """Return the mean of a view's area, in those of its photo.

    The mean of the square of a scale whose logarithm is uniform: (b^2 - a^2) / (2 ln(b / a)).
    """
    low, high = config.scale_min, config.scale_max
    return low**2 if low == high else (high**2 - low**2) / (2 * math.log(high / low))


def shortage(config: TrainConfig, needed: int, free: int) -> Shortage | None:
    """Return why maps of so many bytes cannot be stored; None where they can."""
    limit, room = round(config.bank_limit * GB), free - SPARE_BYTES
    if needed > limit:
        return Shortage(limit, by_limit=True)
    return Shortage(room, by_limit=False) if needed > room else None


def too_large(config: TrainConfig, needed: int, free: int) -> str | None:
    """Return in a command's words why maps of so many bytes cannot be stored; None if they can."""
    short = shortage(config, needed, free)
    if short is None:
        return None
    need = f"they need {needed / 1e6:,.0f} MB"
    if short.by_limit:
        return f"{need}, more than bank_limit={config.bank_limit:g} GB"
    there = f"{max(short.room, 0) / 1e6:,.0f} MB"
    return f"{need}, and the disk has only {there} for them (1 GB stays free)"
