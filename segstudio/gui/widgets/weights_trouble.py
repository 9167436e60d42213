"""The card that says why the starting weights could not be had, with the ways on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from segstudio.core.errors import WeightsError
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, icon_label, label, row


class WeightsTrouble(QFrame):
    """What happened, what it means, what to try; hidden until `tell` has something to tell."""

    file_clicked = Signal()
    scratch_clicked = Signal()
    again_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "note")
        self._what = label("", wrap=True)
        self._meaning = label("", "soft", wrap=True)
        self._remedy = label("", wrap=True)
        self.file_button = button("Choose a file…")
        self.scratch_button = button("Train from scratch")
        self.scratch_button.setToolTip("Needs no download; it takes longer until it knows enough")
        self.again_button = button("Try again")
        self.file_button.clicked.connect(self.file_clicked)
        self.scratch_button.clicked.connect(self.scratch_clicked)
        self.again_button.clicked.connect(self.again_clicked)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        inside.setSpacing(GRID)
        title = label("The training could not begin", "heading")
        inside.addLayout(row(icon_label("warning", 20, "warning"), title, 1))
        for words in (self._what, self._meaning):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            inside.addWidget(words)
        inside.addWidget(label("What to try", "caption"))
        self._remedy.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(self._remedy)
        inside.addLayout(row(self.file_button, self.scratch_button, self.again_button, 1))
        self.hide()

    @property
    def text(self) -> str:
        """All that is told, in words."""
        return "\n".join(words.text() for words in (self._what, self._meaning, self._remedy))

    def tell(self, error: WeightsError | None) -> None:
        """Show a failure; None hides the card."""
        if error is not None:
            self._what.setText(error.what)
            self._meaning.setText(error.meaning)
            self._remedy.setText(error.remedy)
        self.setVisible(error is not None)
