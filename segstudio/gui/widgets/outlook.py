"""What a training will do, in plain words, beside the photos that it will be watched on."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.basics import column, icon_label, label, row
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.gui.widgets.image_view import ImageView
from segstudio.gui.widgets.overlay_strip import PLACES
from segstudio.gui.widgets.words import plural
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project
from segstudio.review.layers import Look, Mode, compose, load_layers

_LONGEST = 720
_LOOK = Look(Mode.TRUTH)


class Outlook(QFrame):
    """Three sentences on the training that the choices lead to, and up to four photos."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._source = ImageSource(PLACES, self)
        self._source.loaded.connect(self._show_loaded)
        self._steps = [label("", "small", wrap=True) for _ in range(3)]
        self._which = label("", "small", wrap=True)
        self._which.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._views = [_Picture() for _ in range(PLACES)]
        self._lay_out()

    @property
    def text(self) -> str:
        """All that is told, in words."""
        return "\n".join(words.text() for words in (*self._steps, self._which))

    @property
    def views(self) -> list[ImageView]:
        """The pictures from left to right."""
        return list(self._views)

    @property
    def pictures(self) -> list[tuple[str, Pixels]]:
        """The photos that are loaded, by name, uint8 (H, W, 3)."""
        shown = ((view.accessibleName(), view.image()) for view in self._views)
        return [(name, pixels) for name, pixels in shown if pixels is not None]

    def tell(self, config: TrainConfig, train: int | None, val: int | None) -> None:
        """Say what a training with these settings does; the counts are None before the split."""
        learns, checks, ends = self._steps
        on = "your photos" if train is None else plural(train, "photo")
        learns.setText(
            f"{plural(config.epochs, 'pass', 'passes')} over {on}: it guesses, is told what you "
            "outlined, and adjusts."
        )
        kept = "photos kept aside" if val is None else plural(val, "photo")
        checks.setText(
            "No photos are kept aside, so how good it is cannot be told."
            if val == 0
            else f"After each pass it is scored on {kept}, never learned from."
        )
        early = plural(config.patience, "pass", "passes") if config.patience else ""
        ends.setText(
            "Stop whenever you like: the best pass so far is kept and scored."
            + (f" It ends by itself once {early} brought nothing better." if early else "")
        )
        self._which.setText(
            "Some photos are kept aside at the first start. Here are outlines of yours:"
            if val is None
            else "You will watch it on these photos; here with your outlines:"
        )

    def show_photos(self, project: Project) -> None:
        """Show the photos to watch with their outlines, loaded off the GUI thread."""
        photos = watched(project)
        self._source.forget()
        for place, view in enumerate(self._views):
            there = place < len(photos)
            view.clear()
            view.setVisible(there)
            if there:
                view.setAccessibleName(photos[place].name)
                view.setToolTip(photos[place].name)
                self._source.request(place, partial(_outlined, project, photos[place]))

    def close_source(self) -> None:
        """End the loading thread."""
        self._source.close()

    def _show_loaded(self, place: int, pixels: object) -> None:
        if isinstance(pixels, np.ndarray):
            self._views[place].set_image(pixels)

    def _lay_out(self) -> None:
        steps = QGridLayout()
        steps.setHorizontalSpacing(3 * GRID)
        kinds = (("train", "It learns"), ("review", "It is checked"), ("check", "The best is kept"))
        for place, ((icon_name, title), words) in enumerate(zip(kinds, self._steps, strict=True)):
            mark = icon_label(icon_name, 20, "accent_text")
            item = row(mark, column(label(title), words, 1, spacing=2), spacing=12)
            item.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
            item.setStretch(1, 1)
            steps.addLayout(item, 0, place)
            steps.setColumnStretch(place, 1)
        pictures = row(*self._views, spacing=GRID)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        inside.setSpacing(GRID)
        heading = label("What happens when you press Train", "heading")
        head = row(heading, self._which, spacing=3 * GRID)
        head.setStretch(1, 1)
        inside.addLayout(head)
        inside.addLayout(steps)
        inside.addLayout(pictures, 1)


class _Picture(ImageView):
    """A photo without a canvas: around it is the card."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(100, 84)

    def canvas_color(self) -> QColor:
        """Return the card's colour."""
        return QColor(colors_for(self.palette()).card)


def watched(project: Project) -> tuple[PhotoEntry, ...]:
    """Return the photos that a training of the project is watched on.

    Before the split these are some of the outlined photos, spread over the project.
    """
    outlined = {entry.name: entry for entry in project.photos if entry.annotated}
    names = list(outlined)
    if project.split is None:
        names = names[:: max(len(names) // PLACES, 1)]
    else:
        names = [*project.split.names("val"), *project.split.names("train")]
    return tuple(outlined[name] for name in names if name in outlined)[:PLACES]


def _outlined(project: Project, entry: PhotoEntry) -> object:
    """Return the photo with its label colours, uint8 (H, W, 3) RGB."""
    path, truth = project.photo_path(entry), project.label_path(entry)
    return compose(load_layers(path, truth, None, _LONGEST), _LOOK, project.palette)[0]
