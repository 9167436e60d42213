"""The row of choices of what a review shows, and what its error colours mean."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QButtonGroup, QWidget

from segstudio.core.overlay import ERROR_COLORS, ErrorKind
from segstudio.core.palette import IGNORE, Palette
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, row
from segstudio.gui.widgets.flow_layout import FlowLayout
from segstudio.gui.widgets.legend import Swatch
from segstudio.review.layers import Mode

_TIPS = {
    Mode.PHOTO: "The photo alone (5)",
    Mode.TRUTH: "Your outlines over the photo (6)",
    Mode.PREDICTION: "What the model sees (7)",
    Mode.ERRORS: "Where model and outlines differ (8)",
    Mode.SIDE_BY_SIDE: "Your outlines left, the prediction right (9)",
}
MODE_ACTIONS = {
    "show_photo": Mode.PHOTO,
    "show_truth": Mode.TRUTH,
    "show_prediction": Mode.PREDICTION,
    "show_errors": Mode.ERRORS,
    "show_side_by_side": Mode.SIDE_BY_SIDE,
}
_ERRORS = {
    ErrorKind.MISSED: ("missed", "You outlined something, the model sees background."),
    ErrorKind.EXTRA: ("too much", "The model sees something where you have background."),
    ErrorKind.MIXED: ("taken for another class", "The model takes one class for another."),
}
_CLEAR = "no colour: right, or not outlined"


class ModeBar(QWidget):
    """Checkable buttons of which one is down."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {mode: button(mode.value, tip=_TIPS[mode]) for mode in Mode}
        group = QButtonGroup(self)
        layout = FlowLayout(self)
        for mode, made in self._buttons.items():
            made.setCheckable(True)
            group.addButton(made)
            layout.addWidget(made)
            made.clicked.connect(lambda _on=False, mode=mode: self.chosen.emit(mode))

    def show_mode(self, mode: Mode) -> None:
        """Show which one is chosen; emits nothing."""
        self._buttons[mode].setChecked(True)


class ErrorLegend(QWidget):
    """The colours of an error map in words; only those that the palette's classes can bring."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, spacing=2 * GRID)
        self._chips: dict[ErrorKind, QWidget] = {}
        for kind, (word, tip) in _ERRORS.items():
            chip = QWidget()
            chip.setLayout(row(Swatch(QColor(*ERROR_COLORS[kind]).name()), label(word, "small")))
            chip.setToolTip(tip)
            self._chips[kind] = chip
            self._flow.addWidget(chip)
        self._flow.addWidget(label(_CLEAR, "small"))

    @property
    def kinds(self) -> set[ErrorKind]:
        """The kinds of error that are explained."""
        return {kind for kind, chip in self._chips.items() if not chip.isHidden()}

    def show_palette(self, palette: Palette) -> None:
        """Leave out what cannot happen: without a background nothing is missed or too much."""
        bare = palette.background_id == IGNORE
        for kind in (ErrorKind.MISSED, ErrorKind.EXTRA):
            self._chips[kind].setHidden(bare)
