"""Every model with every loss and every schedule trains the sample for two epochs.

All three together are 216 trainings: as steps of a learner on the sample's crops they all are
taken. As whole runs, with scores and a saved model, 38 of them hold every pair of the others: each
model meets each loss once, and the schedules go around with them, so that each meets every model
and every loss. Only the models on a large dilated ResNet, which take longest, run twice each
instead of six times.
"""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Recorder

from segstudio.core.events import EpochDone, StepDone
from segstudio.core.label_image import read_label
from segstudio.jobs.demo import create_sample, import_sample
from segstudio.jobs.train import TrainRequest, run
from segstudio.learning.checkpoint import Checkpoint, build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.optimizer import SCHEDULES
from segstudio.learning.dataset import TrainingCrops
from segstudio.learning.learner import Learner
from segstudio.learning.losses import LOSSES
from segstudio.learning.losses.combining import build_loss
from segstudio.learning.models import MODELS
from segstudio.learning.predictor import Predictor
from segstudio.learning.recorders import RunFolder
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing
from segstudio.photos.reader import read_photo
from segstudio.project.project import Project

# Writing the state to go on from, half a gigabyte of the large models, would take most of the time.
pytestmark = pytest.mark.usefixtures("no_last_state")

NAMES = [entry.name for entry in MODELS], [entry.name for entry in LOSSES], list(SCHEDULES)
LARGE = ("deeplabv3_resnet50", "deeplabv3_resnet101", "fcn_resnet50", "pspnet_resnet50")
CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "weights": "none",
    "epochs": 2,
    "batch_size": 2,
    "crop_size": 32,
    "crops_per_photo": 1,
    "working_size": 64,
    "precision": "float32",
}
# Without moments, which take most of the time of a step of a large head.
PLAIN_STEPS: dict[str, Any] = {
    "train_layers": "head",
    "optimizer": "sgd",
    "momentum": 0,
    "nesterov": False,
    "lr": 0.1,
}
MATRIX = [
    (model, loss, NAMES[2][(row + column) % len(SCHEDULES)])
    for row, model in enumerate(NAMES[0])
    for column, loss in enumerate(NAMES[1][row % 2 :: 3] if model in LARGE else NAMES[1])
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with create_sample(tmp_path_factory.mktemp("matrix") / "sample") as project:
        import_sample(project, Recorder())
        yield project


@pytest.fixture
def no_last_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what test_resume tests, and do not wait for the disk either."""
    monkeypatch.setattr(RunFolder, "save_last", lambda folder, state: None)
    monkeypatch.setattr("os.fsync", lambda stream: None)


def test_the_matrix_holds_every_pair() -> None:
    rows = [row for row in MATRIX if row[0] not in LARGE]
    assert len(MATRIX) - len(rows) == 2 * len(LARGE)
    wanted = ([name for name in NAMES[0] if name not in LARGE], *NAMES[1:])
    for left, right in itertools.combinations(range(3), 2):
        pairs = {(row[left], row[right]) for row in rows}
        assert pairs == set(itertools.product(wanted[left], wanted[right]))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "loss", "schedule"), MATRIX)
def test_it_trains_the_sample_for_two_epochs(
    sample: Project, report: Recorder, model: str, loss: str, schedule: str
) -> None:
    config = TrainConfig(
        model=model,
        loss=loss,
        schedule=schedule,
        **SMALL,
    )
    first, second, third, *_ = (entry.name for entry in sample.photos)
    photos = {"train": (first, second), "val": (third,)}
    result = run(TrainRequest(sample, config, device="cpu", photos=photos), report)
    folder = sample.root / "runs" / result.run
    try:
        assert (result.status, result.epochs) == ("completed", 2)
        steps = [event.loss for event in report.events if isinstance(event, StepDone)]
        assert len(steps) == 2
        assert all(map(math.isfinite, steps))
        done = [event for event in report.events if isinstance(event, EpochDone)]
        assert all(event.val_loss is not None and math.isfinite(event.val_loss) for event in done)
        check_best(folder / "best.safetensors", sample, third)
    finally:
        # A quarter of a gigabyte each, of the large models.
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("model", NAMES[0])
def test_all_losses_and_schedules_teach_a_model(
    sample: Project, report: Recorder, tmp_path: Path, model: str
) -> None:
    """Two epochs of one step of its head each, with every loss on every schedule."""
    shown = [
        Sample(entry.name, sample.photo_path(entry), sample.label_path(entry))
        for entry in sample.photos[:2]
    ]
    torch.manual_seed(0)
    made = build_model(TrainConfig(model=model, weights="none"), len(sample.palette.trained))
    for loss, schedule in itertools.product(NAMES[1], NAMES[2]):
        config = TrainConfig(model=model, loss=loss, schedule=schedule, **PLAIN_STEPS, **SMALL)
        preprocessing = Preprocessing(working_size=config.working_size)
        copies = WorkingCopies(tmp_path)
        crops = TrainingCrops(shown, copies, preprocessing, sample.palette, config)
        learner = Learner(made, config, build_loss(config, None), steps=2, device=CPU)
        before = [tensor.detach().clone() for tensor in made.groups("all")["head"]]
        rates = []
        for epoch in (1, 2):
            learner.begin_epoch(epoch, report)
            (batch,) = crops.batches(epoch, report)
            rates.append(learner.lr)
            assert math.isfinite(learner.step(batch, report)), (loss, schedule)
        assert learner.sound, (loss, schedule)
        after = made.groups("all")["head"]
        assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True)), loss
        assert (rates[0] == rates[1]) == (schedule == "constant"), rates


def check_best(path: Path, sample: Project, name: str) -> None:
    """The model of that file labels the whole photo with classes of the palette."""
    checkpoint = Checkpoint.load(path)
    entry = next(entry for entry in sample.photos if entry.name == name)
    photo = read_photo(sample.photo_path(entry))
    label = Predictor(checkpoint, torch.device("cpu")).predict(photo).label
    assert label.shape == read_label(sample.label_path(entry)).shape
    assert set(np.unique(label)) <= {entry.id for entry in sample.palette.trained}
