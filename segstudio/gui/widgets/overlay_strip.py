"""Watch it learn: the same few photos after every epoch, with a slider through time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from segstudio.core.events import PreviewReady
from segstudio.gui.widgets.basics import label, row
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.gui.widgets.image_view import ImageView
from segstudio.review.layers import load_preview

PLACES = 4
_KEPT = 48
_WAITING = "The overlays of four photos appear here after every epoch."


class OverlayStrip(QWidget):
    """Shows the previews that events announce; stays at the newest epoch until the user looks back.

    Files are decoded off the GUI thread. `seek` goes to an epoch, as the slider does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: dict[tuple[int, int], Path] = {}
        self._epochs: list[int] = []
        self._source = ImageSource(_KEPT, self)
        self._source.loaded.connect(self._show_loaded)
        self._views = [ImageView() for _ in range(PLACES)]
        self._names = [label("", "small") for _ in range(PLACES)]
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName("Epoch")
        self._slider.setToolTip("Look at an earlier epoch; at the right end it follows the run.")
        self._slider.valueChanged.connect(self._slide)
        self._when = label("", "soft")
        self._lay_out()
        self.reset(_WAITING)

    def _lay_out(self) -> None:
        title = label("Watch it learn", "heading")
        title.setToolTip("The same four photos after every epoch.")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for place, (view, name) in enumerate(zip(self._views, self._names, strict=True)):
            view.setMinimumSize(100, 72)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(view, 0, place)
            grid.addWidget(name, 1, place)
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        head = row(title, self._slider, self._when, spacing=24)
        head.setStretch(1, 1)
        layout.addLayout(head)
        layout.addLayout(grid, 1)

    @property
    def epoch(self) -> int | None:
        """The epoch that is looked at, None before the first preview."""
        return self._epochs[self._slider.value()] if self._epochs else None

    @property
    def views(self) -> list[ImageView]:
        """The pictures from left to right."""
        return self._views

    @property
    def names(self) -> list[str]:
        """The names under the pictures."""
        return [name.text() for name in self._names]

    @property
    def caption(self) -> QLabel:
        """The words that say which epoch is shown."""
        return self._when

    def reset(self, text: str = "") -> None:
        """Forget all previews and show a sentence."""
        self._paths, self._epochs = {}, []
        self._source.forget()
        self._slider.setRange(0, 0)
        self._slider.setEnabled(False)
        self._slider.hide()
        self._when.setText(text)
        for view, name in zip(self._views, self._names, strict=True):
            view.clear()
            name.setText("")

    def expect(self, pictures: Sequence[tuple[str, Pixels]]) -> None:
        """Show photos with the user's outlines until the first previews come."""
        self.reset("Your outlines, until the model has its first go." if pictures else _WAITING)
        for (name, pixels), view, words in zip(pictures, self._views, self._names, strict=False):
            view.set_image(pixels)
            words.setText(Path(name).name)

    def add(self, event: PreviewReady) -> None:
        """Take a preview in; shows it when the newest epoch is looked at."""
        if event.index >= PLACES:
            return
        following = not self._epochs or self._slider.value() == len(self._epochs) - 1
        self._paths[event.epoch, event.index] = event.path
        self._names[event.index].setText(Path(event.photo).name)
        if event.epoch not in self._epochs:
            self._epochs = sorted([*self._epochs, event.epoch])
            self._slider.setRange(0, len(self._epochs) - 1)
            self._slider.setEnabled(len(self._epochs) > 1)
            self._slider.show()
        if following:
            self._slider.setValue(len(self._epochs) - 1)
            self._show()

    def seek(self, epoch: int) -> None:
        """Look at an epoch that has previews."""
        if epoch in self._epochs:
            self._slider.setValue(self._epochs.index(epoch))

    def close_source(self) -> None:
        """End the loading thread."""
        self._source.close()

    def _slide(self) -> None:
        self._source.drop_waiting()
        self._show()

    def _show(self) -> None:
        epoch = self.epoch
        if epoch is None:
            return
        self._when.setText(f"after epoch {epoch}")
        for place in range(PLACES):
            key = (epoch, place)
            ready = self._source.get(key)
            if ready is not None:
                self._show_loaded(key, ready)
            elif key in self._paths:
                self._source.request(key, partial(load_preview, self._paths[key]))

    def _show_loaded(self, key: tuple[int, int], pixels: object) -> None:
        epoch, place = key
        if epoch == self.epoch and isinstance(pixels, np.ndarray):
            self._views[place].set_image(pixels, keep_view=True)
