"""Whole runs that learn from a bank: resumed, refused, short of photos, memory or disk."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from conftest import Recorder
from safetensors.torch import load_file
from torch import nn
from torchvision.models import segmentation

from learning.bank.conftest import SMALL, MeansNet
from learning.test_resume import same
from segstudio.cli import segstudio
from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import EpochDone, Message, PreviewReady, StepDone
from segstudio.core.label_image import read_label, write_label
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.jobs.evaluate import run as evaluate
from segstudio.jobs.find_lr import FindRateRequest
from segstudio.jobs.find_lr import run as find_rate
from segstudio.jobs.train import TrainRequest, TrainResult, run
from segstudio.learning.config import TrainConfig
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.one_map import OneMapModel
from segstudio.project.entries import Split
from segstudio.project.project import Project

NAMES = [f"{number:03d}.png" for number in range(6)]
FOUR_AND_TWO = {"train": NAMES[:4], "val": NAMES[4:]}

# Four photos in two views each; whole, the two that check, and two more to be watched.
LOOKS = 4 * 2 + 2 + 2


class Stops(Recorder):
    """A reporter that asks to stop after an epoch, once the next one looks or learns."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self._epoch = epoch

    @property
    def stop_requested(self) -> bool:
        last = self.events[-1] if self.events else None
        return isinstance(last, EpochDone) and last.epoch == self._epoch


class Scarce(nn.Module):
    """A layer that runs out of memory above a number of maps or photos, or of their places."""

    def __init__(self, maps: int, places: int = 10**9) -> None:
        super().__init__()
        self._maps, self._places = maps, places

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        if len(values) > self._maps or values[0, 0].numel() > self._places:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return values


@pytest.fixture
def nets(monkeypatch: pytest.MonkeyPatch) -> list[MeansNet]:
    """Build networks that know colours for every training; here are all that were built."""
    built: list[MeansNet] = []
    # Dozens of tiny files a run need not wait for the disk.
    monkeypatch.setattr("os.fsync", lambda stream: None)

    def build(config: TrainConfig, classes: int) -> SegmentationModel:
        net = MeansNet(classes)
        built.append(net)
        stages, readers = {"layer4": [net.backbone]}, [net.classifier[0]]
        return OneMapModel(net, stages=stages, readers=readers, tap=(net.backbone, 8)).eval()

    monkeypatch.setattr("segstudio.learning.checkpoint.build_model", build)
    monkeypatch.setattr("segstudio.learning.setup.build_model", build)
    return built


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    path = tmp_path / "weights.pth"
    torch.save(MeansNet().state_dict(), path)
    return path


Train = Callable[..., TrainResult]


@pytest.fixture
def train(tiny_project: Project, weights: Path, nets: list[MeansNet], report: Recorder) -> Train:
    """Train by the job, on four photos and checked on two where nothing else is said."""

    def one(
        photos: dict[Any, Any] = FOUR_AND_TWO,
        report_to: Recorder = report,
        resume: str | None = None,
        **settings: Any,
    ) -> TrainResult:
        config = TrainConfig.model_validate({**SMALL, "weights": str(weights), **settings})
        request = TrainRequest(tiny_project, config, device="cpu", photos=photos, resume=resume)
        return run(request, report_to)

    return one


def said(report: Recorder) -> str:
    return " ".join(event.text for event in report.events if isinstance(event, Message))


def losses(report: Recorder) -> list[float]:
    return [event.loss for event in report.events if isinstance(event, StepDone)]


def kept(project: Project, result: TrainResult) -> dict[str, Any]:
    text = (project.root / "runs" / result.run / "config.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


@pytest.mark.parametrize("emptied", [False, True])
def test_two_epochs_and_two_are_four_also_once_the_cache_is_gone(
    tiny_project: Project, train: Train, emptied: bool
) -> None:
    whole = train(report_to=Recorder(), epochs=4, bank_views=3)
    stopped = train(report_to=Stops(2), epochs=4, bank_views=3)
    assert (stopped.status, stopped.epochs) == ("stopped", 2)
    if emptied:
        shutil.rmtree(tiny_project.cache)
    again = train(report_to=Recorder(), resume=stopped.run)
    assert (again.status, again.epochs) == ("completed", 4)
    one, other = (tiny_project.root / "runs" / result.run for result in (whole, again))
    assert same(load_file(one / "best.safetensors"), load_file(other / "best.safetensors"))
    last = [torch.load(run / "last.pt", weights_only=True) for run in (one, other)]
    assert "basis" in last[0]["learner"]["model"]
    assert same(last[0]["learner"], last[1]["learner"])


def test_settings_say_whether_features_were_stored(tiny_project: Project, train: Train) -> None:
    assert kept(tiny_project, train())["feature_bank"] == "on"
    assert kept(tiny_project, train(feature_bank="off"))["feature_bank"] == "off"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"bank_limit": 1e-9}, "more than bank_limit=1e-09 GB"),
        ({"train_layers": "layer4"}, "changes what the features are"),
    ],
)
def test_what_stands_in_the_way_is_told_or_refused(
    tiny_project: Project,
    train: Train,
    report: Recorder,
    settings: dict[str, Any],
    reason: str,
) -> None:
    with pytest.raises(UsageError, match=reason) as refused:
        train(feature_bank="on", **settings)
    assert refused.value.exit_code == 2
    if "train_layers" in settings:
        return
    result = train(**settings)
    assert kept(tiny_project, result)["feature_bank"] == "off"
    assert reason in said(report)


def test_a_disk_that_holds_the_features_already_has_room_for_them(
    tiny_project: Project, train: Train, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored is not needed once more; and what nobody uses makes room on a full disk."""
    train(report_to=Recorder())
    monkeypatch.setattr("segstudio.learning.bank.build.free_bytes", lambda folder: 10**9)
    assert kept(tiny_project, train())["feature_bank"] == "on"
    monkeypatch.setattr("segstudio.learning.bank.build.free_bytes", lambda folder: 10**9 - 10**6)
    assert kept(tiny_project, train())["feature_bank"] == "off"
    assert "the disk has only" in said(report)


def test_a_run_goes_on_as_it_began_once_a_full_disk_has_room_again(
    tiny_project: Project, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(report_to=Recorder(), epochs=4)
    stopped = train(report_to=Stops(2), epochs=4)
    folder = tiny_project.root / "runs" / stopped.run
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    shutil.rmtree(tiny_project.cache / "features")
    free = 10**9 - 4_000_000
    monkeypatch.setattr("segstudio.learning.bank.build.free_bytes", lambda folder: free)
    with pytest.raises(SegStudioError, match="the disk has only 0 MB for them") as told:
        train(report_to=Recorder(), resume=stopped.run)
    assert told.value.exit_code == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    wanted = re.search(r"Free (\d+) MB", told.value.remedy)
    assert wanted
    # What the remedy asks for is enough, and a megabyte less is not.
    free += (int(wanted[1]) - 1) * 10**6
    with pytest.raises(SegStudioError, match="Nothing of it is lost"):
        train(report_to=Recorder(), resume=stopped.run)
    free += 10**6
    again = train(report_to=Recorder(), resume=stopped.run)
    one, other = (tiny_project.root / "runs" / result.run for result in (whole, again))
    last = [torch.load(run / "last.pt", weights_only=True) for run in (one, other)]
    assert same(last[0]["learner"], last[1]["learner"])


def test_a_head_of_several_maps_learns_by_the_plain_loop(
    tiny_project: Project, report: Recorder
) -> None:
    settings = ["model=lraspp_mobilenet_v3_large", "weights=none", "train_layers=head"]
    settings += ["epochs=1", "crop_size=32", "working_size=48", "crops_per_photo=1"]
    settings += ["batch_size=2", "precision=float32"]
    config = TrainConfig.model_validate(dict(setting.split("=") for setting in settings))
    request = TrainRequest(tiny_project, config, device="cpu", photos=FOUR_AND_TWO)
    result = run(request, report)
    assert result.status == "completed"
    assert kept(tiny_project, result)["feature_bank"] == "off"
    assert "reads several stages of its backbone" in said(report)
    tiny_project.close()
    options = [word for one in (*settings, "feature_bank=on") for word in ("--set", one)]
    told = CliRunner().invoke(segstudio, ["train", str(tiny_project.root), *options])
    assert told.exit_code == 2
    assert "reads several stages" in told.output


def test_the_best_model_is_a_plain_one_and_scores_as_its_epoch_did(
    tiny_project: Project, report: Recorder, tmp_path: Path
) -> None:
    def plain() -> nn.Module:
        none: Any = {"weights": None, "weights_backbone": None, "aux_loss": None}
        return segmentation.deeplabv3_mobilenet_v3_large(num_classes=3, **none)

    torch.manual_seed(1)
    path = tmp_path / "plain.pth"
    torch.save(plain().state_dict(), path)
    # A batch of one, and maps of two by two: what the pooled branch and a last batch come to.
    own = {"weights": str(path), "bank_rank": 16, "batch_size": 1, "crops_per_photo": 1}
    config = TrainConfig.model_validate({**SMALL, **own})
    request = TrainRequest(tiny_project, config, device="cpu", photos=FOUR_AND_TWO)
    result = run(request, report)
    assert kept(tiny_project, result)["feature_bank"] == "on"
    saved = tiny_project.root / "runs" / result.run / "best.safetensors"
    plain().load_state_dict(load_file(saved), strict=True)
    parts: Any = {name: part for part, names in FOUR_AND_TWO.items() for name in names}
    tiny_project.set_split(Split(parts=parts, method="given"), "Split")
    scores = evaluate(EvaluateRequest(tiny_project, run=result.run, device="cpu"), Recorder())
    assert result.val_miou is not None
    assert scores.miou == pytest.approx(result.val_miou, abs=0.005)


@pytest.mark.parametrize(
    ("train_names", "val_names", "settings"),
    [
        (NAMES[:2], NAMES[2:3], {"batch_size": 1}),
        (NAMES[:3], NAMES[3:5], {"batch_size": 2, "crops_per_photo": 1}),
        (NAMES[:1], [], {}),
        (NAMES[:3], NAMES[3:], {"train_layers": "last_layer"}),
        (NAMES[:3], NAMES[3:], {"bank_rank": 0}),
    ],
)
def test_few_photos_and_small_batches_train(
    tiny_project: Project,
    train: Train,
    report: Recorder,
    train_names: list[str],
    val_names: list[str],
    settings: dict[str, Any],
) -> None:
    """The watched photos are those that check, and training photos where these are too few."""
    result = train({"train": train_names, "val": val_names}, **settings)
    assert (result.status, result.epochs) == ("completed", 2)
    assert kept(tiny_project, result)["feature_bank"] == "on"
    assert (result.val_miou is None) is not bool(val_names)
    watched = [event.photo for event in report.events if isinstance(event, PreviewReady)]
    assert sorted(watched) == sorted(2 * [*val_names, *train_names][:4])


def test_out_of_memory_in_a_step_halves_the_batch(
    tiny_project: Project, train: Train, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = MeansNet.__init__

    def scarce(net: MeansNet, classes: int = 3) -> None:
        own(net, classes)
        net.classifier[2] = Scarce(maps=2)

    plenty = Recorder()
    monkeypatch.setattr(MeansNet, "__init__", scarce)
    result = train()
    assert result.status == "completed"
    assert "the batch was halved to 2" in said(report)
    settings = kept(tiny_project, result)
    assert (settings["batch_size"], settings["accumulate"]) == (2, 2)
    monkeypatch.setattr(MeansNet, "__init__", own)
    train(report_to=plenty)
    assert len(losses(report)) == len(losses(plenty))


@pytest.mark.parametrize("rank", [0, 6])
def test_out_of_memory_while_looking_is_told_in_words(
    train: Train, monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    def scarce(backbone: nn.Module, photos: torch.Tensor) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("learning.bank.conftest.Means.forward", scarce)
    with pytest.raises(SegStudioError, match="not enough memory to look") as told:
        train(bank_rank=rank)
    assert "feature_bank=off" in (told.value.remedy or "")


def test_a_full_disk_leaves_the_features_in_memory(
    train: Train, report: Recorder, nets: list[MeansNet], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *rest: Any, **more: Any) -> None:
        raise SegStudioError(f"{path} cannot be written: No space left on device.")

    monkeypatch.setattr("segstudio.learning.bank.store.write_atomic_with", full)
    assert train(epochs=3).status == "completed"
    assert said(report).count("stay in memory") == 1
    assert nets[-1].backbone.looks == LOOKS


def test_a_later_run_and_a_corrected_label_need_no_look_at_a_photo(
    tiny_project: Project, train: Train, nets: list[MeansNet]
) -> None:
    first, second, third = Recorder(), Recorder(), Recorder()
    train(report_to=first)
    assert nets[-1].backbone.looks == LOOKS
    train(report_to=second)
    assert nets[-1].backbone.looks == 0
    assert losses(first) == losses(second)
    for entry in tiny_project.photos:
        path = tiny_project.label_path(entry)
        label = read_label(path).copy()
        label[label == 2] = 1
        write_label(path, label, tiny_project.palette)
    train(report_to=third)
    assert nets[-1].backbone.looks == 0
    assert losses(third) != losses(first)


def test_learning_rates_are_tried_on_stored_features(
    tiny_project: Project, weights: Path, nets: list[MeansNet], report: Recorder
) -> None:
    own = {**SMALL, "weights": str(weights), "lr": 0.001}
    request = FindRateRequest(tiny_project, TrainConfig.model_validate(own), "cpu")
    found = find_rate(request, report)
    assert len(found.tried) > 20
    # Six photos in two views each.
    assert nets[-1].backbone.looks == 12
    stopped = find_rate(request, Recorder(stop_after=20))
    assert stopped.interrupted
    assert len(stopped.tried) < len(found.tried)


def test_a_wish_to_stop_while_looking_ends_the_search(
    tiny_project: Project, weights: Path, nets: list[MeansNet]
) -> None:
    class Looking(Recorder):
        @property
        def stop_requested(self) -> bool:
            return any(getattr(one, "stage", "") == "Looking at the photos" for one in self.events)

    own = TrainConfig.model_validate({**SMALL, "weights": str(weights)})
    stopped = find_rate(FindRateRequest(tiny_project, own, "cpu"), Looking())
    assert stopped.interrupted
    assert stopped.tried == ()
