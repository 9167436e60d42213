"""Annotations that several photos fit: the user says which, nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, label, row
from segstudio.gui.widgets.elided_label import ElidedLabel
from segstudio.jobs.import_report import ImportItem

# A list that long is no matter of choosing one by one: the export or its folders are wrong.
MOST = 200
_LATER = "Leave it out"


class ImportChoices(QWidget):
    """One line per question; `chosen` carries {what is asked: photo}, `looked_at` a candidate."""

    chosen = Signal(dict)
    looked_at = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._boxes: dict[str, QComboBox] = {}
        self._words = label("", wrap=True)
        self._rows = QGridLayout()
        for column in (0, 1):
            self._rows.setColumnStretch(column, 1)
        self._rows.setHorizontalSpacing(2 * GRID)
        self._rows.setVerticalSpacing(GRID)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, GRID, 0)
        inside.addLayout(self._rows)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        self.take_button = button("Import with these &choices", role="primary")
        self.take_button.clicked.connect(self._take)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, GRID, 0, 0)
        outer.setSpacing(GRID)
        outer.addWidget(self._words)
        outer.addWidget(area, 1)
        end = row(self.take_button)
        end.insertStretch(0)
        outer.addLayout(end)

    def ask(self, questions: Sequence[ImportItem]) -> None:
        """Show other questions; choices that were made before are forgotten."""
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._boxes = {}
        for line, question in enumerate(questions[:MOST]):
            asked = ElidedLabel(question.asked)
            asked.setToolTip(question.asked)
            box = QComboBox()
            box.setAccessibleName(f"Photo of {question.asked}")
            box.addItem(_LATER, "")
            for photo in question.candidates:
                box.addItem(photo, photo)
            box.currentIndexChanged.connect(self._show_ready)
            box.highlighted.connect(partial(self._look, box))
            box.currentIndexChanged.connect(partial(self._look, box))
            self._boxes[question.asked] = box
            self._rows.addWidget(asked, line, 0)
            self._rows.addWidget(box, line, 1)
        more = len(questions) - MOST
        rest = f" {more:,} more follow after these." if more > 0 else ""
        self._words.setText(
            "These outlines may belong to several photos of the same name. Which photo is the "
            f"right one? It is shown beside while you choose.{rest}"
        )
        self._show_ready()

    def choices(self) -> dict[str, str]:
        """Return what was chosen, without what is left out."""
        made = {asked: str(box.currentData()) for asked, box in self._boxes.items()}
        return {asked: photo for asked, photo in made.items() if photo}

    def _look(self, box: QComboBox, index: int) -> None:
        photo = str(box.itemData(index) or "")
        if photo:
            self.looked_at.emit(photo)

    def _show_ready(self) -> None:
        ready = bool(self.choices())
        self.take_button.setEnabled(ready)
        self.take_button.setToolTip("" if ready else "Choose a photo for one of them first.")

    def _take(self) -> None:
        self.chosen.emit(self.choices())
