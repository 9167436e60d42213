"""The training job: what it needs, what it says, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Recorder, make_tiny_project
from safetensors import safe_open

from segstudio.cli import segstudio
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, PreviewReady, ProblemFound, RunStarted, StepDone
from segstudio.core.palette import Palette, PaletteClass
from segstudio.jobs import train_and_score
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.jobs.train import TrainRequest, TrainResult, run
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.config import TrainConfig
from segstudio.learning.learner import Learner, NotANumber
from segstudio.learning.weights import read_state
from segstudio.project.entries import Split
from segstudio.project.project import Project
from segstudio.terminal import exit_code_of

REAL = "lraspp_mobilenet_v3_large"
FAST: dict[str, Any] = {
    "weights": "none",
    "epochs": 1,
    "batch_size": 2,
    "crop_size": 32,
    "crops_per_photo": 1,
    "working_size": 48,
    "precision": "float32",
}


def config(**settings: Any) -> TrainConfig:
    return TrainConfig.model_validate({**FAST, **settings})


pytestmark = pytest.mark.usefixtures("small_network")


def train(project: Project, report: Recorder, **settings: Any) -> TrainResult:
    names = {"name", "resume", "start_from"}
    request = {key: value for key, value in settings.items() if key in names}
    rest = {key: value for key, value in settings.items() if key not in names}
    return run(TrainRequest(project, config(**rest), device="cpu", **request), report)


def said(report: Recorder) -> str:
    return " ".join(event.text for event in report.events if isinstance(event, Message))


def object_of(project: Project, result: TrainResult, name: str) -> dict[str, Any]:
    return json.loads((project.root / "runs" / result.run / name).read_text())


def lock(project: Project, train: list[int], val: list[int]) -> None:
    parts: dict[str, Any] = {f"{n:03d}.png": "train" for n in train}
    parts |= {f"{n:03d}.png": "val" for n in val}
    project.set_split(Split(parts=parts, method="given"), "Split")


def test_run_folder_holds_what_the_contract_says(tiny_project: Project, report: Recorder) -> None:
    own: dict[str, Any] = {"seed": 4, "color_jitter": 0.1, "patience": 3, "model": REAL}
    result = train(tiny_project, report, name="first", **own)
    folder = tiny_project.root / "runs" / result.run
    assert result.run.endswith("-first")
    assert {path.name for path in folder.iterdir()} >= {
        "config.json", "history.jsonl", "best.safetensors", "last.pt", "result.json",
    }  # fmt: skip
    kept = object_of(tiny_project, result, "config.json")
    wanted = config(**own).model_dump(mode="json") | {"feature_bank": "off"}
    assert {key: kept[key] for key in wanted} == wanted
    assert kept["device"] == "cpu"
    assert kept["palette"] == tiny_project.palette.as_json()
    assert sorted(kept["photos"]["train"] + kept["photos"]["val"]) == [
        f"{n:03d}.png" for n in range(6)
    ]
    with safe_open(folder / "best.safetensors", "pt") as file:
        assert json.loads(file.metadata()["model"]) == kept["model"]
    assert tiny_project.runs()[0].status == "completed"
    assert set(result.as_json()) == {
        "run", "status", "epochs", "best_epoch", "val_miou", "seconds", "samples_per_second",
        "reason",
    }  # fmt: skip


def test_split_is_locked_once(tiny_project: Project, report: Recorder) -> None:
    train(tiny_project, report, split="random", seed=2)
    locked = tiny_project.split
    assert locked is not None
    assert (locked.method, locked.counts()["train"]) == ("random", 5)
    second = train(tiny_project, report, split="presence", seed=3)
    assert tiny_project.split == locked
    assert object_of(tiny_project, second, "config.json")["split"] == "given"


def test_the_settings_say_how_the_split_is_made(tiny_project: Project, report: Recorder) -> None:
    """Two photos are the same picture: kept together they train or check, both of them."""
    one, other = tiny_project.photos[:2]
    tiny_project.photo_path(other).write_bytes(tiny_project.photo_path(one).read_bytes())
    train(tiny_project, report, split="pixels")
    assert tiny_project.split
    assert tiny_project.split.method == "pixels"
    parted = set()
    for seed in range(8):
        for keep in (True, False):
            tiny_project.undo()
            train(tiny_project, report, split="random", seed=seed, keep_bursts=keep)
            assert tiny_project.split
            parts = tiny_project.split.parts
            parted.add((keep, parts[one.name] != parts[other.name]))
    assert (True, True) not in parted
    assert (False, True) in parted


def test_folders_decide_the_split(tmp_path: Path, palette: Palette, report: Recorder) -> None:
    with make_tiny_project(tmp_path / "p", palette, photos=3) as project:
        rows = []
        for entry, part in zip(project.photos, ("train", "train", "val"), strict=True):
            named = entry.model_copy(update={"name": f"{part}/{entry.name}"})
            rows.append((named, project.annotation(entry)))
        other = Project.create(tmp_path / "q", palette)
        with other:
            fixed = [
                (entry.model_copy(update={"path": str(project.root / entry.path)}), annotation)
                for entry, annotation in rows
            ]
            other.store(fixed)
            train(other, report)
            assert other.split is not None
            assert other.split.counts() == {"train": 2, "val": 1, "test": 0}


def test_nothing_annotated_is_an_error(tmp_path: Path, palette: Palette, report: Recorder) -> None:
    with (
        Project.create(tmp_path / "empty", palette) as project,
        pytest.raises(SegStudioError, match="no annotated photo"),
    ):
        train(project, report)


def test_one_photo_trains_with_a_warning_and_no_score(
    tiny_project: Project, report: Recorder
) -> None:
    lock(tiny_project, [0], [])
    result = train(tiny_project, report)
    assert (result.val_miou, result.status) == (None, "completed")
    assert "one training photo only" in said(report)
    assert "no score" in said(report)
    assert "mIoU -" in result.as_text()


def test_batch_of_one_trains(tiny_project: Project, report: Recorder) -> None:
    result = train(tiny_project, report, batch_size=1)
    assert len([event for event in report.events if isinstance(event, StepDone)]) == 5
    assert result.status == "completed"


def test_class_without_training_pixels_is_named(tiny_project: Project, report: Recorder) -> None:
    boat = PaletteClass(id=7, name="boat", color="#112233")
    tiny_project.set_palette(tiny_project.palette.with_class(boat), "Add")
    train(tiny_project, report)
    assert 'shows "boat"' in said(report)
    assert tiny_project.labels_current()


def test_photo_that_is_gone_is_a_problem(tiny_project: Project, report: Recorder) -> None:
    lock(tiny_project, [0, 1, 2], [3])
    (tiny_project.root / "photos" / "001.png").unlink()
    train(tiny_project, report)
    problems = [e.problem.path for e in report.events if isinstance(e, ProblemFound)]
    started = next(event for event in report.events if isinstance(event, RunStarted))
    assert problems == ["001.png"]
    assert started.train_photos == 2


class StopLate(Recorder):
    """Wants to stop in the second epoch."""

    @property
    def stop_requested(self) -> bool:
        return any(isinstance(e, StepDone) and e.epoch == 2 for e in self.events)


def test_resume_goes_on_with_the_same_run(tiny_project: Project, report: Recorder) -> None:
    stopped = train(tiny_project, StopLate(), epochs=3)
    assert (stopped.status, stopped.epochs) == ("stopped", 1)
    resumed = train(tiny_project, report, resume=stopped.run, epochs=9)
    assert (resumed.run, resumed.status, resumed.epochs) == (stopped.run, "completed", 3)
    assert [info.epochs for info in tiny_project.runs()] == [3]


def test_photos_that_are_lost_for_now_stay_in_the_list_of_a_continued_run(
    tiny_project: Project, report: Recorder
) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    first = train(tiny_project, report, epochs=1)
    photos = object_of(tiny_project, first, "config.json")["photos"]
    path = tiny_project.photo_path(tiny_project.photo(photos["train"][0]))
    there = path.read_bytes()
    path.unlink()
    train(tiny_project, report, resume=first.run)
    assert object_of(tiny_project, first, "config.json")["photos"] == photos
    path.write_bytes(there)
    again = Recorder()
    train(tiny_project, again, resume=first.run)
    started = next(event for event in again.events if isinstance(event, RunStarted))
    assert (started.train_photos, started.val_photos) == (3, 2)


def test_a_preview_stays_that_of_its_photo_when_one_before_it_is_lost(
    tiny_project: Project, report: Recorder
) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    early = StopLate()
    first = train(tiny_project, early, epochs=2)
    checked = object_of(tiny_project, first, "config.json")["photos"]["val"]
    tiny_project.photo_path(tiny_project.photo(checked[0])).unlink()
    train(tiny_project, report, resume=first.run)
    seen = [
        {event.index: event.photo for event in told.events if isinstance(event, PreviewReady)}
        for told in (early, report)
    ]
    assert seen[0][1] == seen[1][1] == checked[1]
    assert 0 not in seen[1]


def test_new_run_from_another_ones_model(tiny_project: Project, report: Recorder) -> None:
    first = train(tiny_project, report)
    second = train(tiny_project, report, start_from="best", weights="pretrained")
    kept = object_of(tiny_project, second, "config.json")
    assert second.run != first.run
    assert first.run in kept["weights"]
    boat = PaletteClass(id=7, name="boat", color="#112233")
    tiny_project.set_palette(tiny_project.palette.with_class(boat), "Add")
    train(tiny_project, report, start_from=first.run, weights="pretrained")
    assert "had other classes: the last layer is new" in said(report)
    with pytest.raises(SegStudioError, match="classes have changed"):
        train(tiny_project, report, resume=first.run)


def test_killed_run_keeps_its_best_and_is_gone_on_with(
    tmp_path: Path, palette: Palette, report: Recorder
) -> None:
    root = tmp_path / "p"
    make_tiny_project(root, palette, photos=3).close()
    tests = Path(__file__).parents[1]
    killed = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("killed_training.py")),
            str(root),
            config(model=REAL, epochs=2).model_dump_json(),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tests.parent), str(tests)))},
    )
    assert killed.returncode == -signal.SIGKILL
    with Project.open(root) as project:
        (info,) = project.runs()
        assert (info.status, info.epochs) == ("interrupted", 1)
        assert Checkpoint.load(info.path / "best.safetensors").epoch == 1
        assert train(project, report, resume="best").epochs == 2
        assert project.runs()[0].status == "completed"


def test_class_that_took_the_id_of_another_is_another_class(
    tiny_project: Project, report: Recorder
) -> None:
    first = train(tiny_project, report)
    boat = PaletteClass(id=2, name="boat", color="#112233")
    tiny_project.set_palette(tiny_project.palette.without(2).with_class(boat), "Replace")
    with pytest.raises(SegStudioError, match="classes have changed"):
        train(tiny_project, report, resume=first.run)
    train(tiny_project, report, start_from=first.run, weights="pretrained")
    assert "the last layer is new" in said(report)


def test_full_disk_is_told_as_such(
    tiny_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *rest: object, **named: object) -> None:
        raise SegStudioError(f"{path.name} cannot be written")

    monkeypatch.setattr("segstudio.learning.recorders.write_atomic", full)
    monkeypatch.setattr("segstudio.jobs.train.write_json", full)
    with pytest.raises(SegStudioError, match=r"last\.pt cannot be written"):
        train(tiny_project, report)


def test_scoring_follows_on_the_same_device(
    tiny_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[EvaluateRequest] = []
    monkeypatch.setattr(
        "segstudio.jobs.train_and_score.evaluate.run", lambda request, report: asked.append(request)
    )
    result = train_and_score.run(TrainRequest(tiny_project, config(), device="cpu"), report)
    assert [(one.run, one.part, one.device) for one in asked] == [(result.run, "val", "cpu")]


def test_a_device_that_fails_while_scoring_costs_nothing_of_the_training(
    tiny_project: Project, report: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: EvaluateRequest, report: Recorder) -> None:
        raise RuntimeError("CUDA error: unspecified launch failure")

    monkeypatch.setattr("segstudio.jobs.train_and_score.evaluate.run", fail)
    request = TrainRequest(tiny_project, config(), device="cpu")
    assert train_and_score.run(request, report).status == "completed"
    assert "the device failed" in said(report)


def test_the_precision_really_used_is_kept_in_the_run(
    tiny_project: Project, report: Recorder
) -> None:
    result = train(tiny_project, report, precision="auto")
    kept = object_of(tiny_project, result, "config.json")["precision"]
    words = {"float32": "full precision (float32)", "bfloat16": "half precision (bfloat16)"}
    assert f"It computes with {words[kept]}" in said(report)


@pytest.mark.parametrize(("layers", "kept"), [("head", False), ("last_layer", True)])
def test_a_learning_head_keeps_nothing_that_no_crop_taught_it(
    layers: str, kept: bool, tiny_project: Project, report: Recorder
) -> None:
    """Crops of 32 px are two cells wide: dilated by 12, only the middle of nine ever sees any."""
    result = train(tiny_project, report, model="deeplabv3plus_resnet50", train_layers=layers)
    state = read_state(tiny_project.root / "runs" / result.run / "best.safetensors")
    weight = state["decoder.aspp.0.convs.1.0.0.weight"]
    assert weight[:, :, 1, 1].any()
    assert bool(weight[:, :, 0].any()) == kept


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loss of every run become no number in its third epoch."""
    begin, steps = Learner.begin_epoch, [0]

    def remember(learner: Learner, epoch: int, *rest: Any) -> None:
        steps[0] = epoch
        begin(learner, epoch, *rest)

    step = Learner.step

    def fail(learner: Learner, *rest: Any) -> float:
        if steps[0] == 3:
            raise NotANumber
        return step(learner, *rest)

    monkeypatch.setattr(Learner, "begin_epoch", remember)
    monkeypatch.setattr(Learner, "step", fail)


@pytest.mark.usefixtures("breaking")
def test_a_run_that_broke_off_failed_and_was_not_stopped(
    tiny_project: Project, report: Recorder
) -> None:
    result = train(tiny_project, report, epochs=5)
    assert (result.status, result.epochs, result.interrupted) == ("failed", 2, False)
    assert exit_code_of(result) == 1
    assert "no number in epoch 3" in result.reason
    assert said(report).count(result.reason) == 1
    assert result.as_text().startswith(f"Broke off run {result.run} after 2 epochs")
    (info,) = tiny_project.runs()
    assert (info.status, info.has_checkpoint, info.epochs) == ("failed", True, 2)
    assert object_of(tiny_project, result, "result.json") == result.as_json()


@pytest.mark.usefixtures("breaking")
def test_a_run_that_broke_off_ends_the_command_with_1(tiny_project: Project) -> None:
    tiny_project.close()
    settings = config(epochs=5).model_dump(mode="json", include=FAST.keys() | {"epochs"})
    options = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    told = CliRunner().invoke(segstudio, ["train", str(tiny_project.root), "--json", *options])
    assert told.exit_code == 1
    result = json.loads(told.stdout.splitlines()[-1])
    assert (result["status"], result["epochs"]) == ("failed", 2)
    assert "Try a smaller learning rate" in told.stderr


@pytest.mark.usefixtures("breaking")
def test_the_best_of_a_run_that_broke_off_is_scored(
    tiny_project: Project, report: Recorder
) -> None:
    request = TrainRequest(tiny_project, config(epochs=5), device="cpu")
    result = train_and_score.run(request, report)
    assert result.failed
    assert (tiny_project.root / "runs" / result.run / "scores.json").is_file()


def test_weights_that_are_missing_make_no_run(tiny_project: Project, report: Recorder) -> None:
    with pytest.raises(SegStudioError, match="cannot be read"):
        train(tiny_project, report, weights="gone.pth")
    assert tiny_project.runs() == ()
