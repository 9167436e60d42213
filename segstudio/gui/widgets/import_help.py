"""What the import page shows before there is anything: where exports come from, what happens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QProgressBar, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import card, column, icon_label, label

_WAYS = (
    (
        "file",
        "From CVAT",
        "Open the task's Actions menu, Export annotations, and choose LabelMe 3.0 or CVAT for "
        "images 1.1. Drop the zip here as it is.",
    ),
    (
        "folder",
        "From LabelMe",
        "Drop the folder with the XML files. Photos that lie beside them are found by name, in "
        "whatever order they come.",
    ),
    (
        "photo",
        "Other outlines",
        "labelme's JSON, COCO, CVAT for video, or a folder of label images beside the photos: "
        "what it is, is found out.",
    ),
    (
        "check",
        "What happens then",
        "Every outline becomes part of a label image. Whatever does not fit is listed with its "
        "file and line; the rest is imported.",
    ),
)


class ImportHelp(QWidget):
    """Four short texts; while a job runs, its name in their place."""

    def __init__(self) -> None:
        super().__init__()
        self._frame, inside = card(margin=3)
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * GRID)
        for place, (icon_name, title, text) in enumerate(_WAYS):
            words = column(
                icon_label(icon_name, 24, "accent_text"),
                label(title, "heading"),
                label(text, "soft", wrap=True),
                1,
            )
            grid.addLayout(words, 0, place)
            grid.setColumnStretch(place, 1)
        inside.addLayout(grid)
        self._job = label("", "heading")
        self._job.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(40 * GRID)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2 * GRID)
        outer.addWidget(self._frame)
        outer.addStretch(2)
        outer.addWidget(self._job)
        outer.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self.show_job("")

    def show_job(self, title: str) -> None:
        """Show that a job runs; an empty title shows the texts again."""
        self._frame.setVisible(not title)
        self._job.setText(f"{title}…")
        self._job.setVisible(bool(title))
        self._bar.setVisible(bool(title))
