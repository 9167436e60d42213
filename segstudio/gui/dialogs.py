"""The window's small dialogs: new project, closing while a job runs, shortcuts, about."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Literal

import platformdirs
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from segstudio import __version__
from segstudio.gui.actions import ACTIONS, plain_text
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, icon_label, label, row

CloseChoice = Literal["stop", "keep", "back"]
_LIBRARIES = ("PySide6-Essentials", "torch", "torchvision", "numpy", "Pillow", "pyqtgraph")
_FORBIDDEN = set('<>:"/\\|?*')


class NewProjectDialog(QDialog):
    """Asks for a name and a place, and shows the folder that will be made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        self.setMinimumWidth(65 * GRID)
        self.name = QLineEdit("My photos")
        self.place = QLineEdit(platformdirs.user_documents_dir())
        self._hint = label("", "small", wrap=True)
        self.make_button = button("Make project", role="primary")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(self.accept)
        cancel = button("Cancel")
        cancel.clicked.connect(self.reject)
        browse = button("&Choose…", icon_name="folder")
        browse.clicked.connect(self._browse)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID + 4)
        form.addRow("&Name", self.name)
        caption = QLabel("&Place")
        caption.setBuddy(self.place)
        form.addRow(caption, row(self.place, browse))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        outer.setSpacing(2 * GRID)
        outer.addWidget(label("A project keeps your classes, label images and models", "heading"))
        outer.addLayout(form)
        outer.addWidget(self._hint)
        outer.addLayout(row(1, cancel, self.make_button))
        self.name.textChanged.connect(self._check)
        self.place.textChanged.connect(self._check)
        self.name.selectAll()
        self._check()

    @property
    def hint(self) -> str:
        """What will be made, or what is wrong."""
        return self._hint.text()

    def folder(self) -> Path:
        """Return the folder to make."""
        return Path(self.place.text().strip()) / self.name.text().strip()

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where to put it", self.place.text())
        if chosen:
            self.place.setText(chosen)

    def _check(self) -> None:
        name = self.name.text().strip()
        wrong = ""
        if not name or name in {".", ".."}:
            wrong = "Give the project a name."
        elif _FORBIDDEN & set(name):
            wrong = 'A name cannot hold any of < > : " / \\ | ? *'
        elif (self.folder() / "project.json").exists():
            wrong = "There is a project of that name already. Choose another name."
        elif self.folder().is_dir() and any(self.folder().iterdir()):
            wrong = "That folder is not empty. Choose another name or place."
        text = f"This folder will be made: {self.folder()}\nYour photos stay where they are."
        self._hint.setText(wrong or text)
        self.make_button.setEnabled(not wrong)


class ShortcutsDialog(QDialog):
    """Lists every key, made from the action table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(84 * GRID, 70 * GRID)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(0, 1)
        menu = ""
        for spec in (spec for spec in ACTIONS if spec.shortcuts):
            if spec.menu != menu:
                menu = spec.menu
                heading = label(plain_text(menu), "heading")
                heading.setContentsMargins(0, 2 * GRID, 0, 0)
                grid.addWidget(heading, grid.rowCount(), 0)
            at = grid.rowCount()
            grid.addWidget(label(plain_text(spec.text)), at, 0)
            grid.addWidget(label("  or  ".join(spec.shortcuts), "soft"), at, 1)
        heading = label("Mouse and numbers", "heading")
        heading.setContentsMargins(0, 2 * GRID, 0, 0)
        grid.addWidget(heading, grid.rowCount(), 0)
        for text, keys in (
            ("Zoom at the cursor", "Mouse wheel"),
            ("Move the photo", "Drag"),
            ("Explore: one class alone, all classes", "1 to 9, 0"),
        ):
            at = grid.rowCount()
            grid.addWidget(label(text), at, 0)
            grid.addWidget(label(keys, "soft"), at, 1)
        scroll = QScrollArea()
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, GRID, 3 * GRID, 2 * GRID)
        outer.addWidget(scroll)
        outer.addLayout(row(1, _closer(self)))


class AboutDialog(QDialog):
    """Tells what this is, and the versions to copy into a bug report."""

    def __init__(self, device: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About SegStudio")
        self.setMinimumWidth(58 * GRID)
        self.versions = versions(device)
        frame, inside = card()
        shown = label(self.versions, "soft", wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(shown)
        copy = button("&Copy versions", icon_name="copy")
        copy.clicked.connect(self.copy)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        outer.setSpacing(2 * GRID)
        outer.addLayout(row(icon_label("logo", 36, "accent_text"), label("SegStudio", "title"), 1))
        outer.addWidget(
            label(
                "Label 20 photos, train in minutes on a laptop, see honestly how good it is. "
                "Your photos are never modified and nothing leaves this computer.",
                wrap=True,
            )
        )
        outer.addWidget(frame)
        outer.addLayout(row(1, copy, _closer(self)))

    def copy(self) -> None:
        """Put the versions onto the clipboard."""
        QGuiApplication.clipboard().setText(self.versions)


def versions(device: str) -> str:
    """Return one line per version, read without importing the libraries."""
    lines = [
        f"SegStudio {__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        *(f"{name} {_version(name)}" for name in _LIBRARIES),
        device,
        f"Run from {sys.prefix}",
    ]
    return "\n".join(line for line in lines if line)


def ask_close(parent: QWidget, title: str, *, training: bool) -> CloseChoice:
    """Ask what to do with the running job when the window is closed."""
    box = QMessageBox(parent)
    box.setWindowTitle("Close SegStudio?")
    box.setText(f"{title} is still running.")
    box.setInformativeText(
        "Stopping keeps the best model so far."
        if training
        else "Stopping keeps everything that is finished."
    )
    stop = box.addButton(
        "Stop and keep best" if training else "Stop and close",
        QMessageBox.ButtonRole.DestructiveRole,
    )
    keep = box.addButton("Keep running, then close", QMessageBox.ButtonRole.AcceptRole)
    back = box.addButton("Go back", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(back)
    box.setEscapeButton(back)
    box.exec()
    clicked = box.clickedButton()
    if clicked is stop:
        return "stop"
    return "keep" if clicked is keep else "back"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "is not installed"


def _closer(dialog: QDialog) -> QPushButton:
    close = button("Close", role="primary")
    close.setDefault(True)
    close.clicked.connect(dialog.accept)
    return close
