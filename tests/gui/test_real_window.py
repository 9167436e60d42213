"""The window on a real (virtual) display, worked with the keyboard alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from segstudio.project.project import Project

WALK = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from segstudio.gui.app import build_window
from segstudio.gui.settings import Settings
app = QApplication([])
window = build_window(app, Settings(Path(sys.argv[1]) / "window.ini"))
window.show()
window.stop_device_lookup()
assert QTest.qWaitForWindowExposed(window, 10_000)
window.activateWindow()
assert QTest.qWaitForWindowActive(window, 10_000)
print("platform", QGuiApplication.platformName())
window.open_project(Path(sys.argv[2]))
def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(app.focusWidget() or window, key, modifier)
def shown():
    return window.current_page.entry.name
pages = []
for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
    press(key, Qt.KeyboardModifier.AltModifier)
    pages.append(shown())
print("pages", *pages)
page = window.current_page
for _ in range(100):
    if page.preview.view.image() is not None:
        break
    QTest.qWait(100)
before = [entry.name for entry in page.table.rows]
for _ in range(40):
    if app.focusWidget() is page.view:
        break
    press(Qt.Key.Key_Tab)
print("table has focus", app.focusWidget() is page.view)
press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
print("moved", before, [entry.name for entry in page.table.rows])
press(Qt.Key.Key_F2)
field = page.view.findChild(QLineEdit)
field.selectAll()
QTest.keyClicks(field, "soil")
QTest.keyClick(field, Qt.Key.Key_Return)
QTest.qWait(200)
print("renamed", "soil" in [entry.name for entry in page.table.rows])
press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
print("undone", [entry.name for entry in page.table.rows] == before)
picture = window.screen().grabWindow(window.winId()).toImage()
colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7)
           for y in range(0, picture.height(), 7)}
print("colours", len(colours) > 20)
window.close()
"""


@pytest.mark.window
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is not installed")
def test_the_window_is_worked_by_keyboard_on_a_real_display(
    tmp_path: Path, tiny_project: Project
) -> None:
    tiny_project.close()
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", sys.executable, "-c", WALK,
         str(tmp_path), str(tiny_project.root)],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "platform xcb",
        "pages start import classes",
        "table has focus True",
        "moved ['ground', 'background', 'sky'] ['background', 'ground', 'sky']",
        "renamed True",
        "undone True",
        "colours True",
    ]
