"""The window that compares runs: a table, two curves, a sentence, and photo by photo."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QSplitter,
    QTableView,
    QWidget,
)

from segstudio.core.errors import SegStudioError
from segstudio.gui.item_models.run_rows import PhotoDifferences, RunRows
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.pages.train_history import read_earlier
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import card, column, label
from segstudio.gui.widgets.curve_plot import CurvePlot
from segstudio.gui.widgets.difference_bars import DifferenceBars
from segstudio.gui.widgets.legend_chips import LegendChips
from segstudio.gui.widgets.plot_colors import check_color, train_color
from segstudio.gui.widgets.words import IOU
from segstudio.jobs import compare
from segstudio.jobs.compare import CompareRequest
from segstudio.jobs.run_table import RunTable
from segstudio.project.project import Project
from segstudio.review.comparison import Comparison

_CHOOSE = "Choose two runs in the table: click each, or press Space on it."
_PAIR, _ROW, _MOST_ROWS = 2, 34, 7
_DIFFERENCE = PhotoDifferences.columns.index("Difference")


class RunComparison(QDialog):
    """Shows what the job found; `photo_chosen` tells a run and a photo to look at."""

    photo_chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare runs")
        self.resize(1180, 740)
        self.runs, self.photos = RunRows(), PhotoDifferences()
        self.run_view = _table(self.runs, QAbstractItemView.SelectionMode.MultiSelection)
        self.run_view.setAccessibleName("Runs; two can be chosen")
        self.photo_view = _table(self.photos, QAbstractItemView.SelectionMode.SingleSelection)
        self.photo_view.setAccessibleName("Photos by difference")
        self.photo_view.setItemDelegateForColumn(_DIFFERENCE, DifferenceBars(self))
        self.sentence = label(_CHOOSE, "heading", wrap=True)
        self.left_out = label("", "soft", wrap=True)
        self.plot = CurvePlot("overlap")
        self.plot.set_range(0, 1)
        self.legend = LegendChips()
        self._project: Project | None = None
        self._wanted = ""
        self._chosen: list[str] = []
        self._runner = JobRunner(self)
        self._lay_out()
        self.run_view.selectionModel().selectionChanged.connect(self._choose)
        self.photo_view.activated.connect(self._show_photo)
        self.legend.toggled.connect(lambda name, on: self.plot.series[name].set_visible(on))
        self._runner.succeeded.connect(self._take_result)
        self._runner.failed.connect(self._take_failure)

    def open_on(self, project: Project, run: str) -> None:
        """Show the runs of a project, `run` beside the best of the others."""
        self._project, self._wanted = project, run
        self._runner.start("Reading the runs", partial(compare.list_runs, project), background=True)
        self.show()
        self.raise_()

    def close_runner(self) -> None:
        """End the worker."""
        self._runner.stop()
        self._runner.wait()
        self.close()

    @property
    def pair(self) -> tuple[str, ...]:
        """The runs that are chosen, the older one first."""
        return tuple(sorted(self._chosen))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_curves()

    # What the user chooses

    def _choose(self) -> None:
        """Keep the two rows that were chosen last, and compare them."""
        selection = self.run_view.selectionModel()
        names = [self.runs.rows[index.row()].name for index in selection.selectedRows()]
        kept = [name for name in self._chosen if name in names]
        self._chosen = (kept + [name for name in names if name not in kept])[-_PAIR:]
        if len(names) > _PAIR:
            self._select(self._chosen)
        self._compare()

    def _select(self, names: list[str]) -> None:
        selection = self.run_view.selectionModel()
        blocked = selection.blockSignals(True)
        self.run_view.clearSelection()
        for place, run in enumerate(self.runs.rows):
            if run.name in names:
                self.run_view.selectRow(place)
        selection.blockSignals(blocked)
        self.run_view.viewport().update()

    def _compare(self) -> None:
        self._show_curves()
        self.photos.set_rows(())
        self._leave_out("")
        if len(self._chosen) < _PAIR or self._project is None:
            self.sentence.setText(_CHOOSE)
            return
        self.sentence.setText("Comparing…")
        request = CompareRequest(self._project, *self.pair)
        self._runner.start("Comparing", partial(compare.run, request), background=True)

    def _show_photo(self, index: QModelIndex) -> None:
        if index.isValid() and len(self._chosen) == _PAIR:
            self.photo_chosen.emit(self.pair[1], self.photos.rows[index.row()].photo)

    # What is shown

    def _take_result(self, result: object) -> None:
        if isinstance(result, RunTable):
            self._show_runs(result)
        elif isinstance(result, Comparison) and (result.first, result.second) == self.pair:
            self.sentence.setText(result.sentence())
            self._leave_out(" ".join(result.left_out))
            self.photos.set_rows(result.photos)

    def _show_runs(self, table: RunTable) -> None:
        """List the runs; choose the one that was looked at and the best other one."""
        self.runs.show_table(table)
        rows = min(max(len(table.rows), _PAIR), _MOST_ROWS)
        self.run_view.setFixedHeight((rows + 1) * _ROW + GRID)
        others = [run for run in table.rows if run.name != self._wanted and run.scored]
        best = max(others, key=lambda run: run.miou or 0.0, default=None)
        self._chosen = [self._wanted] + ([best.name] if best else [])
        self._select(self._chosen)
        self._compare()

    def _take_failure(self, error: SegStudioError) -> None:
        self.sentence.setText(error.what)
        self._leave_out(f"{error.meaning} {error.remedy}".strip())

    def _leave_out(self, words: str) -> None:
        """Say under the sentence what it does not speak of."""
        self.left_out.setText(words)
        self.left_out.setVisible(bool(words))

    def _show_curves(self) -> None:
        """Draw the overlap of both runs after every epoch."""
        self.plot.remove_series(list(self.plot.series))
        self.legend.clear()
        if self._project is None:
            return
        epochs = 1
        colors = (train_color(self.palette()), check_color(self.palette()))
        for place, name, color in zip(("first", "second"), self.pair, colors, strict=False):
            title = f"{place}: {run_words(name)}"
            series = self.plot.add_series(title, width=2.0, dots=6)
            series.set_color(QColor(color))
            self.legend.add(title, color, name)
            for event in read_earlier(self._project.run(name).path).epochs:
                series.add(event.epoch, event.val_miou)
                epochs = max(epochs, event.epoch)
        self.plot.set_epochs(epochs)
        self.plot.refresh()

    def _lay_out(self) -> None:
        top, runs = card()
        runs.addWidget(label("Runs", "heading"))
        runs.addWidget(self.run_view)
        said, words = card(role="note")
        words.addWidget(self.sentence)
        words.addWidget(self.left_out)
        left, curves = card()
        title = label("Overlap after every epoch", "heading")
        title.setToolTip(IOU)
        curves.addWidget(title)
        curves.addWidget(self.legend)
        curves.addWidget(self.plot, 1)
        right, photos = card()
        photos.addWidget(label("Photo by photo, the largest loss first", "heading"))
        photos.addWidget(self.photo_view, 1)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(GRID)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setSizes([600, 520])
        outer = column(spacing=GRID)
        outer.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        outer.addWidget(top)
        outer.addWidget(said)
        outer.addWidget(parts, 1)
        self.setLayout(outer)


def _table(model: QAbstractTableModel, mode: QAbstractItemView.SelectionMode) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(mode)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setProperty("role", "plain")
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(_ROW)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    return view
