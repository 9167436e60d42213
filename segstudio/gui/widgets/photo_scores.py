"""The photos of a review, worst first: a Qt model with thumbnails on demand, and its view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListView, QWidget

from segstudio.gui.item_models.photo_lines import PhotoLines
from segstudio.gui.item_models.tables import Index
from segstudio.gui.widgets.image_pyramid import as_qimage
from segstudio.gui.widgets.image_source import ImageSource
from segstudio.gui.widgets.photo_list_view import PhotoListView
from segstudio.gui.widgets.score_list import PART_ROLE, PICTURE_ROLE, SCORE_ROLE, PhotoRow
from segstudio.gui.widgets.words import number
from segstudio.review.layers import load_thumbnail

_SIDE = 132
_KEPT = 400


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photo of the list: its name in the project, its file, its part and its overlap."""

    name: str
    path: Path
    part: str
    score: float | None


class PhotoScores(PhotoLines[PhotoLine]):
    """Lines in the order given; asks for a thumbnail when a line is first painted."""

    def __init__(self, source: ImageSource, cache: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._cache = cache
        self._broken: set[Path] = set()
        source.loaded.connect(self._thumbnail_came)
        source.failed.connect(self._thumbnail_failed)

    def show_lines(self, lines: tuple[PhotoLine, ...], cache: Path) -> None:
        """Show other photos; `cache` is the folder for thumbnails."""
        self._cache = cache
        self._broken = set()
        self.set_lines(lines)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Return what a line shows in a role."""
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return Path(line.name).name
            case Qt.ItemDataRole.ToolTipRole:
                return f"{line.name}\nOverlap with your outlines: {number(line.score)}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{line.name}, overlap {number(line.score)}"
            case _ if role == SCORE_ROLE:
                return line.score
            case _ if role == PART_ROLE:
                return line.part
            case _ if role == PICTURE_ROLE:
                return self._thumbnail(line)
        return None

    def _thumbnail(self, line: PhotoLine) -> QImage | None:
        pixels = self._source.get(line.path)
        if isinstance(pixels, np.ndarray):
            return as_qimage(pixels)
        if line.path not in self._broken:
            load = partial(load_thumbnail, line.path, _SIDE, self._cache)
            self._source.request(line.path, load, urgent=False)
        return None

    def _thumbnail_came(self, key: object, _pixels: object) -> None:
        for row, line in enumerate(self._lines):
            if line.path == key:
                index = self.index(row)
                self.dataChanged.emit(index, index, [PICTURE_ROLE])

    def _thumbnail_failed(self, key: object, _error: object) -> None:
        if isinstance(key, Path):
            self._broken.add(key)


class PhotoList(PhotoListView):
    """The list's view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = ImageSource(_KEPT, self)
        self.photos = PhotoScores(self.thumbnails, Path())
        self.setModel(self.photos)
        self.setItemDelegate(PhotoRow(self))
        self.setSelectionBehavior(QListView.SelectionBehavior.SelectRows)
        self.setAccessibleName("Photos, worst first")

    def choose(self, name: str) -> None:
        """Make a photo current without asking anybody else."""
        row = self.photos.row_of(name)
        if row is not None:
            self.setCurrentIndex(self.photos.index(row))
