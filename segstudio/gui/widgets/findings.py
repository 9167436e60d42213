"""The list before a start: what is well, what to look at, what forbids to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import column, icon_label, label, row
from segstudio.gui.widgets.stored_finding import stored_finding
from segstudio.jobs.estimate import StoredFeatures
from segstudio.jobs.preflight import Finding, Preflight

_ICONS = {
    "good": ("check", "good"),
    "warning": ("warning", "warning"),
    "error": ("error", "error"),
}
_GRAVEST_FIRST = ("error", "warning", "good")


class FindingsList(QWidget):
    """One line per finding with an icon, a sentence and, in small print, what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[QWidget] = []
        self._found: tuple[Finding, ...] | None = None
        self._stored: StoredFeatures | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self.show_text("Looking at your photos…")

    @property
    def texts(self) -> list[str]:
        """The sentences that are shown."""
        return [str(line.property("sentence")) for line in self._lines]

    @property
    def forbid(self) -> bool:
        """Whether anything found forbids to start."""
        return any(finding.level == "error" for finding in self._all())

    def show_text(self, text: str) -> None:
        """Show a sentence in the list's place."""
        self._empty()
        self._append(label(text, "soft", wrap=True), text)

    def show_preflight(self, preflight: Preflight) -> None:
        """Show the findings."""
        self._found = preflight.findings
        self._show_found()

    def show_stored(self, stored: StoredFeatures | None) -> None:
        """Show beside the findings what stored features take; None where none are stored."""
        if stored != self._stored:
            self._stored = stored
            self._show_found()

    def _show_found(self) -> None:
        if self._found is None:
            return
        self._empty()
        for finding in self._all():
            self._append(_line(finding), finding.text)

    def _all(self) -> list[Finding]:
        found = list(self._found or ())
        if self._stored is not None:
            stored = stored_finding(self._stored)
            found.insert(len(found) if stored.level == "good" else 0, stored)
        return sorted(found, key=lambda finding: _GRAVEST_FIRST.index(finding.level))

    def _append(self, line: QWidget, sentence: str) -> None:
        line.setProperty("sentence", sentence)
        self._lines.append(line)
        self._column.addWidget(line)

    def _empty(self) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        self._lines = []


def _line(finding: Finding) -> QWidget:
    icon, color = _ICONS[finding.level]
    words = column(label(finding.text, wrap=True), spacing=1)
    if finding.advice:
        words.addWidget(label(finding.advice, "small", wrap=True))
    made = QWidget()
    inside = row(spacing=GRID + 2)
    inside.addWidget(icon_label(icon, 16, color), 0, Qt.AlignmentFlag.AlignTop)
    inside.addLayout(words, 1)
    made.setLayout(inside)
    return made
