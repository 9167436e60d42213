from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Recorder

from segstudio.core.errors import SegStudioError
from segstudio.jobs.demo import create_sample, import_sample
from segstudio.jobs.preflight import run as look
from segstudio.learning.presets import PRESETS
from segstudio.project.project import Project


def test_the_sample_project_is_ready_to_train_without_a_network(tmp_path: Path) -> None:
    with create_sample(tmp_path / "sample") as project:
        import_sample(project, Recorder())
        assert len([entry for entry in project.photos if entry.annotated]) == 24
        assert look(project, Recorder()).can_start
    with Project.open(tmp_path / "sample") as project:
        choice = project.training_choice
        assert choice is not None
        assert choice.preset in {preset.name for preset in PRESETS}
        assert choice.weights == "none"


def test_the_sample_writes_over_no_project(tmp_path: Path) -> None:
    create_sample(tmp_path / "sample").close()
    with pytest.raises(SegStudioError, match="There is a project"):
        create_sample(tmp_path / "sample")
