"""The import page: drop an export, see what came of it, photo by photo and problem by problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Reporter
from segstudio.core.problems import Problem
from segstudio.gui.item_models.photo_table import photo_rows
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.import_help import ImportHelp
from segstudio.gui.widgets.import_results import ImportResults
from segstudio.gui.widgets.import_sources import ImportSources
from segstudio.gui.widgets.import_summary import ImportSummary
from segstudio.gui.widgets.legend import Legend
from segstudio.gui.widgets.photo_preview import PhotoPreview
from segstudio.jobs.import_reading import ReadRequest
from segstudio.jobs.import_report import ImportReport, kept_report
from segstudio.project.project import Project


class ImportPage(Page):
    """Brings annotation exports into the project and tells what came of it."""

    heading = "Import your outlines"
    subtitle = "Drop your export or your label images here, and the folder with the photos."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.setAcceptDrops(True)
        self._report: ImportReport | None = None
        self.results = ImportResults()
        self.preview = PhotoPreview(self.session)
        self.summary = ImportSummary()
        self.chooser = ImportSources()
        self._build()
        self._connect()
        self._recall_import()
        self._show_photos()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what this page does for action ids."""
        if not self.session.photos:
            return {}
        return {
            "fit": self.preview.fit,
            "actual_size": self.preview.actual_size,
            "zoom_in": self.preview.zoom_in,
            "zoom_out": self.preview.zoom_out,
            "toggle_overlay": self.preview.toggle_overlay,
            **(
                {"copy_problems": self.results.copy_problems}
                if self.results.problem_table.rows
                else {}
            ),
        }

    def entered(self) -> None:
        """Show the current photo."""
        self.preview.set_active(True)

    def left(self) -> None:
        """Make no previews in the background."""
        self.preview.set_active(False)

    def close_page(self) -> None:
        """End the loading thread."""
        self.preview.close_preview()

    # Doing

    def start_import(self) -> None:
        """Import what was chosen into the open project."""
        if self.chooser.sources:
            self._start(ReadRequest(sources=self.chooser.sources, photos=self.chooser.photos))

    def import_with(self, choices: dict[str, str]) -> None:
        """Import the same as last time again, now that the user said which photos are meant."""
        if self._report is not None:
            last = self._report
            self._start(
                ReadRequest(sources=last.sources, photos=last.photo_folder, choices=choices)
            )

    def _start(self, request: ReadRequest) -> None:
        project, options = self.session.project, self.chooser.options
        if project is not None:
            settled = replace(request, format=options.format, drawn=options.drawn)
            self.runner.start("Importing", partial(_import, project, settled))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if event.mimeData().hasUrls() and not self.blocked:
            event.acceptProposedAction()
            self.chooser.mark_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget the drag."""
        self.chooser.mark_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files."""
        self.chooser.mark_drop(False)
        event.acceptProposedAction()
        self.chooser.choose(tuple(Path(url.toLocalFile()) for url in event.mimeData().urls()))

    # Showing

    def _recall_import(self) -> None:
        """Show the report of the project's last import, which its folder keeps."""
        project = self.session.project
        problems: tuple[Problem, ...] = ()
        self._report = None
        try:
            self._report = kept_report(project.root) if project is not None else None
        except SegStudioError as error:
            words = f"What the last import told cannot be read; import again. {error.what}"
            problems = (Problem("warning", "import-report.json", words),)
        self.results.show_report(self._report, problems)
        self.chooser.clear()

    def _show_result(self, result: object) -> None:
        if not isinstance(result, ImportReport):
            return
        self._report = result
        self.results.show_report(result)
        # What was left out may need another photos folder or option, then the same again.
        if all(problem.severity != "error" for problem in result.problems):
            self.chooser.clear()
        self.session.note_import()

    def _show_photos(self) -> None:
        items = self._report.items if self._report else ()
        rows = photo_rows(self.session.photos, items)
        self.results.show_photos(rows)
        self.summary.tell(rows, self._report)
        self._legend.show_palette(self.session.palette if self.session.photos else None)
        self._halves.setVisible(bool(rows) or bool(self.results.problem_table.rows))
        self._waiting.setVisible(self._halves.isHidden())
        self._follow_photo()

    def _show_busy(self, busy: bool) -> None:
        self.chooser.set_busy(busy)
        self._waiting.show_job(self.runner.title if busy else "")

    def _follow_photo(self) -> None:
        self.results.follow_photo(self.session.current_photo or "")

    def _choose_photo(self, name: str) -> None:
        if any(entry.name == name for entry in self.session.photos):
            self.session.set_current_photo(name)

    def _connect(self) -> None:
        self.chooser.start_clicked.connect(self.start_import)
        self.results.photo_chosen.connect(self._choose_photo)
        self.results.choices.chosen.connect(self.import_with)
        self.preview.class_hovered.connect(self.class_hovered)
        self.preview.zoom_changed.connect(self.zoom_changed)
        self.summary.next_clicked.connect(partial(self.page_requested.emit, "classes"))
        self.session.project_changed.connect(self._recall_import)
        self.session.photos_changed.connect(self._show_photos)
        self.session.palette_changed.connect(self._show_photos)
        self.session.current_photo_changed.connect(self._follow_photo)
        self.runner.succeeded.connect(self._show_result)
        self.runner.busy_changed.connect(self._show_busy)

    def _build(self) -> None:
        self._legend = Legend()
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(GRID)
        beside.addWidget(self.preview, 1)
        beside.addWidget(self._legend)
        self._halves = QSplitter(Qt.Orientation.Horizontal)
        self._halves.setHandleWidth(2 * GRID)
        self._halves.addWidget(self.results)
        self._halves.addWidget(right)
        self._halves.setSizes([62 * GRID, 58 * GRID])
        self._halves.setChildrenCollapsible(False)
        self._waiting = ImportHelp()
        outer = QVBoxLayout(self.body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2 * GRID)
        outer.addWidget(self.chooser)
        outer.addWidget(self.summary)
        outer.addWidget(self._halves, 1)
        outer.addWidget(self._waiting, 1)


def _import(project: Project, wanted: ReadRequest, report: Reporter) -> ImportReport:
    """Run the import job in the worker."""
    from segstudio.jobs import import_annotations

    given = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return import_annotations.run(
        import_annotations.ImportRequest(project=project, **given), report
    )
