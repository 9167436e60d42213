"""What other tools' users lose trainings by, in whole jobs; more are in learning/test_traps.py."""

from __future__ import annotations

import json
import weakref
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Recorder
from learning.bank.conftest import MeansNet
from learning.networks import Scarce, wrapped
from torch import nn

from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone, Message
from segstudio.core.label_image import read_label, write_label
from segstudio.jobs import train_and_score
from segstudio.jobs.train import TrainRequest, TrainResult, run
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.one_map import OneMapModel
from segstudio.project.entries import Split
from segstudio.project.project import Project

FAST: dict[str, Any] = {
    "weights": "none",
    "epochs": 2,
    "batch_size": 4,
    "crop_size": 64,
    "crops_per_photo": 2,
    "working_size": 96,
    "precision": "float32",
}


class Narrow(nn.Module):
    """A layer that changes nothing and runs out of memory above a number of places in a step."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        if self.training and maps[:, 0].numel() > self._most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return maps


def use(network: SegmentationModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the jobs train this network."""
    # First where it is imported to, which that import must find as it was.
    for place in ("setup", "checkpoint"):
        monkeypatch.setattr(
            f"segstudio.learning.{place}.build_model", lambda config, classes: network
        )


def train(project: Project, report: Recorder, **settings: Any) -> TrainResult:
    config = TrainConfig.model_validate({**FAST, **settings})
    return run(TrainRequest(project, config, device="cpu"), report)


def kept(project: Project, result: TrainResult) -> dict[str, Any]:
    return json.loads((project.root / "runs" / result.run / "config.json").read_text())


def said(report: Recorder) -> str:
    return " ".join(event.text for event in report.events if isinstance(event, Message))


def test_out_of_memory_on_stored_features_is_met_alike(
    tiny_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A crop of 128 px is a map of 8x8 cells; photos of 96x64 are maps of 6x4.
    net = MeansNet()
    head = nn.Sequential(*list(net.classifier)[:-1], Narrow(4 * 4), net.classifier[-1])
    net.classifier = head
    use(OneMapModel(net, stages={}, readers=[head[0]], tap=(net.backbone, 8)), monkeypatch)
    result = train(tiny_project, report, train_layers="head", bank_rank=6, crop_size=128)
    used = {"batch_size": 1, "accumulate": 4, "crop_size": 64, "feature_bank": "on"}
    assert {key: kept(tiny_project, result)[key] for key in used} == used
    assert result.status == "completed"
    assert "crop was halved to 64 px" in said(report)


@pytest.mark.parametrize("missing_from", ["train", "val"])
@pytest.mark.parametrize("class_weights", ["inverse", "effective"])
@pytest.mark.usefixtures("small_network")
def test_class_without_pixels_on_one_side_breaks_nothing(
    tiny_project: Project, report: Recorder, missing_from: str, class_weights: str
) -> None:
    names = [entry.name for entry in tiny_project.photos]
    parts: dict[str, Any] = dict.fromkeys(names[:4], "train")
    parts |= dict.fromkeys(names[4:], "val")
    tiny_project.set_split(Split(parts=parts, method="given"), "Split")
    for entry in tiny_project.photos:
        if parts[entry.name] == missing_from:
            label = np.array(read_label(tiny_project.label_path(entry)))
            label[label == 2] = 1
            write_label(tiny_project.label_path(entry), label, tiny_project.palette)
    loss = "cross_entropy+dice"
    result = train(tiny_project, report, class_weights=class_weights, loss=loss)
    (first, *_) = [event for event in report.events if isinstance(event, EpochDone)]
    assert result.status == "completed"
    assert np.isfinite([first.train_loss, first.val_loss, first.val_miou]).all()
    assert ('shows "ground"' in said(report)) is (missing_from == "train")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SegStudioError("The disk is full."), "could not be scored: The disk is full."),
        (MemoryError(), "memory did not suffice"),
        (torch.OutOfMemoryError("CUDA out of memory."), "memory did not suffice"),
        (RuntimeError("shapes differ"), ""),
    ],
    ids=["foreseen", "memory", "gpu memory", "bug"],
)
@pytest.mark.usefixtures("small_network")
def test_scoring_that_fails_costs_no_model(
    tiny_project: Project,
    report: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("segstudio.jobs.evaluate._score", fail)
    if isinstance(error, SegStudioError):
        monkeypatch.setattr("segstudio.jobs.evaluate._entries", fail)
    request = TrainRequest(tiny_project, TrainConfig.model_validate(FAST), device="cpu")
    if words:
        assert train_and_score.run(request, report).status == "completed"
        assert words in said(report)
    else:
        with pytest.raises(RuntimeError, match="shapes differ"):
            train_and_score.run(request, report)
    (info,) = tiny_project.runs()
    assert info.status == "completed"
    assert Checkpoint.load(info.path / "best.safetensors").epoch in (1, 2)


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_memory_is_free_after_a_run_and_the_settings_really_used_are_kept(
    tiny_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    model = wrapped(Scarce(96 * 64 if ends == "well" else 10))
    ours = weakref.ref(model)
    use(model, monkeypatch)
    failure = None
    try:
        result = train(tiny_project, report)
    except SegStudioError as error:
        # As a window holds it while it shows what happened.
        failure = error
    monkeypatch.undo()
    del model
    assert ours() is None
    assert (failure is None) is (ends == "well")
    if ends == "well":
        used = {"batch_size": 1, "accumulate": 4, "crop_size": 64}
        assert {key: kept(tiny_project, result)[key] for key in used} == used
