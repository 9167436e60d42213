"""The row of choices of what a review shows, and what its error colours mean."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QWidget

from segstudio.core.overlay import ERROR_COLORS, ErrorKind
from segstudio.gui.widgets.basics import button, label
from segstudio.review.layers import Mode

_TIPS = {
    Mode.PHOTO: "The photo alone (5)",
    Mode.TRUTH: "Your outlines over the photo (6)",
    Mode.PREDICTION: "What the model sees (7)",
    Mode.ERRORS: "Where model and outlines differ (8)",
    Mode.SIDE_BY_SIDE: "Your outlines left, the prediction right (9)",
}
_ERRORS = {
    ErrorKind.MISSED: ("missed", "You outlined something, the model sees background."),
    ErrorKind.EXTRA: ("extra", "The model sees something where you have background."),
    ErrorKind.MIXED: ("mixed up", "The model takes one class for another."),
}


class ModeBar(QWidget):
    """Checkable buttons of which one is down."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {mode: button(mode.value, tip=_TIPS[mode]) for mode in Mode}
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for mode, made in self._buttons.items():
            made.setCheckable(True)
            group.addButton(made)
            layout.addWidget(made)
            made.clicked.connect(lambda _on=False, mode=mode: self.chosen.emit(mode))
        layout.addStretch(1)

    def show_mode(self, mode: Mode) -> None:
        """Show which one is chosen; emits nothing."""
        self._buttons[mode].setChecked(True)


class ErrorLegend(QWidget):
    """The three colours of an error map in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for kind, (word, tip) in _ERRORS.items():
            words = label(word, "small")
            for part in (_swatch(ERROR_COLORS[kind]), words):
                part.setToolTip(tip)
                layout.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
            layout.addSpacing(10)
        layout.addStretch(1)


def _swatch(color: tuple[int, int, int]) -> QLabel:
    picture = QPixmap(12, 12)
    picture.fill(QColor(*color))
    made = QLabel()
    made.setPixmap(picture)
    return made
