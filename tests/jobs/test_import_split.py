from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Recorder

from segstudio.core.events import Reporter
from segstudio.jobs import import_annotations
from segstudio.jobs.import_burning import BurnedAll, Rules
from segstudio.jobs.import_naming import Named
from segstudio.jobs.import_report import ImportReport
from segstudio.project.project import Project


def masks(root: Path, *names: str) -> Path:
    """Masks in folders, with their photos."""
    for name in names:
        folder, _, own = name.rpartition("/")
        photo, mask = (
            root / folder / "images" / f"{own}.jpg",
            root / folder / "masks" / f"{own}.png",
        )
        for path in (photo, mask):
            path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(photo), np.full((8, 8, 3), 90, np.uint8))
        cv2.imwrite(str(mask), np.arange(64, dtype=np.uint8).reshape(8, 8) // 16)
    return root


def imported(project: Path, source: Path) -> ImportReport:
    request = import_annotations.ImportRequest((source,), project=project)
    return import_annotations.run(request, Recorder())


def test_folders_of_a_split_become_the_split_of_the_project_as_one_edit(tmp_path: Path) -> None:
    source = masks(tmp_path / "d", "train/a", "train/b", "val/a", "test/a", "more/a")
    result = imported(tmp_path / "p", source)
    with Project.open(tmp_path / "p") as project:
        assert project.split is not None
        assert project.split.parts == {
            "test/images/a.jpg": "test",
            "train/images/a.jpg": "train",
            "train/images/b.jpg": "train",
            "val/images/a.jpg": "val",
        }
        assert project.split.method == "given"
        project.undo()
        assert project.split is None
        assert len(project.photos) == 5
    told = [p.message for p in result.problems if "taken over" in p.message]
    assert len(told) == 1
    assert "2 train, 1 val, 1 test" in told[0]
    assert "1 photo(s)" in told[0]


def test_no_split_is_taken_where_no_photo_checks(tmp_path: Path) -> None:
    imported(tmp_path / "p", masks(tmp_path / "one", "train/a", "test/b"))
    with Project.open(tmp_path / "p") as project:
        assert project.split is None


def test_no_split_is_taken_of_an_import_that_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = import_annotations.burn_all

    def stopped(named: Sequence[Named], rules: Rules, report: Reporter) -> BurnedAll:
        return replace(whole(named, rules, report), interrupted=True)

    monkeypatch.setattr(import_annotations, "burn_all", stopped)
    imported(tmp_path / "p", masks(tmp_path / "one", "train/a", "val/b"))
    with Project.open(tmp_path / "p") as project:
        assert len(project.photos) == 2
        assert project.split is None


def test_a_split_that_the_project_has_stays(tmp_path: Path) -> None:
    imported(tmp_path / "p", masks(tmp_path / "one", "train/a", "val/b"))
    with Project.open(tmp_path / "p") as project:
        before = project.split
    result = imported(tmp_path / "p", masks(tmp_path / "two", "train/c", "val/d"))
    with Project.open(tmp_path / "p") as project:
        assert project.split == before
    assert not [p for p in result.problems if "taken over" in p.message]
