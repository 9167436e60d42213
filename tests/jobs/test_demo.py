"""The demo walks the whole street on the sample; here with a training of one short epoch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Recorder

from segstudio.core.errors import SegStudioError
from segstudio.jobs import demo
from segstudio.jobs.train import TrainResult
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project
from segstudio.terminal import FAILED, INTERRUPTED, exit_code_of

SHORT = TrainConfig(
    model="lraspp_mobilenet_v3_large",
    weights="none",
    epochs=1,
    crops_per_photo=1,
    batch_size=8,
    crop_size=32,
    working_size=96,
)


class _ShortPreset:
    """Stands in for the preset, whose own training takes two minutes."""

    def config_for(self, weights: str) -> TrainConfig:
        assert weights == "none"
        return SHORT


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "preset_named", lambda name: _ShortPreset())


@pytest.mark.usefixtures("short")
def test_everything_is_made_and_can_be_opened(tmp_path: Path) -> None:
    result = demo.run(demo.DemoRequest(tmp_path / "demo"), Recorder())
    assert not result.interrupted
    assert result.scores is not None
    assert result.overlays is not None
    assert result.report is not None
    assert len(list((result.overlays / "overlay").rglob("*.jpg"))) == 28
    assert result.report.stat().st_size > 10_000
    json.dumps(result.as_json())
    with Project.open(result.project, write=False) as project:
        assert len([entry for entry in project.photos if entry.annotated]) == 24
        assert project.run("best").name == result.training.run


@pytest.mark.usefixtures("short")
def test_stopped_in_training_keeps_the_project(tmp_path: Path) -> None:
    stopping = Recorder(stop_after=60)
    result = demo.run(demo.DemoRequest(tmp_path / "demo"), stopping)
    assert result.interrupted
    assert result.report is None
    Project.open(result.project).close()


def test_a_project_is_never_written_over(tmp_path: Path) -> None:
    Project.create(tmp_path / "mine").close()
    with pytest.raises(SegStudioError, match="project in"):
        demo.run(demo.DemoRequest(tmp_path / "mine"), Recorder())


@pytest.mark.parametrize(
    ("status", "code"), [("stopped", INTERRUPTED), ("completed", INTERRUPTED), ("failed", FAILED)]
)
def test_a_demo_without_a_report_was_stopped_or_its_training_broke_off(
    tmp_path: Path, status: str, code: int
) -> None:
    training = TrainResult("r", status, 1, 1, 0.5, 1.0, 1.0)
    assert exit_code_of(demo.DemoResult(tmp_path, training, None, None, None)) == code
