"""No setting is ignored: each reaches config.json, and each changes what a run does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import Recorder, make_tiny_project
from learning.bank.conftest import MeansNet
from safetensors.torch import load_file

from segstudio.core.events import EpochDone, StepDone
from segstudio.core.palette import Palette
from segstudio.jobs.train import TrainRequest, run
from segstudio.learning import checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.one_map import OneMapModel
from segstudio.project.project import Project

BASE: dict[str, Any] = {
    "weights": "none",
    "epochs": 2,
    "batch_size": 2,
    "crop_size": 32,
    "crops_per_photo": 1,
    "working_size": 48,
    "precision": "float32",
    "lr": 0.01,
}
BANK: dict[str, Any] = {"train_layers": "head", "bank_views": 2, "bank_rank": 4}


@dataclass(frozen=True)
class Case:
    """Another value of a setting, and the settings beside which it acts."""

    value: Any
    beside: Mapping[str, Any] = field(default_factory=dict)


SGD = {"optimizer": "sgd"}
GAINING = {"schedule": "constant", "lr": 0.02, "crops_per_photo": 4, "patience": 1, "epochs": 3}
# A field of TrainConfig that is missing here fails a test.
CASES: dict[str, Case] = {
    "model": Case("lraspp_mobilenet_v3_large"),
    "weights": Case("FIRST RUN", {"train_layers": "all"}),
    "train_layers": Case("head"),
    "unfreeze_after": Case(1),
    "backbone_lr": Case(0.1),
    "auxiliary_loss": Case(0.4),
    "working_size": Case(40),
    "crop_size": Case(40),
    "crops_per_photo": Case(2),
    "split": Case("pixels", {"seed": 2}),
    "keep_bursts": Case(False, {"split": "random", "seed": 2}),
    "epochs": Case(3),
    "batch_size": Case(4),
    "accumulate": Case(2),
    "lr": Case(0.02),
    "schedule": Case("poly"),
    "warmup": Case(0.5, {"schedule": "constant"}),
    "optimizer": Case("sgd"),
    "weight_decay": Case(0.5),
    "momentum": Case(0.5),
    "nesterov": Case(True, SGD),
    "clip_norm": Case(0.01, SGD),
    "precision": Case("bfloat16"),
    "patience": Case(1, {**SGD, "lr": 1e-9, "epochs": 3}),
    "min_delta": Case(1.0, GAINING),
    "checkpoint_every": Case(1),
    "seed": Case(1),
    "loss": Case("dice"),
    "focal_gamma": Case(0.5, {"loss": "focal"}),
    "tversky_alpha": Case(0.9, {"loss": "tversky"}),
    "tversky_beta": Case(0.1, {"loss": "tversky"}),
    "class_weights": Case("inverse"),
    "augmentation": Case("strong"),
    "flip_horizontal": Case(False),
    "flip_vertical": Case(True),
    "rot90": Case(True),
    "scale_min": Case(0.5),
    "scale_max": Case(3.0),
    "rotate": Case(45.0),
    "shift": Case(0.3),
    "shear": Case(20.0),
    "perspective": Case(0.1),
    "elastic": Case(0.1),
    "grid_distortion": Case(0.5),
    "optical_distortion": Case(0.3),
    "color_jitter": Case(0.0),
    "gamma": Case(0.8),
    "hue": Case(90.0),
    "grey": Case(1.0),
    "blur": Case(4.0),
    "noise": Case(30.0),
    "jpeg": Case(1.0),
    "dropout": Case(0.5),
    "feature_bank": Case("off", BANK),
    "bank_views": Case(1, BANK),
    "bank_rank": Case(6, BANK),
    "bank_limit": Case(1e-9, BANK),
    "tensorboard": Case(True),
}


@dataclass(frozen=True)
class Ran:
    """What a run was told and what it did; its words are no deed, as they may quote a setting."""

    config: dict[str, Any]
    deeds: dict[str, Any]


Run = Callable[[Mapping[str, Any]], Ran]


def one_map(config: TrainConfig, classes: int) -> SegmentationModel:
    """Build a network of one layer and a head, which can learn from stored features too."""
    if config.model != TrainConfig().model:
        return checkpoint.build_model(config, classes)
    net = MeansNet(classes)
    stages = {"layer4": [net.backbone]}
    return OneMapModel(net, stages=stages, readers=[net.classifier[0]], tap=(net.backbone.mix, 8))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, palette: Palette) -> Iterator[Project]:
    """Six photos of which two are the same picture, without a split."""
    root = tmp_path_factory.mktemp("settings") / "project"
    with make_tiny_project(root, palette, photos=6) as made:
        first, second = made.photos[:2]
        shutil.copy(made.photo_path(first), made.photo_path(second))
        yield made


@pytest.fixture(scope="module")
def ran(project: Project) -> Iterator[Run]:
    """Train in a project that has no split yet; the same settings only once."""
    known: dict[str, Ran] = {}

    def train(settings: Mapping[str, Any]) -> Ran:
        key = json.dumps(settings, sort_keys=True)
        return known.get(key) or known.setdefault(key, trained(project, settings))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("segstudio.learning.setup.build_model", one_map)
        # Waiting for the disk and looking for garbage would take longer than all that is tested.
        patch.setattr("os.fsync", lambda descriptor: None)
        patch.setattr("segstudio.learning.device.free_after_run", lambda: None)
        yield train


def trained(project: Project, settings: Mapping[str, Any]) -> Ran:
    """Train once and gather all that is not words or time."""
    while project.split:
        project.undo()
    report = Recorder()
    config = TrainConfig.model_validate({**BASE, **settings})
    result = run(TrainRequest(project, config, device="cpu", name="run"), report)
    folder = project.root / "runs" / result.run
    assert project.split
    deeds = {
        "files": sorted(path.name for path in folder.iterdir()),
        "steps": [(e.loss, e.lr) for e in report.events if isinstance(e, StepDone)],
        "epochs": [
            (e.train_loss, e.val_loss, e.class_iou)
            for e in report.events
            if isinstance(e, EpochDone)
        ],
        "weights": {
            k: v.numpy().tobytes() for k, v in load_file(folder / "best.safetensors").items()
        },
        "split": project.split.parts,
    }
    return Ran({"folder": folder, **json.loads((folder / "config.json").read_text())}, deeds)


def test_every_setting_has_a_case() -> None:
    assert CASES.keys() == TrainConfig.model_fields.keys()


@pytest.mark.parametrize("settings", [{}, BANK], ids=["photos", "stored features"])
def test_the_same_settings_do_the_same(
    ran: Run, project: Project, settings: dict[str, Any]
) -> None:
    assert ran(settings).deeds == trained(project, settings).deeds


@pytest.mark.parametrize("name", CASES)
def test_a_setting_reaches_the_run_and_changes_what_it_does(ran: Run, name: str) -> None:
    case = CASES[name]
    if name == "tensorboard":
        pytest.importorskip("tensorboardX")
    value = case.value
    if name == "weights":
        value = str(ran({}).config["folder"] / "best.safetensors")
    before, after = ran(case.beside), ran({**case.beside, name: value})
    assert before.config[name] != value == after.config[name]
    assert before.deeds != after.deeds
