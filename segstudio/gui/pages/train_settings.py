"""Every setting of a training in one form, folded away until somebody asks for it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from segstudio.gui.editors import ChoiceBox
from segstudio.gui.forms import Form
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, column, label, row
from segstudio.gui.widgets.model_cost import ModelCostLine
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.augmentation import AugmentationSettings

_FIND_TIP = "Try ever larger learning rates on your photos, about as long as a few passes take."
# Chosen above the form, in words.
_ELSEWHERE = frozenset({"weights"})


class TrainSettings(QWidget):
    """The form with the link that shows and hides it; `unfolded` follows the link."""

    changed = Signal()
    unfolded = Signal()
    find_rate_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        sections = [
            (title, [name for name in names if name not in _ELSEWHERE])
            for title, names in TrainConfig.groups()
        ]
        self.form = Form(TrainConfig(), sections, idle=TrainConfig.idle)
        self.cost = ModelCostLine()
        self.form.place_below("model", self.cost)
        seed = TrainConfig.model_fields["seed"].description or ""
        self.form.place_below("seed", label(seed, "small", wrap=True))
        self.form.changed.connect(self.changed)
        self.find_rate_button = button("Find…", tip=_FIND_TIP)
        self.find_rate_button.setAccessibleName("Find a learning rate")
        self.find_rate_button.clicked.connect(self.find_rate_clicked)
        self.form.place_beside("lr", self.find_rate_button)
        ready_sets = self.form.editor("augmentation")
        assert isinstance(ready_sets, ChoiceBox)
        ready_sets.picked.connect(self._fill_strengths)
        self._link = button("", role="link")
        self._link.clicked.connect(self._toggle)
        self.setLayout(column(row(self._link, 1), self.form, spacing=GRID + 4))
        self.set_open(False)

    @property
    def open(self) -> bool:
        """Whether the form is shown."""
        return not self.form.isHidden()

    def set_open(self, shown: bool) -> None:
        """Show or hide the form."""
        self.form.setVisible(shown)
        self._link.setText("Hide advanced settings" if shown else "Show advanced settings")
        self.unfolded.emit()

    def take_rate(self, rate: float) -> None:
        """Fill in a learning rate as if it was typed."""
        self.form.fill("lr", rate)

    def _fill_strengths(self) -> None:
        """Show the single strengths of the ready set that was chosen."""
        config = self.form.config()
        if config is not None:
            ready = AugmentationSettings(augmentation=config.augmentation)
            self.form.edit_to(config.model_copy(update=ready.model_dump()))
            self.changed.emit()

    def _toggle(self) -> None:
        self.set_open(not self.open)
