"""Measures the window: the time until it shows, and its event loop's lag during a training."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PySide6
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone, Event, PreviewReady, Progress, Reporter, StepDone
from segstudio.gui.app import TURN_SECONDS, build_window, check_qt
from segstudio.gui.main_window import MainWindow
from segstudio.gui.pages.train import TrainPage
from segstudio.gui.settings import Settings
from segstudio.jobs import demo
from segstudio.learning.config import TrainConfig
from segstudio.learning.presets import preset_named

TRAIN_SECONDS = 20.0
LIMIT_MS = 16.0
MODEL = "lraspp_mobilenet_v3_large"
_BEAT_MS = 1
_LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """The time from making the window to its first picture, and the event loop's lag."""

    show_seconds: float
    torch_at_show: bool
    train_seconds: float
    beats: int
    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    epochs: int
    previews: int

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the figures in words, with the limit beside what was measured."""
        torch = "with" if self.torch_at_show else "without"
        return (
            f"Window shown after {self.show_seconds:.2f} s, {torch} torch loaded.\n"
            f"Event loop while training ({self.train_seconds:.0f} s, {self.epochs} epochs, "
            f"{self.previews} previews): lag median {self.lag_p50_ms:.1f} ms, "
            f"99th percentile {self.lag_p99_ms:.1f} ms (limit "
            f"{LIMIT_MS:.0f} ms), longest {self.lag_max_ms:.0f} ms in {self.beats} beats."
        )


# Run by a fresh interpreter, whose clock begins before anything of ours is imported.
_SHOW = """
import time
began = time.perf_counter()
import sys, tempfile
from pathlib import Path
from PySide6.QtWidgets import QApplication
from segstudio.gui.app import build_window
from segstudio.gui.settings import Settings
app = QApplication(["segstudio"])
with tempfile.TemporaryDirectory() as folder:
    window = build_window(app, Settings(Path(folder) / "window.ini"))
    window.show()
    app.sendPostedEvents()
    window.grab()
    print(time.perf_counter() - began, "torch" in sys.modules)
    window.close()
"""


class Heartbeat(QObject):
    """A 1 ms timer that notes how much later than due each beat came, in milliseconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lags: list[float] = []
        self._began = self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count."""
        self.lags = []
        self._began = self._last = time.perf_counter()
        self._timer.start()

    @property
    def seconds(self) -> float:
        """How long beats were counted."""
        return self._last - self._began

    def stop(self) -> None:
        """Stop counting."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.lags.append(max(0.0, (now - self._last) * 1000 - _BEAT_MS))
        self._last = now


def measure_window(report: Reporter) -> WindowFigures:
    """Open the window on the sample photos, train from scratch for a while, and measure.

    Needs no display: without one the window is drawn offscreen. Raises SegStudioError where the
    sample cannot be imported or trained.
    """
    if not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report(Progress("Opening the window", 0, 0))
    shown, torch_loaded = _measure_start()
    check_qt(PySide6.__version__, sys.version_info[:2])
    app = QApplication.instance() or QApplication(["segstudio"])
    assert isinstance(app, QApplication)
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    with tempfile.TemporaryDirectory(prefix="segstudio-benchmark-") as folder:
        window = build_window(app, Settings(Path(folder) / "window.ini"))
        window.show()
        try:
            heart, seen = _measure_training(window, Path(folder) / "sample", report)
        finally:
            window.close()
            sys.setswitchinterval(turn)
    lags = np.asarray(heart.lags or [0.0])
    p50, p99 = np.percentile(lags, (50, 99))
    return WindowFigures(
        show_seconds=shown,
        torch_at_show=torch_loaded,
        train_seconds=heart.seconds,
        beats=len(heart.lags),
        lag_p50_ms=float(p50),
        lag_p99_ms=float(p99),
        lag_max_ms=float(lags.max()),
        epochs=sum(isinstance(event, EpochDone) for event in seen),
        previews=sum(isinstance(event, PreviewReady) for event in seen),
    )


def _measure_start() -> tuple[float, bool]:
    """Return how long a fresh process takes to show the window, and whether it loaded torch."""
    done = subprocess.run(
        [sys.executable, "-c", _SHOW], capture_output=True, text=True, timeout=_LONGEST_WAIT
    )
    if done.returncode:
        raise SegStudioError("The window did not open.", meaning=done.stderr.strip()[-400:])
    taken, torch_loaded = done.stdout.split()[-2:]
    return float(taken), torch_loaded == "True"


def _measure_training(
    window: MainWindow, folder: Path, report: Reporter
) -> tuple[Heartbeat, list[Event]]:
    """Import the sample, train in the window, and count heartbeats from the first step on."""
    page = window.page("train")
    assert isinstance(page, TrainPage)
    project = demo.create_sample(folder)
    page.session.take_project(project)
    report(Progress("Importing the sample", 0, 0))
    page.runner.start("Importing", partial(demo.import_sample, project))
    _spin_until(lambda: not page.runner.busy)
    page.session.note_import()
    window.show_page("train")
    seen: list[Event] = []
    page.runner.events.connect(seen.extend)
    page.train(_short_epochs())
    _spin_until(lambda: any(isinstance(e, StepDone) for e in seen) or not page.training)
    report(Progress("Measuring the event loop while training", 0, 0))
    heart = Heartbeat()
    heart.start()
    _spin_until(lambda: heart.seconds >= TRAIN_SECONDS or not page.training)
    heart.stop()
    measured = list(seen)
    page.stop()
    _spin_until(lambda: not page.runner.active)
    return heart, measured


def _short_epochs() -> TrainConfig:
    """Return settings whose epochs end every second or so, so that all of the window refreshes."""
    settings = {"model": MODEL, "epochs": 500, "crops_per_photo": 1, "working_size": 256}
    quick = preset_named("quick").config_for("none")
    return TrainConfig.model_validate({**quick.model_dump(), **settings, "crop_size": 128})


def _spin_until(reached: Callable[[], bool]) -> None:
    """Let the event loop run until something is reached; SegStudioError when it never is."""
    loop, watch = QEventLoop(), QTimer()
    end = time.perf_counter() + _LONGEST_WAIT
    watch.timeout.connect(lambda: loop.quit() if reached() or time.perf_counter() > end else None)
    watch.start(50)
    loop.exec()
    watch.stop()
    if not reached():
        raise SegStudioError("The benchmark took too long and was given up.")


def _has_display() -> bool:
    """Say whether a window can be drawn on a screen."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
