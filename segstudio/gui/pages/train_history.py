"""An earlier run as the events that it once sent, read from its folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.events import EpochDone, PreviewReady
from segstudio.project.runs import read_history, read_object


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """The epochs of a run, the names of its classes, and its previews."""

    names: tuple[str, ...]
    epochs: tuple[EpochDone, ...]
    previews: tuple[PreviewReady, ...]


def read_earlier(folder: Path) -> EarlierRun:
    """Read what a run left; what is missing or damaged is left out."""
    history = read_history(folder)
    scored = history[0].get("iou") if history else None
    names = tuple(scored) if isinstance(scored, dict) else ()
    return EarlierRun(names, tuple(epochs_of(history, names)), previews_of(folder))


def previews_of(folder: Path) -> tuple[PreviewReady, ...]:
    """Return the previews of a run, oldest first."""
    photos = read_object(folder / "config.json").get("photos")
    parts = photos if isinstance(photos, dict) else {}
    names = [*parts.get("val", ()), *parts.get("train", ())]
    found = []
    for path in sorted((folder / "previews").glob("*.jpg")):
        match = re.fullmatch(r"(\d+)-(\d+)", path.stem)
        if match:
            place = int(match[2])
            name = str(names[place]) if place < len(names) else f"photo {place + 1}"
            found.append(PreviewReady(int(match[1]), place, name, path))
    return tuple(found)


def epochs_of(history: list[dict[str, object]], names: tuple[str, ...]) -> list[EpochDone]:
    """Return the lines of a run's history as the events that they once were."""
    best: EpochDone | None = None
    events: list[EpochDone] = []
    for line in history:
        event = _epoch_of(line, names)
        if event.val_miou is not None and (best is None or event.val_miou > (best.val_miou or 0)):
            best = event
        gain = event.epoch - best.epoch if best else 0
        events.append(
            replace(
                event,
                best_epoch=best.epoch if best else None,
                best_miou=best.val_miou if best else None,
                epochs_without_gain=gain,
            )
        )
    return events


def _epoch_of(line: dict[str, object], names: tuple[str, ...]) -> EpochDone:
    iou = line.get("iou")
    scores = iou if isinstance(iou, dict) else {}
    return EpochDone(
        epoch=int(_number(line.get("epoch")) or 0),
        train_loss=_number(line.get("train_loss")) or 0.0,
        val_loss=_number(line.get("val_loss")),
        val_miou=_number(line.get("val_miou")),
        class_iou=tuple(_number(scores.get(name)) for name in names),
        seconds=_number(line.get("seconds")) or 0.0,
        lr=_number(line.get("lr")) or 0.0,
        best_epoch=None,
        best_miou=None,
        epochs_without_gain=0,
        eta_seconds=None,
        val_miou_low=_number(line.get("val_miou_low")),
        val_miou_high=_number(line.get("val_miou_high")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
