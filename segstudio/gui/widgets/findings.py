"""The list before a start: what is well, what to look at, what forbids to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import column, icon_label, label, row
from segstudio.gui.widgets.words import megabytes
from segstudio.jobs.estimate import StoredFeatures
from segstudio.jobs.preflight import Finding, Preflight

_ICONS = {
    "good": ("check", "good"),
    "warning": ("warning", "warning"),
    "error": ("error", "error"),
}


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
        for finding in _with_stored(self._found, self._stored):
            self._append(_line(finding), finding.text)

    def _append(self, line: QWidget, sentence: str) -> None:
        line.setProperty("sentence", sentence)
        self._lines.append(line)
        self._column.addWidget(line)

    def _empty(self) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        self._lines = []


def _with_stored(found: tuple[Finding, ...], stored: StoredFeatures | None) -> tuple[Finding, ...]:
    """Return the findings with the one on stored features, grave ones first."""
    if stored is None:
        return found
    if stored.against is None:
        text = f"Stored features take {megabytes(stored.bytes)} and make each pass quick."
        return (*found, Finding("good", text))
    text = "Features cannot be stored, so each pass takes longer."
    advice = f"{stored.against[0].upper()}{stored.against[1:]}."
    grave = [finding for finding in found if finding.level == "error"]
    rest = [finding for finding in found if finding.level != "error"]
    return (*grave, Finding("warning", text, advice), *rest)


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
