"""What a run leaves in its folder: settings, history, previews, the best and the last state."""

from __future__ import annotations

import io
import json
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone
from segstudio.core.files import cannot_write, write_atomic, write_json
from segstudio.core.overlay import blend
from segstudio.core.palette import Palette
from segstudio.core.run_history import HISTORY, read_history
from segstudio.learning.config import TrainConfig

PREVIEW_SIDE = 480
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LastState:
    """The state at the end of an epoch's training, before it was checked."""

    epoch: int
    train_loss: float
    seconds: float
    learner: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Writes and reads the files of one run."""

    path: Path

    @property
    def best(self) -> Path:
        """The best model so far."""
        return self.path / "best.safetensors"

    @property
    def last(self) -> Path:
        """The state to go on from."""
        return self.path / "last.pt"

    def of_epoch(self, epoch: int) -> Path:
        """The model as it was after an epoch, where that is kept."""
        return self.path / f"epoch-{epoch:04d}.safetensors"

    def keep_best(self, epoch: int) -> Path:
        """Keep the best model so far, which is of that epoch, beside a later one; return where."""
        path = self.of_epoch(epoch)
        if self.best.is_file() and not path.exists():
            write_atomic(path, self.best.read_bytes())
        return path

    def write_config(self, config: TrainConfig, about: Mapping[str, Any]) -> None:
        """Write every setting really used, with device, versions, palette and photos."""
        write_json(self.path / "config.json", {**config.model_dump(mode="json"), **about})

    def add_epoch(self, event: EpochDone, class_names: Sequence[str]) -> None:
        """Add one line to the history."""
        line = {
            "epoch": event.epoch,
            "train_loss": event.train_loss,
            "val_loss": event.val_loss,
            "val_miou": event.val_miou,
            "val_miou_low": event.val_miou_low,
            "val_miou_high": event.val_miou_high,
            "iou": dict(zip(class_names, event.class_iou, strict=True)),
            "seconds": round(event.seconds, 3),
            "lr": event.lr,
            "val_set": event.val_set,
        }
        path = self.path / HISTORY
        try:
            with path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise cannot_write(path, error) from error

    def history(self) -> list[dict[str, Any]]:
        """Return the epochs so far."""
        return read_history(self.path)

    def keep_history(self, epochs: Sequence[Mapping[str, Any]]) -> None:
        """Write the history anew with these epochs only; the file as it was stays as .bak."""
        text = "".join(json.dumps(epoch, ensure_ascii=False) + "\n" for epoch in epochs)
        write_atomic(self.path / HISTORY, text.encode(), keep_backup=True)

    def save_last(self, state: LastState) -> None:
        """Write the state to go on from."""
        value = {
            "schema": _SCHEMA,
            "epoch": state.epoch,
            "train_loss": state.train_loss,
            "seconds": state.seconds,
            "learner": state.learner,
        }
        # Through memory: torch.save tells a full disk as a RuntimeError of its own.
        stream = io.BytesIO()
        torch.save(value, stream)
        write_atomic(self.last, stream.getvalue())

    def load_last(self) -> LastState:
        """Read the state to go on from; SegStudioError where there is none."""
        try:
            value = torch.load(self.last, map_location="cpu", weights_only=True)
            return LastState(
                value["epoch"], value["train_loss"], value["seconds"], value["learner"]
            )
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError) as error:
            raise SegStudioError(
                f"The run {self.path.name} cannot be continued: {self.last} is missing or damaged.",
                meaning="It was stopped before its first epoch was finished, or the file was lost.",
                remedy="Start a new run; with --from RUN it starts from this run's best weights.",
            ) from error

    def write_preview(
        self,
        epoch: int,
        number: int,
        photo: npt.NDArray[np.uint8],
        label: npt.NDArray[np.uint8],
        palette: Palette,
    ) -> Path:
        """Write the overlay of a watched photo, uint8 RGB and palette ids, as a small JPEG."""
        scale = min(1.0, PREVIEW_SIDE / max(photo.shape[:2]))
        size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
        small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        ids = np.asarray(cv2.resize(label, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        picture = blend(small, ids, palette)[..., ::-1]
        path = self.path / "previews" / f"{epoch:04d}-{number}.jpg"
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
        write_atomic(path, data.tobytes())
        return path
