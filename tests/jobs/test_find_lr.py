"""Finding a learning rate leaves the project as it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Recorder

from segstudio.cli import segstudio
from segstudio.core.errors import SegStudioError
from segstudio.core.events import RateTried
from segstudio.jobs.find_lr import FindRateRequest, FoundRate, run
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import Split
from segstudio.project.project import Project

pytestmark = pytest.mark.usefixtures("small_network")
FAST = {
    "weights": "none",
    "batch_size": 2,
    "crop_size": 32,
    "crops_per_photo": 1,
    "working_size": 48,
    "precision": "float32",
}
CONFIG = TrainConfig.model_validate(FAST)


def test_a_rate_is_suggested_and_neither_run_nor_split_is_made(
    tiny_project: Project, report: Recorder, tmp_path: Path
) -> None:
    found = run(FindRateRequest(tiny_project, CONFIG, "cpu", tmp_path / "tried.csv"), report)
    assert found.suggestion is not None
    assert 1e-6 < found.suggestion < 1
    assert f"{found.suggestion:.1e}" in found.as_text()
    assert (tiny_project.runs(), tiny_project.split) == ((), None)
    events = [event for event in report.events if isinstance(event, RateTried)]
    assert found.tried == tuple((event.rate, event.loss) for event in events)
    with (tmp_path / "tried.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["lr"]) for row in rows] == pytest.approx([rate for rate, _ in found.tried])
    assert float(rows[-1]["smoothed_loss"]) == pytest.approx(events[-1].smooth, abs=1e-6)


@pytest.mark.parametrize("out", ["note.txt/tried.csv", "."])
def test_a_file_that_cannot_be_written_is_told_before_the_first_try(
    tiny_project: Project, report: Recorder, tmp_path: Path, out: str
) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(SegStudioError, match="could not be written"):
        run(FindRateRequest(tiny_project, CONFIG, "cpu", tmp_path / out), report)
    assert not report.events


def test_it_is_tried_on_training_photos_only(tiny_project: Project, report: Recorder) -> None:
    names = [entry.name for entry in tiny_project.photos]
    tiny_project.set_split(Split(parts={names[0]: "train", names[1]: "val"}, method="given"), "S")
    for entry in tiny_project.photos[1:]:
        tiny_project.photo_path(entry).unlink()
    found = run(FindRateRequest(tiny_project, CONFIG, "cpu"), report)
    assert found.tried
    tiny_project.set_split(Split(parts={names[1]: "val"}, method="given"), "S")
    with pytest.raises(SegStudioError, match="no photo to try"):
        run(FindRateRequest(tiny_project, CONFIG, "cpu"), report)


def test_it_can_be_stopped(tiny_project: Project, tmp_path: Path) -> None:
    class StopSoon(Recorder):
        @property
        def stop_requested(self) -> bool:
            return any(isinstance(event, RateTried) for event in self.events)

    out = tmp_path / "tried.csv"
    out.write_text("tried before")
    found = run(FindRateRequest(tiny_project, CONFIG, "cpu", out), StopSoon())
    assert out.read_text() == "tried before"
    assert found.interrupted
    assert len(found.tried) == 1
    assert found.suggestion is None


def test_the_command_prints_what_it_found(tiny_project: Project) -> None:
    root = str(tiny_project.root)
    tiny_project.close()
    sets = [part for key, value in FAST.items() for part in ("--set", f"{key}={value}")]
    done = CliRunner().invoke(segstudio, ["find-lr", root, "--device", "cpu", *sets, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"suggestion", "configured", "tried"}
    assert told["configured"] > 0


def test_nothing_found_is_said() -> None:
    assert "none can be suggested" in FoundRate(None, 1e-3, ()).as_text()
