"""Asks before a class list is taken over: what it would change, told and shown in the photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, label, row


class ImportClassesDialog(QDialog):
    """The changes line by line; the count of pixels comes in while it is open."""

    def __init__(self, file: str, kind: str, lines: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import classes")
        self.setMinimumWidth(65 * GRID)
        self.lines = tuple(lines)
        self._count = label("", "soft", wrap=True)
        frame, inside = card()
        for text in lines:
            inside.addWidget(label(text, wrap=True))
        inside.addWidget(self._count)
        self.take = button("&Import classes", role="primary")
        self.take.setDefault(True)
        self.take.clicked.connect(self.accept)
        cancel = button("Cancel")
        cancel.clicked.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        outer.setSpacing(2 * GRID)
        outer.addWidget(label(f"What {file} would change", "heading", wrap=True))
        outer.addWidget(label(f"Read as: {kind}.", "small"))
        outer.addWidget(frame)
        outer.addLayout(row(1, cancel, self.take))

    def show_count(self, words: str) -> None:
        """Say how many pixels change."""
        self._count.setText(words)
