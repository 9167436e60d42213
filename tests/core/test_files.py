from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core import files
from segstudio.core.errors import SegStudioError
from segstudio.core.files import (
    fingerprint,
    read_json,
    write_atomic,
    write_atomic_with,
    write_json,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcä"), inner, max_size=3),
    max_leaves=8,
)
WRITER = """
import sys
from pathlib import Path
from typing import IO
from segstudio.core.files import write_json
path, number = Path(sys.argv[1]), 0
while True:
    number += 1
    write_json(path, [number] * 200_000, keep_backup=True)
    print(number, flush=True)
"""


def test_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.bin"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["c.bin"]


def test_the_last_state_is_kept_beside_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "c.bin"
    for text in (b"one", b"two", b"three"):
        write_atomic(path, text, keep_backup=True)
    assert path.with_name("c.bin.bak").read_bytes() == b"two"


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".bin")
    write_atomic(path, b"one")
    assert path.read_bytes() == b"one"


def _fail(number: int) -> object:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("broken", ["fsync", "replace", "copy2"])
@pytest.mark.parametrize(
    ("number", "word"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "Read-only")]
)
def test_a_failed_write_keeps_the_old_file_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, number: int, word: str
) -> None:
    path = tmp_path / "c.bin"
    write_atomic(path, b"good")
    owner = {"fsync": os, "replace": Path, "copy2": shutil}[broken]
    monkeypatch.setattr(owner, broken, _fail(number))

    with pytest.raises(SegStudioError) as caught:
        write_atomic(path, b"new", keep_backup=True)

    assert str(path) in caught.value.what
    assert word in caught.value.what
    assert caught.value.remedy
    assert path.read_bytes() == b"good"
    assert not list(tmp_path.glob(".*.part"))


def test_a_writer_that_fails_halfway_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "c.bin"
    write_atomic(path, b"good")

    def halfway(stream: IO[bytes]) -> None:
        stream.write(b"ne")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        write_atomic_with(path, halfway)
    assert path.read_bytes() == b"good"
    assert [p.name for p in tmp_path.iterdir()] == ["c.bin"]


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(SegStudioError, match="could not be written"):
        write_atomic(tmp_path / "a" / "b.txt", b"")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere"
)
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        with pytest.raises(SegStudioError, match="could not be written"):
            write_atomic(tmp_path / "b.txt", b"")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("delay", [0.0, 0.007, 0.013])
def test_kill_9_in_the_middle_of_writing_leaves_a_whole_file(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "project.json"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout
    done = 0
    while done < 3:
        done = int(writer.stdout.readline())
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    done = max([done, *map(int, writer.stdout.read().split())])
    writer.wait()

    value = read_json(path)
    assert isinstance(value, list)
    assert len(value) == 200_000
    # What was announced as written is there, or the next write, which was not yet announced.
    assert set(value) in ({done}, {done + 1})


@settings(max_examples=30)
@given(JSON)
def test_json_survives(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    write_json(path, value)
    assert read_json(path) == value


@pytest.mark.parametrize("damage", [b"", b'{"a": ', b"\x00\x00\x00", b"\xff\xfe{}", None])
def test_a_damaged_or_lost_file_falls_back_to_its_backup(
    tmp_path: Path, damage: bytes | None
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"n": 1})
    write_json(path, {"n": 2}, keep_backup=True)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert read_json(path) == {"n": 1}


def test_a_damaged_file_without_a_good_backup_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{")
    with pytest.raises(SegStudioError, match=r"a\.json cannot be read"):
        read_json(path)
    path.with_name("a.json.bak").write_text("{")
    with pytest.raises(SegStudioError, match=r"a\.json cannot be read"):
        read_json(path)
    with pytest.raises(SegStudioError, match=r"no file .*b\.json"):
        read_json(tmp_path / "b.json")


def test_a_fingerprint_knows_a_copy_from_a_changed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SAMPLE", 16)
    first, copy, changed = (tmp_path / name for name in "abc")
    first.write_bytes(bytes(range(100)))
    copy.write_bytes(bytes(range(100)))
    for change in (b"\xff" + bytes(range(1, 100)), bytes(range(99)) + b"\xff", bytes(range(99))):
        changed.write_bytes(change)
        assert fingerprint(first) == fingerprint(copy) != fingerprint(changed)
    (tmp_path / "empty").write_bytes(b"")
    assert fingerprint(tmp_path / "empty")
