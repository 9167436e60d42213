"""Asks in a process of its own which device trains, so that torch never loads into the window."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, Signal

_SCRIPT = """
from segstudio.learning.device import choose_device
print(choose_device("auto").sentence)
"""


class DeviceLookup(QObject):
    """Runs once, in the background; `found` carries one sentence such as `GPU: ...` or `CPU`."""

    found = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.finished.connect(self._read)
        self._stopped = False

    def start(self) -> None:
        """Begin asking, unless that is under way."""
        if not self._stopped and self._process.state() == QProcess.ProcessState.NotRunning:
            self._process.start(sys.executable, ["-c", _SCRIPT])

    def stop(self) -> None:
        """Give up for good, for example when the window closes."""
        self._stopped = True
        self._process.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(500)

    def _read(self) -> None:
        lines = bytes(self._process.readAllStandardOutput().data()).decode().strip().splitlines()
        self.found.emit(lines[-1] if lines else "Device unknown: see Help, Open log folder")
