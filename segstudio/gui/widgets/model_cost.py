"""What the chosen model costs on this computer, as it was measured, and the way to measure it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.widgets.basics import button, label, row
from segstudio.jobs.model_costs import ModelCost
from segstudio.learning.models import MODELS, model_named

_MEASURE_TIP = (
    "Measures all models on this computer, one after the other: seconds per crop of a training, "
    "and memory. Takes a few minutes; Cancel in the status bar keeps what is done."
)
_UNMEASURED = "How fast it is on this computer is not measured yet."


class ModelCostLine(QWidget):
    """The chosen model's note, its time and memory, and a comparison of all models as a tip."""

    measure_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._costs: Mapping[str, ModelCost] = {}
        self._model = MODELS[0].name
        self._words = label("", "small", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.measure_button = button("Measure all models", role="link", tip=_MEASURE_TIP)
        self.measure_button.clicked.connect(self.measure_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._words)
        layout.addLayout(row(self.measure_button, 1))
        self._tell()

    @property
    def text(self) -> str:
        """All that is told, in words."""
        return self._words.text()

    @property
    def comparison(self) -> str:
        """All measured models, one a line."""
        return self._words.toolTip()

    def show_model(self, model: str) -> None:
        """Tell of another model."""
        self._model = model
        self._tell()

    def show_costs(self, costs: Mapping[str, ModelCost]) -> None:
        """Tell what was measured, by model."""
        self._costs = costs
        self._tell()

    def set_busy(self, busy: bool) -> None:
        """Forbid to measure while a job runs."""
        self.measure_button.setEnabled(not busy)

    def _tell(self) -> None:
        cost = self._costs.get(self._model)
        costs = _UNMEASURED if cost is None else _in_words(cost)
        self._words.setText(f"{model_named(self._model).note}\n{costs}")
        lines = [_line(entry.title, self._costs.get(entry.name)) for entry in MODELS]
        self._words.setToolTip("\n".join(lines) if self._costs else "")


def _in_words(cost: ModelCost) -> str:
    """Return what a model costs in two sentences."""
    return (
        f"On this computer ({cost.device}) a crop of {cost.crop} px takes "
        f"{_seconds(cost.head_seconds)} and {_memory(cost.head_memory)} while the head learns, "
        f"{_seconds(cost.whole_seconds)} and {_memory(cost.whole_memory)} while everything does. "
        f"Labelling a photo takes {_seconds(cost.photo_seconds)}; the file has "
        f"{cost.megabytes:.0f} MB."
    )


def _line(title: str, cost: ModelCost | None) -> str:
    """Return a line of the comparison."""
    if cost is None:
        return f"{title}: not measured"
    return (
        f"{title}: {_seconds(cost.head_seconds)} or {_seconds(cost.whole_seconds)} per crop, "
        f"{_memory(cost.whole_memory)} at most, file {cost.megabytes:.0f} MB"
    )


def _seconds(seconds: float) -> str:
    """Return a short time with two digits that count."""
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def _memory(size: int | None) -> str:
    """Return an amount of memory in words."""
    return "an unknown amount of memory" if size is None else f"{size / 1e9:.1f} GB of memory"
