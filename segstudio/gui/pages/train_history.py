"""An earlier run as the events that it once sent, read from its folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.events import EpochDone, PreviewReady
from segstudio.core.run_history import Epoch, Standing, read_history
from segstudio.project.runs import read_object


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """The epochs of a run, the names of its classes, and its previews.

    `asked` is how many epochs it was started with, `patience` after how many without gain it ends;
    0 where that is not known.
    """

    names: tuple[str, ...] = ()
    epochs: tuple[EpochDone, ...] = ()
    previews: tuple[PreviewReady, ...] = ()
    asked: int = 0
    patience: int = 0


def read_earlier(folder: Path) -> EarlierRun:
    """Read what a run left; what is missing or damaged is left out."""
    history = read_history(folder)
    names = tuple(history[0].get("iou", ())) if history else ()
    config = read_object(folder / "config.json")
    asked, patience = (
        count if isinstance(count := config.get(field), int) else 0
        for field in ("epochs", "patience")
    )
    events = tuple(epochs_of(history, names))
    return EarlierRun(names, events, previews_of(folder), asked, patience)


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


def epochs_of(history: list[Epoch], names: tuple[str, ...]) -> list[EpochDone]:
    """Return the lines of a run's history as the events that they once were."""
    standing = Standing()
    events: list[EpochDone] = []
    for line in history:
        event = _epoch_of(line, names)
        standing = standing.after(event.epoch, event.val_miou, event.val_set)
        events.append(
            replace(
                event,
                best_epoch=standing.best_epoch,
                best_miou=standing.best_miou,
                epochs_without_gain=standing.without_gain,
            )
        )
    return events


def _epoch_of(line: Epoch, names: tuple[str, ...]) -> EpochDone:
    scores = line.get("iou", {})
    return EpochDone(
        epoch=line["epoch"],
        train_loss=line.get("train_loss") or 0.0,
        val_loss=line.get("val_loss"),
        val_miou=line.get("val_miou"),
        class_iou=tuple(scores.get(name) for name in names),
        seconds=line.get("seconds") or 0.0,
        lr=line.get("lr") or 0.0,
        best_epoch=None,
        best_miou=None,
        epochs_without_gain=0,
        eta_seconds=None,
        val_miou_low=line.get("val_miou_low"),
        val_miou_high=line.get("val_miou_high"),
        val_set=line.get("val_set", ""),
    )
