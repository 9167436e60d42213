"""The history of a run as a table, as a picture, and for TensorBoard."""

from __future__ import annotations

import csv
import json
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import Recorder

from jobs.test_train import lock, train
from segstudio import cli
from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.events import EpochDone, Event, PauseChanged, StepDone
from segstudio.jobs import train as train_job
from segstudio.jobs.history import HistoryRequest, run
from segstudio.jobs.train import TrainRequest
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project

pytestmark = pytest.mark.usefixtures("small_network")


def history_of(project: Project, name: str) -> list[dict]:
    text = (project.root / "runs" / name / "history.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_the_table_holds_every_number_of_every_epoch(tiny_project, report, tmp_path) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    result = train(tiny_project, report, epochs=3)
    out = tmp_path / "history.csv"
    told = run(HistoryRequest(tiny_project, out, result.run), report)
    assert (told.epochs, told.run) == (3, result.run)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, line in zip(rows, history_of(tiny_project, result.run), strict=True):
        for key in ("epoch", "train_loss", "val_loss", "val_miou", "val_miou_low", "lr"):
            assert float(row[key]) == line[key]
        for name in ("background", "sky", "ground"):
            assert float(row[f"iou {name}"]) == line["iou"][name]


def test_what_was_not_measured_is_an_empty_cell(tiny_project, report, tmp_path) -> None:
    lock(tiny_project, [0, 1, 2], [])
    result = train(tiny_project, report, epochs=1)
    out = tmp_path / "history.csv"
    run(HistoryRequest(tiny_project, out, result.run), report)
    with out.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["val_miou"] == row["val_loss"] == row["iou sky"] == ""
    run(HistoryRequest(tiny_project, tmp_path / "curves.png", result.run), report)


def test_the_picture_shows_the_curves_in_their_colours(tiny_project, report, tmp_path) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    result = train(tiny_project, report, epochs=3)
    tiny_project.set_palette(tiny_project.palette.recolored(1, "#ff0000"), "Red")
    out = tmp_path / "curves.png"
    run(HistoryRequest(tiny_project, out, result.run), report)
    picture = cv2.imread(str(out))[..., ::-1].astype(int)
    assert picture.shape == (760, 1600, 3)

    def pixels(red: int, green: int, blue: int) -> int:
        return int((np.abs(picture - (red, green, blue)).sum(axis=2) < 12).sum())

    assert pixels(255, 0, 0) > 100
    assert pixels(0x00, 0x72, 0xB2) > 100
    assert pixels(0xE4, 0xE7, 0xEC) > 100


def test_other_endings_and_runs_without_an_epoch_are_refused(
    tiny_project, report, tmp_path
) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    result = train(tiny_project, report, epochs=1)
    with pytest.raises(UsageError, match="does not say what to write"):
        run(HistoryRequest(tiny_project, tmp_path / "history.xlsx", result.run), report)
    (tiny_project.root / "runs" / result.run / "history.jsonl").unlink()
    with pytest.raises(SegStudioError, match="no finished epoch"):
        run(HistoryRequest(tiny_project, tmp_path / "history.csv", result.run), report)


def test_the_command_writes_it(tiny_project, report, tmp_path) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    result = train(tiny_project, report, epochs=1)
    root = str(tiny_project.root)
    tiny_project.close()
    out = tmp_path / "a.csv"
    arguments = ["history", root, "--run", result.run, "--out", str(out), "--json"]
    called = CliRunner().invoke(cli.segstudio, arguments, obj={})
    assert called.exit_code == 0
    assert json.loads(called.stdout) == {"history": str(out), "run": result.run, "epochs": 1}
    assert out.read_text().startswith("epoch,train_loss")


def test_tensorboard_gets_the_numbers_only_where_it_is_wanted(tiny_project, report) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    plain = train(tiny_project, report, epochs=1)
    assert not (tiny_project.root / "runs" / plain.run / "tensorboard").exists()
    pytest.importorskip("tensorboardX")
    wanted = train(tiny_project, report, epochs=2, tensorboard=True)
    (file,) = (tiny_project.root / "runs" / wanted.run / "tensorboard").iterdir()
    found = scalars(file.read_bytes())
    for line in history_of(tiny_project, wanted.run):
        epoch = line["epoch"]
        assert found["iou/mean", epoch] == pytest.approx(line["val_miou"], rel=1e-6)
        assert found["loss/training", epoch] == pytest.approx(line["train_loss"], rel=1e-6)
        assert found["iou/sky", epoch] == pytest.approx(line["iou"]["sky"], rel=1e-6)


class PausesAndStops(Recorder):
    """Wishes for a short rest after the first step, and for a stop within the second epoch."""

    looks = 0
    stop_requested = False

    @property
    def pause_requested(self) -> bool:
        stepped = any(isinstance(event, StepDone) for event in self.events)
        # One question may look several times.
        self.looks += stepped
        return stepped and self.looks < 12

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        past = any(isinstance(earlier, EpochDone) for earlier in self.events)
        self.stop_requested = past and isinstance(event, StepDone)


def test_a_run_told_to_tensorboard_rests_and_keeps_its_steps_when_it_goes_on(
    tiny_project, report
) -> None:
    pytest.importorskip("tensorboardX")
    lock(tiny_project, [0, 1, 2], [3, 4])
    listener = PausesAndStops()
    settings = {"epochs": 3, "crops_per_photo": 4, "batch_size": 2}
    first = train(tiny_project, listener, tensorboard=True, **settings)
    pauses = [event.paused for event in listener.events if isinstance(event, PauseChanged)]
    assert pauses == [True, False]
    assert first.epochs == 1
    train_job.run(TrainRequest(tiny_project, TrainConfig(), "cpu", resume=first.run), report)
    folder = tiny_project.root / "runs" / first.run / "tensorboard"
    starts = {
        event.step
        for file in folder.iterdir()
        for event in events_of(file.read_bytes())
        if event.HasField("session_log")
    }
    # A viewer drops what an earlier part wrote from there on: not the six steps of epoch 1.
    assert starts == {1, 7}


def scalars(data: bytes) -> dict[tuple[str, int], float]:
    """Return the scalars of an event file."""
    return {
        (value.tag, event.step): value.simple_value
        for event in events_of(data)
        for value in event.summary.value
    }


def events_of(data: bytes) -> list[Any]:
    """Read an event file: records of length, check, content, check."""
    from tensorboardX.proto.event_pb2 import Event

    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        found.append(Event.FromString(data[at + 12 : at + 12 + size]))
        at += 12 + size + 4
    return found


def test_a_missing_extra_is_told_before_anything_is_trained(
    tiny_project, report: Recorder, monkeypatch
) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    monkeypatch.setattr("segstudio.learning.tensorboard.find_spec", lambda _: None)
    with pytest.raises(SegStudioError, match="tensorboardX is not installed"):
        train(tiny_project, report, epochs=1, tensorboard=True)
    assert not tiny_project.runs()
