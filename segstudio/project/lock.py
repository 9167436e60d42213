"""One writer at a time: a lock file whose owner can be named."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from segstudio.core.errors import SegStudioError
from segstudio.core.files import cannot_write


class ProjectLock:
    """The right to write into a project; freed by the system when the process ends, however."""

    def __init__(self, root: Path) -> None:
        self._owner = root / ".lock-owner.json"
        self._lock = FileLock(root / ".lock", timeout=0, thread_local=False)

    def acquire(self) -> None:
        """Take the lock; SegStudioError names the process that has it, or says read-only."""
        try:
            self._lock.acquire()
            self._owner.write_text(json.dumps(_this_process()), encoding="utf-8")
        except Timeout as error:
            raise SegStudioError(
                f"The project {self._owner.parent} is in use{self._named_owner()}.",
                meaning="Two programs writing into one project would overwrite each other's work.",
                remedy="Close it there, or wait until that job has ended, then try again.",
            ) from error
        except OSError as error:
            self._lock.release()
            raise cannot_write(self._owner.parent, error) from error

    def release(self) -> None:
        """Give the lock back."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _named_owner(self) -> str:
        """Return who holds the lock, in words, as far as that is known."""
        try:
            owner = json.loads(self._owner.read_text(encoding="utf-8"))
            return f" by process {owner['pid']} on {owner['computer']} since {owner['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return " by another program"


def _this_process() -> dict[str, str | int]:
    """Return what to tell others about this process."""
    now = datetime.now().astimezone()
    return {"pid": os.getpid(), "computer": platform.node(), "since": f"{now:%Y-%m-%d %H:%M}"}
