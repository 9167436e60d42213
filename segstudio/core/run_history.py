"""The history of a run, one line of JSON per epoch, and how the run stands by it."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

HISTORY = "history.jsonl"
_NUMBERS = ("train_loss", "val_loss", "val_miou", "val_miou_low", "val_miou_high", "seconds", "lr")

Epoch = dict[str, Any]
"""One epoch of a history: `epoch` is 1 or more, every other number may be missing or None."""


def read_history(folder: Path) -> list[Epoch]:
    """Return the epochs in a run's folder; a line that is damaged or cut off costs that epoch."""
    try:
        text = (folder / HISTORY).read_text("utf-8", "replace")
    except OSError:
        return []
    # Not splitlines: names of classes may hold signs that end a line for it.
    epochs = map(_epoch, text.split("\n"))
    return [epoch for epoch in epochs if epoch is not None]


def band(history: Iterable[Epoch]) -> list[tuple[int, float, float]]:
    """Return epoch, low and high end of the 95 % interval of the mIoU where both are known."""
    ends = ((e["epoch"], e.get("val_miou_low"), e.get("val_miou_high")) for e in history)
    return [(epoch, low, high) for epoch, low, high in ends if low is not None and high is not None]


def set_key(keys: Iterable[str]) -> str:
    """Return a short key of a set of photos from one key of each, "" for none."""
    text = "\n".join(sorted(keys)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=4).hexdigest() if text else ""


def _epoch(line: str) -> Epoch | None:
    """Return a line as an epoch, None where it is none."""
    try:
        value = json.loads(line, parse_constant=_no_json)
    except ValueError:
        return None
    if not isinstance(value, dict) or type(value.get("epoch")) is not int or value["epoch"] < 1:
        return None
    iou, val_set = value.get("iou", {}), value.get("val_set", "")
    if not isinstance(iou, dict) or not isinstance(val_set, str):
        return None
    numbers = (value["epoch"], *(value.get(key) for key in _NUMBERS), *iou.values())
    return value if all(map(_is_number, numbers)) else None


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value is None
    return abs(value) <= sys.float_info.max


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands after the epochs of its history.

    `gain_epoch` is the last one whose score rose by more than `min_delta` above `gain_miou`, the
    score of the one before it that did. Both, and the best, are of epochs that were scored on the
    same photos with the same outlines, those of the last score, whose key is `val_set`.
    """

    min_delta: float = 0.0
    epochs: int = 0
    best_epoch: int | None = None
    best_miou: float | None = None
    gain_epoch: int = 0
    gain_miou: float = -math.inf
    val_set: str = ""

    @classmethod
    def of(cls, history: Sequence[Mapping[str, Any]], min_delta: float = 0.0) -> Standing:
        """Read the standing off a history; without scores the last epoch counts as best."""
        standing = cls(min_delta)
        for line in history:
            standing = standing.after(line["epoch"], line.get("val_miou"), line.get("val_set", ""))
        return standing

    def after(self, epoch: int, miou: float | None, val_set: str = "") -> Standing:
        """Return the standing after one more epoch, scored on the set of photos with that key."""
        now = replace(self, epochs=epoch)
        if miou is None:
            unscored = self.best_miou is None
            return replace(now, best_epoch=epoch, gain_epoch=epoch) if unscored else now
        now = replace(now, val_set=val_set)
        if now.on_other_set(self):
            now = replace(now, best_miou=None, gain_miou=-math.inf)
        if now.best_miou is None or miou > now.best_miou:
            now = replace(now, best_epoch=epoch, best_miou=miou)
        if miou > now.gain_miou + now.min_delta:
            now = replace(now, gain_epoch=epoch, gain_miou=miou)
        return now

    def on_other_set(self, before: Standing) -> bool:
        """Whether the last score does not compare with those of `before`."""
        return "" != before.val_set != self.val_set

    @property
    def without_gain(self) -> int:
        """Epochs since the last gain."""
        return self.epochs - self.gain_epoch
