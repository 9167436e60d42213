"""What an import did, in one line of words, with the step that follows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from segstudio.formats import FORMATS
from segstudio.gui.item_models.photo_table import PhotoRow, summary
from segstudio.gui.pages.steps import counted
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, icon_label, label, row
from segstudio.gui.widgets.elided_label import ElidedLabel
from segstudio.jobs.import_report import ImportReport


class ImportSummary(QFrame):
    """A note under the sources; hidden while there is nothing to tell."""

    next_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._icon = icon_label("check", 24, "good")
        self._what = label("", "heading")
        self._why = ElidedLabel()
        self._why.setProperty("role", "small")
        self._next = button("&Next: Classes", icon_name="next")
        self._next.clicked.connect(self.next_clicked)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._why)
        inside = row(self._icon, words, self._next, spacing=12)
        inside.setStretch(1, 1)
        inside.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        self.setLayout(inside)

    def tell(self, rows: Sequence[PhotoRow], report: ImportReport | None) -> None:
        """Tell how many photos there are and what the last import did."""
        self.setVisible(bool(rows))
        told = report.problems if report else ()
        problems = sum(problem.severity != "info" for problem in told)
        notes = len(told) - problems
        found = f", {counted(problems, 'problem')}" if report else ""
        found += f" and {counted(notes, 'note')}" if notes else ""
        self._what.setText(f"{summary(rows)}{found}.")
        self._why.setText(_last_import(report))
        self._why.setToolTip(self._why.text())
        self._why.setVisible(report is not None)
        outlined = any(row.outlined for row in rows)
        self._icon.set_icon(*(("warning", "warning") if problems else ("check", "good")))
        self._next.setEnabled(outlined)

    @property
    def text(self) -> str:
        """What is told, in words."""
        return f"{self._what.text()} {self._why.text()}".strip()


def _last_import(report: ImportReport | None) -> str:
    """Return in words what the last import read and why it was taken for that."""
    if report is None:
        return ""
    stopped = "Stopped early; what was finished is kept. " if report.interrupted else ""
    left_out = f", {report.skipped:,} left out" if report.skipped else ""
    titles = [entry.title for entry in FORMATS if entry.name in report.format.split(", ")]
    found = f" Read as {' and '.join(titles)}." if titles else ""
    unseen = report.unseen
    covered = f" Covered by others everywhere: {', '.join(unseen)}." if unseen else ""
    return f"{stopped}Last import: {report.converted:,} converted{left_out}.{covered}{found}"
