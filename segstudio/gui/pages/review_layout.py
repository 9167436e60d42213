"""The widgets of the review page and where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QWidget,
)

from segstudio.core.palette import Palette
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.class_legend import ClassLegend
from segstudio.gui.widgets.compare_view import CompareView
from segstudio.gui.widgets.mode_bar import ErrorLegend, ModeBar
from segstudio.gui.widgets.photo_scores import PhotoList
from segstudio.gui.widgets.scores_panel import ScoresPanel
from segstudio.gui.widgets.words import IOU, MEAN_IOU, number
from segstudio.project.entries import RunInfo
from segstudio.review.ranking import RunScores

_SIDE = 30 * GRID
# In the smallest window the columns beside the photo give way.
_LEAST_LEFT, _LEAST_PHOTO, _LEAST_RIGHT = 27 * GRID, 33 * GRID, 26 * GRID
_MEND = (
    "Your outlines are wrong? Mend them in CVAT or LabelMe, import the new export and train "
    "again. They are right? Outline more photos like this one."
)


class ReviewParts:
    """Photo list at the left, the photo in the middle, classes at the right."""

    def __init__(self, body: QWidget) -> None:
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run")
        self.runs.setToolTip("The training whose model is looked at")
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.runs.setMinimumWidth(_SIDE)
        self.score_button = button("Score this run")
        self.score_button.setToolTip("Let the model label the photos kept aside, and compare (F6)")
        self.scores_button = button("Scores", tip="All scores of this run, or the photos (S)")
        self.scores_button.setCheckable(True)
        self.compare_button = button("Compare runs…", tip="Which run is better, and on what (F7)")
        self.headline = label("", "heading", wrap=True)
        self.headline.setToolTip(f"{IOU}\n{MEAN_IOU}")
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the photos")
        self.order.addItem("Worst overlap first", "miou")
        self.order.addItem("Worst edges first", "boundary_iou")
        self.order.setToolTip("Edges: the overlap within a narrow band along the edges of classes")
        self.photos = PhotoList()
        self.panel = ScoresPanel()
        self._views = QStackedWidget()
        self.modes = ModeBar()
        self.compare = CompareView()
        self.caption = label("", "soft", wrap=True)
        self.hint = label("", wrap=True)
        self.legend = ClassLegend()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName("Strength of the colours")
        self.opacity.setToolTip("How strongly colours cover the photo; hold H to see it bare")
        self.import_button = button("Import mended outlines", role="link")
        self.errors = ErrorLegend()
        self.errors.hide()
        self._hint_card, inside = card(role="note")
        inside.addWidget(self.hint)
        self._hint_card.hide()
        self._lay_out(body)

    def show_errors_legend(self, shown: bool) -> None:
        """Show what the colours of the error map mean."""
        self.errors.setVisible(shown)

    def show_hint(self, text: str) -> None:
        """Show a sentence over the photo; empty hides it."""
        self.hint.setText(text)
        self._hint_card.setVisible(bool(text))

    def show_scores(self, scores: RunScores | None, palette: Palette) -> None:
        """Show the classes with a run's scores, and whether scoring comes first."""
        self.errors.show_palette(palette)
        self.legend.show_classes(palette, scores.classes if scores else {})
        self.scores_button.setEnabled(scores is not None)
        if scores is not None:
            self.panel.show_scores(scores, palette)
        else:
            self.show_all_scores(False)
        role = "" if scores else "primary"
        self.score_button.setText("Score again" if scores else "Score this run")
        if self.score_button.property("role") != role:
            self.score_button.setProperty("role", role)
            self.score_button.style().polish(self.score_button)

    def show_all_scores(self, shown: bool) -> None:
        """Show all scores in the place of the photos, or the photos."""
        self.scores_button.setChecked(shown)
        self._views.setCurrentIndex(int(shown))

    def list_runs(self, runs: list[RunInfo], before: RunInfo | None) -> RunInfo | None:
        """List runs, newest first; choose the one before unless there is a newer one."""
        known = {str(self.runs.itemData(i)) for i in range(self.runs.count())}
        keep = before.name if before and {run.name for run in runs} <= known else ""
        chosen = next((run for run in runs if run.name == keep), runs[0] if runs else None)
        self.runs.clear()
        for run in runs:
            self.runs.addItem(run_title(run), run.name)
        if chosen is not None:
            self.choose_run(chosen.name)
        return chosen

    def choose_run(self, name: str) -> None:
        """Show a run as the chosen one; emits nothing."""
        self.runs.setCurrentIndex(self.runs.findData(name))

    def _lay_out(self, body: QWidget) -> None:
        left = QWidget()
        left.setMinimumWidth(_LEAST_LEFT)
        left.setMaximumWidth(_SIDE)
        listed = column(self.order, spacing=GRID)
        listed.addWidget(self.photos, 1)
        left.setLayout(listed)
        self.compare.setMinimumWidth(_LEAST_PHOTO)
        middle = column(self._hint_card, spacing=GRID)
        middle.addWidget(self.compare, 1)
        middle.addWidget(self.errors)
        middle.addWidget(self.caption)
        beside = row(spacing=2 * GRID)
        beside.addLayout(middle, 1)
        beside.addWidget(self._side())
        right = column(self.modes, spacing=GRID)
        right.addLayout(beside, 1)
        parts = row(left, spacing=2 * GRID)
        parts.addLayout(right, 1)
        view = QWidget()
        view.setLayout(parts)
        self._views.addWidget(view)
        self._views.addWidget(self.panel)
        head = row(self.runs, self.headline, spacing=2 * GRID)
        head.setStretch(1, 1)
        outer = column(head, spacing=GRID + 4)
        outer.addWidget(self._views, 1)
        body.setLayout(outer)

    def _side(self) -> QWidget:
        frame, inside = card()
        frame.setMinimumWidth(_LEAST_RIGHT)
        frame.setMaximumWidth(_SIDE)
        title = label("Classes", "heading")
        title.setToolTip("Click a class to hide or show its colour.")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        lines = column(self.legend)
        lines.addStretch(1)
        holder.setLayout(lines)
        area.setWidget(holder)
        for ground in (holder, area.viewport()):
            ground.setAutoFillBackground(False)
        inside.addWidget(label("Strength of the colours", "small"))
        inside.addWidget(self.opacity)
        inside.addWidget(title)
        inside.addWidget(area, 1)
        inside.addWidget(label("What to do", "heading"))
        inside.addWidget(label(_MEND, "small", wrap=True))
        inside.addLayout(row(self.import_button, 1))
        return frame


def run_title(run: RunInfo) -> str:
    """Return a run's line in the choice of runs."""
    return f"{run_words(run.name)}   (overlap {number(run.val_miou)})"
