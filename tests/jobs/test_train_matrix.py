"""Every model with every loss and every schedule trains the sample for two epochs.

All three together would be 216 trainings. These 50 hold every pair: each model meets each loss
once, and the schedules go around with them, so that each meets every model and every loss. Only
DeepLabV3 on ResNet-101, which takes longest and differs from that on ResNet-50 in its depth alone,
trains twice instead of six times.
"""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Recorder

from segstudio.core.events import EpochDone, StepDone
from segstudio.core.label_image import read_label
from segstudio.jobs.demo import create_sample, import_sample
from segstudio.jobs.train import TrainRequest, run
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.optimizer import SCHEDULES
from segstudio.learning.losses import LOSSES
from segstudio.learning.models import MODELS
from segstudio.learning.predictor import Predictor
from segstudio.learning.recorders import RunFolder
from segstudio.photos.reader import read_photo
from segstudio.project.project import Project

# Writing the state to go on from, half a gigabyte of the large models, would take most of the time.
pytestmark = pytest.mark.usefixtures("no_last_state")

NAMES = [entry.name for entry in MODELS], [entry.name for entry in LOSSES], list(SCHEDULES)
LARGEST = "deeplabv3_resnet101"
MATRIX = [
    (model, loss, NAMES[2][(row + column) % len(SCHEDULES)])
    for row, model in enumerate(NAMES[0])
    for column, loss in enumerate(NAMES[1][:2] if model == LARGEST else NAMES[1])
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
    rows = [row for row in MATRIX if row[0] != LARGEST]
    assert len(MATRIX) - len(rows) == 2
    wanted = ([name for name in NAMES[0] if name != LARGEST], *NAMES[1:])
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
        weights="none",
        epochs=2,
        batch_size=2,
        crop_size=32,
        crops_per_photo=1,
        working_size=64,
        precision="float32",
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


def check_best(path: Path, sample: Project, name: str) -> None:
    """The model of that file labels the whole photo with classes of the palette."""
    checkpoint = Checkpoint.load(path)
    entry = next(entry for entry in sample.photos if entry.name == name)
    photo = read_photo(sample.photo_path(entry))
    label = Predictor(checkpoint, torch.device("cpu")).predict(photo).label
    assert label.shape == read_label(sample.label_path(entry)).shape
    assert set(np.unique(label)) <= {entry.id for entry in sample.palette.trained}
