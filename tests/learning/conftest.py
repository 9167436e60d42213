"""Small trainings for tests: tiny photos, and a network of two layers where speed matters."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# As segstudio.learning sets it, for here torch may load before that package does.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
import torch
from torch import nn

from learning.networks import TwoLayers, wrapped
from segstudio.core.events import Event
from segstudio.core.palette import Palette
from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.dataset import TrainingCrops
from segstudio.learning.evaluation import Checker, WholePhotos
from segstudio.learning.inference import Forward
from segstudio.learning.learner import Learner
from segstudio.learning.loop import Training
from segstudio.learning.losses.combining import build_loss
from segstudio.learning.recorders import RunFolder
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.setup import add_auxiliary
from segstudio.learning.transforms import Preprocessing
from segstudio.project.project import Project

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "weights": "none",
    "epochs": 2,
    "batch_size": 4,
    "crop_size": 64,
    "crops_per_photo": 2,
    "working_size": 96,
    "lr": 0.01,
}


@pytest.fixture
def samples(tiny_project: Project) -> tuple[Sample, ...]:
    """Six photos of 96x64 with three classes."""
    return tuple(
        Sample(entry.name, tiny_project.photo_path(entry), tiny_project.label_path(entry))
        for entry in tiny_project.photos
    )


MakeTraining = Callable[..., Training]


@pytest.fixture
def make_training(samples: tuple[Sample, ...], palette: Palette, tmp_path: Path) -> MakeTraining:
    """Build a training in a folder; `real` takes MobileNetV3, `network` another one."""

    def make(
        folder: str = "run",
        *,
        train: int = 4,
        val: int = 2,
        real: bool = False,
        network: nn.Module | None = None,
        report: Callable[[Event], None] = lambda event: None,
        **settings: Any,
    ) -> Training:
        config = TrainConfig.model_validate({**SMALL, **settings})
        torch.manual_seed(config.seed)
        classes = len(palette.trained)
        model = build_model(config, classes) if real else wrapped(network or TwoLayers(classes))
        add_auxiliary(model, config, classes, report)
        preprocessing = Preprocessing(working_size=config.working_size)
        copies = WorkingCopies(tmp_path / "cache")
        loss = build_loss(config, None)
        crops = TrainingCrops(samples[:train], copies, preprocessing, palette, config)
        steps = crops.steps_per_epoch * config.epochs
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        checked = samples[len(samples) - val :]
        return Training(
            config=config,
            learner=Learner(model, config, loss, steps=steps, device=CPU),
            crops=crops,
            val=checked,
            checker=Checker(
                copies,
                preprocessing,
                palette,
                loss,
                WholePhotos(copies, preprocessing, Forward(CPU, report)),
            ),
            folder=RunFolder(path),
            device="cpu",
            about={"photos": {"train": names(samples[:train]), "val": names(checked)}},
        )

    def names(photos: Sequence[Sample]) -> list[str]:
        return [sample.name for sample in photos]

    return make


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every attempt to open a connection fail the test."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("something opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.create_connection", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
