"""A bank on tiny photos, with a backbone of one layer that counts how often it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from segstudio.core.events import Event
from segstudio.core.palette import Palette
from segstudio.learning.bank.bank import FeatureBank
from segstudio.learning.bank.build import BankPlan, build_bank
from segstudio.learning.bank.head import HeadModel
from segstudio.learning.config import TrainConfig
from segstudio.learning.evaluation import WholePhotos
from segstudio.learning.inference import Forward
from segstudio.learning.models.one_map import OneMapModel
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "weights": "x.pth",
    "precision": "float32",
    "epochs": 2,
    "batch_size": 4,
    "crop_size": 32,
    "crops_per_photo": 2,
    "working_size": 96,
    "bank_views": 2,
    "bank_rank": 6,
}


class Means(nn.Module):
    """A backbone of stride 16: the mean colour of each cell, and sums of it up to 8 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 8, 1, bias=False)
        nn.init.zeros_(self.mix.weight)
        for channel in range(3):
            self.mix.weight.data[channel, channel] = 1
        self.mix.weight.data[3:] = torch.linspace(-0.2, 0.3, 15).reshape(5, 3, 1, 1)
        self.norm = nn.BatchNorm2d(8)
        self.looks = 0

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        self.looks += 1
        cells = nn.functional.avg_pool2d(photos, 16, ceil_mode=True)
        return {"out": self.norm(self.mix(cells))}


class MeansNet(nn.Module):
    """Cell means and a head of two convolutions, answering as torchvision's models do."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.backbone = Means()
        self.classifier = nn.Sequential(
            nn.Conv2d(8, 6, 3, padding=1, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Conv2d(6, classes, 1),
        )

    def forward(self, photos: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.classifier(self.backbone(photos)["out"])
        size = photos.shape[-2:]
        return {"out": nn.functional.interpolate(logits, size=size, mode="bilinear")}


class Heard:
    """A reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.stop_requested = False

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def texts(self) -> str:
        return "\n".join(str(getattr(event, "text", "")) for event in self.events)


@dataclass
class Banked:
    """A bank with all that belongs to it."""

    bank: FeatureBank
    model: HeadModel
    net: MeansNet
    photos: WholePhotos
    heard: Heard = field(default_factory=Heard)

    def batches(self, epoch: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        self.bank.prepare(epoch, self.heard)
        return [(b.inputs, b.truth) for b in self.bank.batches(epoch, self.heard)]


MakeBank = Callable[..., Banked]


@pytest.fixture
def samples(tiny_project: Any) -> tuple[Sample, ...]:
    return tuple(
        Sample(entry.name, tiny_project.photo_path(entry), tiny_project.label_path(entry))
        for entry in tiny_project.photos
    )


@pytest.fixture
def make_bank(samples: tuple[Sample, ...], palette: Palette, tmp_path: Path) -> MakeBank:
    """Build a bank on a network that only knows colours; the cache is shared by all."""

    def make(
        train: int = 4, kept: dict[str, Any] | None = None, scale: float = 1.0, **settings: Any
    ) -> Banked:
        config = TrainConfig.model_validate({**SMALL, **settings})
        torch.manual_seed(config.seed)
        net = MeansNet()
        net.backbone.mix.weight.data *= scale
        model = OneMapModel(net, stages={}, readers=[net.classifier[0]], tap=(net.backbone, 8))
        copies = WorkingCopies(tmp_path / "cache" / "photos")
        photos = WholePhotos(
            copies, Preprocessing(working_size=config.working_size), Forward(CPU, Heard())
        )
        heard = Heard()
        (tmp_path / "cache").mkdir(exist_ok=True)
        folder = tmp_path / "cache" / "features"
        plan = BankPlan(config, palette, samples[:train], samples[4:], photos, folder, kept or {})
        built = build_bank(plan, model, heard)
        assert built is not None, heard.texts()
        return Banked(*built, net, photos, heard)

    return make
