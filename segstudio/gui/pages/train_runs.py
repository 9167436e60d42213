"""The list of a project's runs on the train page."""

from __future__ import annotations

import re
from calendar import month_abbr

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, column, label, row
from segstudio.gui.widgets.words import number
from segstudio.learning.models import MODELS
from segstudio.project.entries import RunInfo

_MODEL_NAMES = frozenset(entry.name for entry in MODELS)
_SHOWN_RUNS = 8


class RunList(QWidget):
    """The runs, newest first, under a heading; nothing at all while there is none."""

    chosen = Signal(str)
    compare_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._list = QListWidget()
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._choose)
        self._list.itemClicked.connect(self._choose)
        self.compare_button = button("Compare…", role="link")
        self.compare_button.setToolTip("Which run is better, and on what")
        self.compare_button.clicked.connect(self.compare_clicked)
        head = row(label("Earlier runs", "heading"), 1, self.compare_button)
        self.setLayout(column(head, self._list, spacing=GRID + 4))
        self.hide()

    def show_runs(self, runs: tuple[RunInfo, ...]) -> None:
        """List the runs, given oldest first."""
        self._list.clear()
        for run in reversed(runs):
            # That a run went to its end is the usual case, and needs no word.
            ended = "" if run.status == "completed" else f"   {run.status}"
            words = f"{run_words(run.name)}   overlap {number(run.val_miou)}{ended}"
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, run.name)
            item.setToolTip(f"{run.name}\n{run.model}, {run.epochs} epochs. Enter: its curves.")
            self._list.addItem(item)
        rows = min(len(runs), _SHOWN_RUNS)
        self._list.setMaximumHeight(rows * max(self._list.sizeHintForRow(0), 1) + GRID)
        self.compare_button.setVisible(sum(run.has_checkpoint for run in runs) > 1)
        self.setVisible(bool(runs))

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def run_words(name: str) -> str:
    """Return a run's folder name as people read it: `20 Nov 12:31 name`, without the model's."""
    found = re.match(r"\d{4}(\d\d)(\d\d)-(\d\d)(\d\d)\d\d-(.*)", name)
    if not found:
        return name
    month, day, hour, minute, rest = found.groups()
    words = f"{int(day)} {month_abbr[int(month)]} {hour}:{minute}"
    return words if re.sub(r"-\d+$", "", rest) in _MODEL_NAMES else f"{words}  {rest}"
