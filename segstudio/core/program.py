"""What the user has to type to call this program again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_NAME = "segstudio"


def program() -> str:
    """Return `segstudio`, or the path it was called by where the shell does not find that."""
    called = sys.argv[0]
    if Path(called).stem == _NAME and shutil.which(_NAME) is None:
        return called
    return _NAME
