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
