"""What the network will see: crops that follow the settings beside them, made on a worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from segstudio.gui.job_runner import JobRunner
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import column, label
from segstudio.gui.widgets.image_view import ImageView
from segstudio.jobs import crop_previews
from segstudio.jobs.crop_previews import CropPreviewRequest, CropPreviews
from segstudio.learning.config import TrainConfig
from segstudio.project.project import Project

PLACES = 6
_ACROSS, _SIDE = 3, 17 * GRID
_WAIT_MS = 250
_TITLE = "Cutting crops"
_NOTHING = "Crops of your photos appear here once some of them have outlines."


class CropStrip(QWidget):
    """Shows crops while it is visible; `ask` wants them made anew, soon.

    It has a worker of its own: cutting only reads, and shall not wait for other jobs. `chosen`
    tells the project and the settings of the moment.
    """

    def __init__(self, chosen: Callable[[], tuple[Project, TrainConfig] | None]) -> None:
        super().__init__()
        self._chosen = chosen
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._show)
        self._runner.failed.connect(self._tell_nothing)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._make)
        self._words = label(_NOTHING, "small", wrap=True)
        self.views = [ImageView() for _ in range(PLACES)]
        self._lay_out()
        self._tell_nothing()

    def ask(self) -> None:
        """Make the crops anew once the settings rest for a moment."""
        if self.isVisible():
            self._timer.start()

    def close_source(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._runner.stop()
        self._runner.wait()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the crops up to date."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Make nothing that nobody sees."""
        super().hideEvent(event)
        self._timer.stop()

    def _make(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        self._runner.stop()
        job = partial(crop_previews.run, CropPreviewRequest(*chosen, count=PLACES))
        self._runner.start(_TITLE, job, background=True)

    def _show(self, result: object) -> None:
        # One that was stopped makes room for newer settings.
        if not isinstance(result, CropPreviews) or result.interrupted:
            return
        self._words.setText("What the network will see, with your outlines:")
        for place, view in enumerate(self.views):
            view.setVisible(place < len(result.pictures))
        for view, picture in zip(self.views, result.pictures, strict=False):
            view.set_image(picture.rgb)
            view.setAccessibleName(picture.photo)
            view.setToolTip(picture.photo)

    def _tell_nothing(self) -> None:
        self._words.setText(_NOTHING)
        for view in self.views:
            view.hide()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID)
        for place, view in enumerate(self.views):
            view.setFixedSize(_SIDE, _SIDE)
            grid.addWidget(view, place // _ACROSS, place % _ACROSS)
        grid.setColumnStretch(_ACROSS, 1)
        outer = column(self._words, spacing=GRID)
        outer.addLayout(grid)
        self.setLayout(outer)
