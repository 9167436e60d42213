"""How much memory this process has needed, on every system."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path


def peak_memory() -> int | None:
    """Return the most bytes of memory that this process held at once; None where nothing tells.

    On Linux `ru_maxrss` would also count what the process held that started this one.
    """
    if sys.platform == "win32":
        return None
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        if found:
            return int(found[1]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
