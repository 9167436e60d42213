"""Emptying the cache frees its disk space and loses nothing."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from jobs.test_train import lock
from segstudio import cli
from segstudio.core.errors import SegStudioError
from segstudio.jobs import train
from segstudio.jobs.clean import CleanRequest, run
from segstudio.jobs.train import TrainRequest
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project

SETTINGS = {
    **{"epochs": 1, "crops_per_photo": 1, "crop_size": 32, "working_size": 64},
    **{
        "weights": "none",
        "train_layers": "head",
        "feature_bank": "on",
        "bank_views": 2,
        "bank_rank": 8,
    },
}


def files_of(project: Project) -> dict[str, bytes]:
    inside = (path for path in project.root.rglob("*") if path.is_file())
    names = {str(path.relative_to(project.root)): path for path in inside}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith("cache")}


def test_what_was_stored_goes_and_the_next_run_is_the_same(tiny_project, report) -> None:
    lock(tiny_project, [0, 1, 2], [3, 4])
    config = TrainConfig(**SETTINGS)
    first = train.run(TrainRequest(tiny_project, config), report)
    before = files_of(tiny_project)
    size = sum(path.stat().st_size for path in tiny_project.cache.rglob("*") if path.is_file())
    told = run(CleanRequest(tiny_project), report)
    assert told.bytes == size > 0
    assert not told.problems
    assert not list(tiny_project.cache.rglob("*"))
    assert files_of(tiny_project) == before
    again = train.run(TrainRequest(tiny_project, config), report)
    assert again.val_miou == first.val_miou


def test_a_cache_on_another_disk_is_emptied_and_its_link_stays(tiny_project, report, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "features").mkdir(parents=True)
    (elsewhere / "features" / "a.npy").write_bytes(b"x" * 50)
    (elsewhere / "b.json").write_bytes(b"{}")
    shutil.rmtree(tiny_project.cache, ignore_errors=True)
    tiny_project.cache.symlink_to(elsewhere, target_is_directory=True)
    assert run(CleanRequest(tiny_project), report).bytes == 52
    assert tiny_project.cache.is_symlink()
    assert not list(elsewhere.iterdir())


def test_a_project_without_a_cache_is_clean(tiny_project, report) -> None:
    shutil.rmtree(tiny_project.cache, ignore_errors=True)
    assert run(CleanRequest(tiny_project), report).bytes == 0


def test_what_cannot_be_removed_is_told(tiny_project, report, monkeypatch) -> None:
    (tiny_project.cache / "features").mkdir(parents=True)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    told = run(CleanRequest(tiny_project), report)
    assert [problem.path for problem in told.problems] == [str(tiny_project.cache / "features")]


def test_the_command_tells_what_is_free_again(tiny_project) -> None:
    tiny_project.cache.mkdir(exist_ok=True)
    (tiny_project.cache / "old.npy").write_bytes(b"x" * 2_000_000)
    busy = CliRunner().invoke(cli.segstudio, ["clean", str(tiny_project.root)])
    assert busy.exit_code == 1
    tiny_project.close()
    result = CliRunner().invoke(cli.segstudio, ["clean", str(tiny_project.root), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1])["bytes"] >= 2_000_000
    with pytest.raises(SegStudioError, match="not a SegStudio project"):
        run(CleanRequest(tiny_project.cache), lambda _: None)
