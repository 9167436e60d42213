"""What an import did, in tables: photos, problems, choices to make, classes, formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QTabWidget

from segstudio.core.files import write_json
from segstudio.core.problems import Problem
from segstudio.gui.item_models.photo_table import PAIRED, PROBLEMS, STATE, PhotoRow, PhotoTable
from segstudio.gui.item_models.problem_table import ProblemTable, as_text
from segstudio.gui.item_models.report_tables import ClassCountTable, DetectionTable
from segstudio.gui.widgets.basics import button, label
from segstudio.gui.widgets.filtered_table import FilteredTable
from segstudio.gui.widgets.import_choices import ImportChoices
from segstudio.jobs.import_report import ImportReport, write_csv

_PHOTO_KINDS = {
    "": "All photos",
    "problems": "With problems",
    "outlined": "With outlines",
    "bare": "Without outlines",
}
_PROBLEM_KINDS = {"": "All", "error": "Left out", "warning": "Look at it", "info": "Notes"}
_CLASS_KINDS = {"": "All classes", "empty": "Without pixels"}
_FORMAT_KINDS = {"": "All formats", "taken": "Recognised"}
_WHOLE_LINES = 4
_NO_LINE = "Choose a line to read it as a whole and to see its photo."
_SAVE_KINDS = "Table for spreadsheets (*.csv);;JSON (*.json)"


class ImportResults(QTabWidget):
    """Tables over one report; `photo_chosen` carries a photo's name."""

    photo_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.tabBar().setDrawBase(False)
        self._report: ImportReport | None = None
        self._photo_of: dict[Problem, str] = {}
        self.photo_table, self.problem_table = PhotoTable(self), ProblemTable(self)
        self.class_table, self.format_table = ClassCountTable(self), DetectionTable(self)
        self.photo_list = FilteredTable(self.photo_table, _PHOTO_KINDS, 0)
        self.problem_list = FilteredTable(self.problem_table, _PROBLEM_KINDS, 1)
        self.class_list = FilteredTable(self.class_table, _CLASS_KINDS, 0)
        self.format_list = FilteredTable(self.format_table, _FORMAT_KINDS, 2)
        self.choices = ImportChoices()
        # The end of a path tells photos apart, its beginning is often the same.
        self.photo_list.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for table, widths in (
            (self.photo_list, {STATE: 132, PAIRED: 112, PROBLEMS: 84}),
            (self.problem_list, {0: 116, 2: 96, 3: 48}),
            (self.format_list, {0: 170, 1: 56}),
        ):
            for column, width in widths.items():
                table.view.horizontalHeader().resizeSection(column, width)
        self._whole = label("", "small", wrap=True)
        self._whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._whole.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        # Room for a long sentence from the start, so that nothing jumps when a line is chosen.
        self._whole.setFixedHeight(_WHOLE_LINES * self._whole.fontMetrics().lineSpacing())
        self.problem_list.add_below(self._whole)
        self._add_tools()
        self.addTab(self.photo_list, "Photos")
        self.addTab(self.problem_list, "Problems")
        self.addTab(self.choices, "Your choice")
        self.addTab(self.class_list, "Classes")
        self.addTab(self.format_list, "Formats")
        self.setTabToolTip(4, "What each format said about your files, and why")
        self.photo_list.row_chosen.connect(self._choose_photo_row)
        self.problem_list.row_chosen.connect(self._choose_problem_row)
        self.choices.looked_at.connect(self.photo_chosen)

    def show_report(self, report: ImportReport | None, problems: Sequence[Problem] = ()) -> None:
        """Show a report, or without one mere problems."""
        self._report = report
        self._photo_of = report.photos_of_problems() if report else {}
        self.problem_table.set_rows(report.problems if report else problems)
        unseen = report.unseen if report else ()
        self.class_table.set_counts(report.classes if report else {}, unseen)
        self.format_table.set_rows(report.detection if report else ())
        questions = report.questions if report else ()
        self.choices.ask(questions)
        self._save.setEnabled(report is not None)
        self._whole.setText(_NO_LINE if self.problem_table.rows else "")
        self.setTabText(1, f"Problems  {len(self.problem_table.rows):,}")
        self.setTabText(2, f"Your choice  {len(questions):,}")
        self.setTabVisible(2, bool(questions))
        if questions:
            self.setCurrentWidget(self.choices)
        self.setTabVisible(3, report is not None)
        self.setTabVisible(4, report is not None)

    def show_photos(self, rows: Sequence[PhotoRow]) -> None:
        """List photos; how they were paired is shown where there is a report."""
        self.photo_table.set_rows(rows)
        self.photo_list.view.setColumnHidden(PAIRED, self._report is None)
        self.photo_list.view.setColumnHidden(PROBLEMS, not any(row.problems for row in rows))
        self.setTabText(0, f"Photos  {len(rows):,}")

    def follow_photo(self, name: str) -> None:
        """Make a photo's row the current one."""
        self.photo_list.choose_row(self.photo_table.row_of(name))

    def copy_problems(self) -> None:
        """Put the problems that are shown onto the clipboard."""
        rows = self.problem_table.rows
        shown: list[Problem] = [rows[i] for i in self.problem_list.shown_rows()]
        QGuiApplication.clipboard().setText(as_text(shown))

    def save_report(self, path: Path) -> None:
        """Write the report as CSV, or as JSON where the name says so.

        Raises SegStudioError where it cannot be written.
        """
        if self._report is not None and path.suffix.lower() == ".json":
            write_json(path, self._report.as_json())
        elif self._report is not None:
            write_csv(path, self._report)

    def _add_tools(self) -> None:
        copy = button("&Copy", icon_name="copy", tip="Copy the problems that are shown")
        copy.clicked.connect(self.copy_problems)
        self._save = button("&Save…", icon_name="file", tip="Save the whole report as a file")
        self._save.clicked.connect(self._ask_where)
        self.problem_list.tools.addWidget(copy)
        self.problem_list.tools.addWidget(self._save)

    def _ask_where(self) -> None:
        name, kind = QFileDialog.getSaveFileName(
            self, "Save the report of the import", "import-report.csv", _SAVE_KINDS
        )
        if name:
            path = Path(name)
            fallback = ".json" if "json" in kind else ".csv"
            self.save_report(path if path.suffix else path.with_suffix(fallback))

    def _choose_photo_row(self, row: int) -> None:
        self.photo_chosen.emit(self.photo_table.rows[row].name)

    def _choose_problem_row(self, row: int) -> None:
        problem = self.problem_table.rows[row]
        self._whole.setText(str(problem))
        photo = self._photo_of.get(problem)
        if photo is not None:
            self.photo_chosen.emit(photo)
