from __future__ import annotations

import os
from pathlib import Path

import pytest

from segstudio.formats.source import FolderSource


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_that_may_not_be_looked_into_is_told_and_the_rest_is_read(
    tmp_path: Path, mode: int
) -> None:
    for name in ("a.jpg", "lost+found/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "lost+found").chmod(mode)
    if os.access(tmp_path / "lost+found", os.X_OK):
        pytest.skip("root looks everywhere, and so does everybody on Windows")
    try:
        source = FolderSource(tmp_path)
    finally:
        (tmp_path / "lost+found").chmod(0o700)
    assert source.files() == ("a.jpg",)
    assert [problem.severity for problem in source.problems] == ["error"]
    assert "lost+found" in source.problems[0].path


def test_the_result_of_a_conversion_is_left_out_of_its_own_source(tmp_path: Path) -> None:
    for name in (
        "a.jpg",
        "out/palette.json",
        "out/report.json",
        "out/labels/a.png",
        "labels/b.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    source = FolderSource(tmp_path)
    assert source.files() == ("a.jpg", "labels/b.png")
    assert [(p.severity, p.path) for p in source.problems] == [("info", "out")]
    again = FolderSource(tmp_path / "out")
    assert again.files() == ("labels/a.png", "palette.json", "report.json")
    assert again.problems == ()
