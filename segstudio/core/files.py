"""Writing files so that a crash or a full disk never costs the last good state."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO

from segstudio.core.errors import SegStudioError

_SAMPLE = 64 * 1024


def write_atomic(path: Path, data: bytes, *, keep_backup: bool = False) -> None:
    """Write `data` to `path` through a temporary file that is flushed and renamed.

    With `keep_backup` the previous file stays beside it as `<name>.bak`.
    Raises SegStudioError where the folder cannot be written or the disk is full.
    """
    write_atomic_with(path, lambda stream: stream.write(data), keep_backup=keep_backup)


def write_atomic_with(
    path: Path, writer: Callable[[IO[bytes]], object], *, keep_backup: bool = False
) -> None:
    """Like `write_atomic`, for writers that need a binary stream, such as torch.save."""
    # Not the file's own name plus a suffix: names may already be as long as the system allows.
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as stream:
            writer(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if keep_backup and path.exists():
            shutil.copy2(path, path.with_name(path.name + ".bak"))
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise SegStudioError where `write_atomic` could not write `path`, before work is put into it.

    The folder is made; a file that stands there is left as it is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise cannot_write(path, error) from error


def fingerprint(path: Path) -> str:
    """Return a short digest of a file's size, beginning and end, to know it again when moved.

    Reads at most 128 KiB, so that thousands of large photos take seconds. Raises OSError.
    """
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for start in (0, max(0, size - _SAMPLE)):
            stream.seek(start)
            digest.update(stream.read(_SAMPLE))
    return digest.hexdigest()


def write_json(path: Path, value: object, *, keep_backup: bool = False) -> None:
    """Write `value` as indented UTF-8 JSON, atomically."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_atomic(path, text.encode(), keep_backup=keep_backup)


def read_json(path: Path) -> object:
    """Read a JSON file of ours, falling back to its `.bak` where the file itself is no good.

    Raises SegStudioError where neither can be read.
    """
    try:
        return _parsed(path)
    except (OSError, ValueError) as error:
        backup = path.with_name(path.name + ".bak")
        if backup.is_file():
            with contextlib.suppress(OSError, ValueError):
                return _parsed(backup)
        if isinstance(error, FileNotFoundError):
            raise SegStudioError(
                f"There is no file {path}.",
                meaning="It was moved, renamed or never made.",
                remedy="Check the spelling and the folder, or restore it from a backup.",
            ) from error
        raise SegStudioError(
            f"{path} cannot be read: {error}.",
            meaning="The file is damaged or is not the JSON file that it should be.",
            remedy="Restore it from a backup, or make it anew.",
        ) from error


def cannot_write(path: Path, error: OSError) -> SegStudioError:
    """Turn the system's word about a failed write into one that a user can act on."""
    if error.errno == errno.ENOSPC:
        return SegStudioError(
            f"{path} could not be written: the disk is full.",
            meaning="What was written before is kept; this file was not changed.",
            remedy="Free some space or choose another folder, then try again.",
        )
    return SegStudioError(
        f"{path} could not be written: {error.strerror or error}.",
        meaning="The folder is read-only, or a file stands where a folder should be.",
        remedy="Choose a folder that you may write to.",
    )


def _parsed(path: Path) -> object:
    """Read one JSON file as it is."""
    value: object = json.loads(path.read_text(encoding="utf-8"))
    return value
