from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segstudio.core.errors import SegStudioError
from segstudio.project.project import Project

HOLDER = """
import sys
from pathlib import Path
from segstudio.project.project import Project
project = Project.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
project.close()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Project.create(tmp_path / "mine").close()
    return tmp_path / "mine"


@pytest.fixture
def holder(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the project open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def test_a_project_in_use_is_refused_and_its_owner_named(
    root: Path, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(SegStudioError, match=f"in use by process {holder.pid} ") as caught:
        Project.open(root)
    assert caught.value.remedy
    assert caught.value.exit_code == 1


def test_reading_needs_no_lock(root: Path, holder: subprocess.Popen[str]) -> None:
    with Project.open(root, write=False) as project:
        assert project.photos == ()


def test_closing_frees_it(root: Path, holder: subprocess.Popen[str]) -> None:
    holder.communicate("")
    assert holder.returncode == 0
    with Project.open(root):
        pass
    assert not (root / ".lock-owner.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_kill_9_frees_it(root: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with (
        Project.open(root),
        pytest.raises(SegStudioError, match=f"in use by process {os.getpid()} "),
    ):
        Project.open(root)


def test_an_owner_file_that_cannot_be_read_does_not_matter(
    root: Path, holder: subprocess.Popen[str]
) -> None:
    (root / ".lock-owner.json").write_text("{")
    with pytest.raises(SegStudioError, match="in use by another program"):
        Project.open(root)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere"
)
def test_a_read_only_project_is_told_and_can_be_read(root: Path) -> None:
    root.chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        with pytest.raises(SegStudioError, match="could not be written"):
            Project.open(root)
        with Project.open(root, write=False) as project:
            assert project.photos == ()
    finally:
        root.chmod(stat.S_IRWXU)
