"""PySide6 6.12.0 loses references to None on Python < 3.12 and then aborts; ours must not."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

PROGRAM = """
import sys
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label, path = QLabel(), QPainterPath()
before = sys.getrefcount(None)
for number in range(500):
    label.setText(str(number))
    path.lineTo(QPointF(number, number))
print(before - sys.getrefcount(None))
"""


def test_the_installed_pair_of_qt_and_python_is_a_good_one() -> None:
    qt = tuple(int(part) for part in metadata.version("PySide6-Essentials").split(".")[:2])
    assert qt < ((6, 12) if sys.version_info < (3, 12) else (6, 13))
    assert qt >= (6, 8)


@pytest.mark.gui
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_a_thousand_void_qt_calls_lose_no_reference_to_none() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(result.stdout) <= 100
