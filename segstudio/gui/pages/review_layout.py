"""The widgets of the review page and where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QSizePolicy, QSlider, QWidget

from segstudio.core.palette import Palette
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.class_legend import ClassLegend
from segstudio.gui.widgets.compare_view import CompareView
from segstudio.gui.widgets.mode_bar import ErrorLegend, ModeBar
from segstudio.gui.widgets.photo_scores import PhotoList
from segstudio.gui.widgets.words import IOU, MEAN_IOU, number
from segstudio.project.entries import RunInfo
from segstudio.review.ranking import RunScores

_SIDE = 30 * GRID


class ReviewParts:
    """Photo list at the left, the photo in the middle, classes at the right."""

    def __init__(self, body: QWidget) -> None:
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run")
        self.runs.setToolTip("The training whose model is looked at")
        self.runs.setMinimumWidth(34 * GRID)
        self.score_button = button("Score this run")
        self.score_button.setToolTip("Let the model label the photos kept aside, and compare (F6)")
        self.headline = label("", "heading", wrap=True)
        self.headline.setToolTip(f"{IOU}\n{MEAN_IOU}")
        self.photos = PhotoList()
        self.modes = ModeBar()
        self.compare = CompareView()
        self.caption = label("", "soft")
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hint = label("", wrap=True)
        self.legend = ClassLegend()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName("Strength of the colours")
        self.opacity.setToolTip("How strongly colours cover the photo; hold H to see it bare")
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
        role = "" if scores else "primary"
        self.score_button.setText("Score again" if scores else "Score this run")
        if self.score_button.property("role") != role:
            self.score_button.setProperty("role", role)
            self.score_button.style().polish(self.score_button)

    def known_runs(self) -> set[str]:
        """Return the names of the runs that are listed."""
        return {str(self.runs.itemData(i)) for i in range(self.runs.count())}

    def list_runs(self, titles: list[tuple[str, str]], chosen: RunInfo | None) -> None:
        """List runs as (title, name) and choose one."""
        self.runs.clear()
        for title, name in titles:
            self.runs.addItem(title, name)
        if chosen is not None:
            self.runs.setCurrentIndex(self.runs.findData(chosen.name))

    def _lay_out(self, body: QWidget) -> None:
        self.photos.setFixedWidth(_SIDE)
        middle = column(self.modes, self._hint_card, spacing=GRID)
        middle.addWidget(self.compare, 1)
        middle.addWidget(self.errors)
        middle.addWidget(self.caption)
        outer = column(self.headline, spacing=GRID + 4)
        parts = row(self.photos, spacing=2 * GRID)
        parts.addLayout(middle, 1)
        parts.addWidget(self._side())
        outer.addLayout(parts, 1)
        body.setLayout(outer)

    def _side(self) -> QWidget:
        frame, inside = card()
        frame.setFixedWidth(_SIDE)
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
        return frame


def run_title(run: RunInfo) -> str:
    """Return a run's line in the choice of runs."""
    return f"{run_words(run.name)}   (overlap {number(run.val_miou)})"
