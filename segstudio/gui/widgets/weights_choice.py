"""What the model knows at the start, in plain words: published weights, a file, or nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QRadioButton, QVBoxLayout, QWidget

from segstudio.gui.widgets.basics import button, label, row
from segstudio.learning.models import PublishedWeights

PRETRAINED, SCRATCH = "pretrained", "none"
_FILES = "Weights (*.pth *.pt *.safetensors);;All files (*)"


class WeightsChoice(QWidget):
    """Three radio buttons; `value` is what the setting `weights` takes."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = ""
        self._published = QRadioButton()
        self._published.setToolTip(
            "Weights learned from many everyday photos; the quick way to a good model. "
            "Nothing of yours leaves this computer."
        )
        self._from_file = QRadioButton("From a file…")
        self._from_file.setToolTip("A PyTorch state dict (.pth) or a .safetensors file.")
        self._scratch = QRadioButton("From scratch (no download)")
        self._scratch.setToolTip("Everything is learned from your photos alone; takes longer.")
        self._choose = button("Choose…")
        self._choose.clicked.connect(self.choose_file)
        self._name = label("", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._published)
        layout.addLayout(row(self._from_file, self._choose, self._name, 1))
        layout.addWidget(self._scratch)
        self._group = QButtonGroup(self)
        for choice in (self._published, self._from_file, self._scratch):
            self._group.addButton(choice)
        self._published.setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    @property
    def value(self) -> str:
        """What the setting `weights` takes: pretrained, none, or a path."""
        if self._scratch.isChecked():
            return SCRATCH
        return self._file if self._from_file.isChecked() and self._file else PRETRAINED

    def set_value(self, value: str) -> None:
        """Choose what a setting says."""
        if value == PRETRAINED:
            self._published.setChecked(True)
        elif value == SCRATCH:
            self._scratch.setChecked(True)
        else:
            self.set_file(Path(value))

    def set_file(self, path: Path) -> None:
        """Start from a file."""
        self._file = str(path)
        self._name.setText(path.name)
        self._name.setToolTip(str(path))
        if self._from_file.isChecked():
            self.changed.emit(self.value)
        self._from_file.setChecked(True)

    def set_published(self, weights: PublishedWeights) -> None:
        """Say how large the published weights of a model are, and how they get here."""
        how = "downloads once" if weights.sha256 else "a file that you download"
        self._published.setText(f"General knowledge ({how}, {weights.megabytes} MB)")

    def choose_file(self) -> None:
        """Ask for a file."""
        name, _ = QFileDialog.getOpenFileName(self, "Choose weights", self._file, _FILES)
        if name:
            self.set_file(Path(name))
        elif not self._file:
            self._published.setChecked(True)

    def _toggled(self, _choice: object, on: bool) -> None:
        if not on:
            return
        if self._from_file.isChecked() and not self._file:
            self.choose_file()
        else:
            self.changed.emit(self.value)
