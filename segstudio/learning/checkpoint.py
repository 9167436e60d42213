"""Model files that describe themselves: weights, palette, preprocessing, settings, scores."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
import torchvision
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from segstudio import __version__
from segstudio.core.errors import SegStudioError
from segstudio.core.files import write_atomic
from segstudio.core.palette import Palette
from segstudio.learning.config import TrainConfig
from segstudio.learning.models import MODELS, model_named
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.registry import load_attribute
from segstudio.learning.settings import config_from_json
from segstudio.learning.transforms import Preprocessing

SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A trained model with all that is needed to use it; `weights` has torchvision's keys."""

    weights: dict[str, torch.Tensor]
    palette: Palette
    preprocessing: Preprocessing
    config: TrainConfig
    run: str
    epoch: int
    val_miou: float | None

    def save(self, path: Path) -> None:
        """Write a .safetensors file, atomically."""
        about = {
            "schema": SCHEMA,
            "model": self.config.model,
            "palette": self.palette.as_json(),
            "preprocessing": self.preprocessing.model_dump(mode="json"),
            "config": self.config.model_dump(mode="json"),
            "run": self.run,
            "epoch": self.epoch,
            "scores": {"val_miou": self.val_miou},
            "versions": versions(),
        }
        tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in self.weights.items()}
        texts = {key: json.dumps(value) for key, value in about.items()}
        write_atomic(path, save(tensors, metadata={"format": "pt", **texts}))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a model file; SegStudioError where it is damaged or not one of ours."""
        weights, about = _read(path)
        try:
            return cls(
                weights=weights,
                palette=Palette.from_json(about["palette"], str(path)),
                preprocessing=Preprocessing.model_validate(about["preprocessing"]),
                config=config_from_json(about["config"], str(path)),
                run=str(about["run"]),
                epoch=int(about["epoch"]),
                val_miou=about["scores"]["val_miou"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _foreign(path, f"its description lacks or garbles {error}") from error

    def build(self) -> SegmentationModel:
        """Return the model in evaluation mode, with these weights."""
        model = build_model(self.config, len(self.palette.trained))
        try:
            model.load_weights(self.weights)
        except RuntimeError as error:
            raise SegStudioError(
                f"The weights of this model do not fit {self.config.model} with "
                f"{len(self.palette.trained)} classes.",
                meaning="Its description and its weights contradict each other.",
                remedy="Use another copy of the file, or train again.",
            ) from error
        return model.eval()


def build_model(config: TrainConfig, classes: int) -> SegmentationModel:
    """Build the configured model for C classes with random weights; downloads nothing."""
    build = load_attribute(model_named(config.model).build)
    model: SegmentationModel = build(classes, from_scratch=config.from_scratch)
    return model


def same_classes(old: Palette, new: Palette) -> bool:
    """Say whether both train the same ids for the same classes, renamed ones included.

    A renamed class keeps its old name as an alias; another name for an id is another class.
    """
    if old.to_palette_id().tolist() != new.to_palette_id().tolist():
        return False
    return all(
        any(found and found.id == entry.id for found in map(new.find, (entry.name, *entry.aliases)))
        for entry in old.trained
    )


def check_classes(checkpoint: Checkpoint, palette: Palette) -> None:
    """Refuse a model for other classes than the project's."""
    own = {entry.id: entry.name for entry in checkpoint.palette.trained}
    wanted = {entry.id: entry.name for entry in palette.trained}
    if same_classes(checkpoint.palette, palette):
        return
    raise SegStudioError(
        f"The run {checkpoint.run} was trained for other classes: {_names(own)}.",
        meaning=f"The project now has {_names(wanted)}, so the two cannot be compared.",
        remedy="Train again with the project's classes, or undo the change of the palette.",
    )


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "segstudio": __version__,
        "torch": str(torch.__version__),
        "torchvision": str(torchvision.__version__),
    }


def _names(classes: dict[int, str]) -> str:
    """List classes with their ids."""
    return ", ".join(f"{name} ({class_id})" for class_id, name in classes.items())


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read tensors and description."""
    try:
        with safe_open(path, "pt") as file:
            texts = file.metadata() or {}
            if "schema" not in texts or "palette" not in texts:
                raise _foreign(path, "it does not describe its classes")
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        about = {key: json.loads(text) for key, text in texts.items() if key != "format"}
    except (OSError, SafetensorError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise SegStudioError(
            f"The model {path} cannot be read: {reason}.",
            meaning="It is missing, cut off, or no .safetensors file.",
            remedy="Use another copy of the file, or train again.",
        ) from error
    if about["schema"] != SCHEMA:
        raise _foreign(path, f"it has schema {about['schema']}, this version reads {SCHEMA}")
    if about.get("model") not in [entry.name for entry in MODELS]:
        raise _foreign(path, f"its model {about.get('model')} is not known here")
    return weights, about


def _foreign(path: Path, reason: str) -> SegStudioError:
    """Say that a file is no model of ours."""
    return SegStudioError(
        f"{path} is not a model of SegStudio's: {reason}.",
        meaning="A model file holds its classes and preprocessing beside its weights.",
        remedy="Choose a run or its best.safetensors; start a training from other files with "
        "weights=FILE.",
    )
