"""The review page: how good a run is, where it fails, the worst photo first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex

from segstudio.core.errors import SegStudioError
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import PageTools
from segstudio.gui.pages.peek import PeekPage
from segstudio.gui.pages.review_layout import ReviewParts
from segstudio.gui.pages.review_lines import photo_lines, photo_words, pixel_words, place_of
from segstudio.gui.pages.review_pictures import Place, ReviewPictures
from segstudio.gui.run_comparison import RunComparison
from segstudio.gui.widgets.image_pyramid import Pixels
from segstudio.gui.widgets.mode_bar import MODE_ACTIONS
from segstudio.gui.widgets.photo_scores import PhotoLine
from segstudio.jobs import evaluate
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.project.entries import RunInfo
from segstudio.review.layers import Layers, Look, Mode, missing
from segstudio.review.ranking import RunScores, headline, load_scores
from segstudio.review.scores import Scores


class ReviewPage(PeekPage):
    """Shows a run's scores and, photo by photo, what it sees."""

    heading = "Review"
    subtitle = "See honestly how good it is, worst photo first."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.parts = ReviewParts(self.body)
        self.header.addWidget(self.parts.scores_button)
        self.header.addWidget(self.parts.compare_button)
        self.header.addWidget(self.parts.score_button)
        self.pictures = ReviewPictures(self)
        self.comparison = RunComparison(self)
        self._run: RunInfo | None = None
        self._scores: RunScores | None = None
        self._look = Look(Mode.PREDICTION)
        self._place: Place | None = None
        self._layers: Layers | None = None
        self._stale = True
        self.parts.modes.show_mode(self._look.mode)
        self._show_busy(self.runner.busy)
        self._connect()

    # What the window asks

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what the View, Go and Review menus do here."""
        view = self.parts.compare.view
        found: dict[str, Callable[[], None]] = {
            "fit": view.fit,
            "actual_size": view.actual_size,
            "zoom_in": partial(view.zoom_by, 1.25),
            "zoom_out": partial(view.zoom_by, 0.8),
            "next_photo": partial(self.step, 1),
            "previous_photo": partial(self.step, -1),
            **{action: partial(self.set_mode, mode) for action, mode in MODE_ACTIONS.items()},
        }
        if self._scores is not None:
            found["show_scores"] = self.parts.scores_button.click
        if self._run is not None:
            found["compare_runs"] = self.compare_runs
        if self._run is not None and not self.runner.busy:
            found["evaluate"] = self.score
        return found

    def entered(self) -> None:
        """Bring the page up to date with what changed while it was away."""
        if self._stale and not self.blocked:
            self._stale = False
            self._show_runs()

    def close_page(self) -> None:
        """End the loading threads."""
        self.pictures.close()
        self.comparison.close_runner()
        self.parts.photos.thumbnails.close()

    # What the user does

    @property
    def look(self) -> Look:
        """How photos are shown now, the held key apart."""
        return self._look

    def set_mode(self, mode: Mode) -> None:
        """Show photo, outlines, prediction, errors, or both side by side."""
        self._look = replace(self._look, mode=mode)
        self.parts.modes.show_mode(mode)
        self.parts.show_errors_legend(mode is Mode.ERRORS)
        self.show_photo()

    def set_opacity(self, percent: int) -> None:
        """Show colours more or less strongly."""
        self._look = replace(self._look, opacity=percent / 100)
        self.show_photo()

    def set_hidden(self, hidden: frozenset[int]) -> None:
        """Hide the colours of some palette ids."""
        self._look = replace(self._look, hidden=hidden)
        self.show_photo()

    def step(self, by: int) -> None:
        """Go to a photo further down (or up) the list, worst first."""
        lines = self.parts.photos.photos.lines
        if not lines:
            return
        row = self.parts.photos.photos.row_of(self.session.current_photo or "")
        target = 0 if row is None else min(max(row + by, 0), len(lines) - 1)
        self.session.set_current_photo(lines[target].name)

    def compare_runs(self) -> None:
        """Open the comparison of runs; a photo chosen there is shown here."""
        if self.session.project is not None:
            self.comparison.open_on(self.session.project, self._run.name if self._run else "")

    def show_photo_of(self, run: str, photo: str) -> None:
        """Show one photo as a run sees it."""
        project = self.session.project
        if project is not None:
            self.parts.show_all_scores(False)
            self.parts.choose_run(run)
            self._take_run(project.run(run))
            self.session.set_current_photo(photo)
            self.page_requested.emit("review")

    def score(self) -> None:
        """Have the chosen run scored on the photos that were kept aside."""
        project, run = self.session.project, self._run
        if project is not None and run is not None:
            kept = project.split.names("val") if project.split else ()
            request = EvaluateRequest(project, run.name, "val" if kept else "train")
            self.runner.start("Scoring the photos", partial(evaluate.run, request))

    # What is shown

    def _show_runs(self) -> None:
        """List the runs; the newest is chosen unless the one that was is still there."""
        project = self.session.project
        found = project.runs() if project is not None else ()
        runs = [run for run in reversed(found) if run.has_checkpoint and not run.purpose]
        self._take_run(self.parts.list_runs(runs, self._run))

    def _choose_run(self, index: int) -> None:
        project = self.session.project
        name = self.parts.runs.itemData(index)
        if project is not None and name:
            self._take_run(project.run(str(name)))

    def _take_run(self, run: RunInfo | None) -> None:
        project, self._run = self.session.project, run
        self.pictures.forget()
        self._layers = None
        if project is None or run is None:
            return
        self._scores = load_scores(run.path)
        self.parts.show_scores(self._scores, project.palette)
        words = headline(self._scores) if self._scores else "This run has not been scored yet."
        self.parts.headline.setText(words)
        self._list_photos()
        self.actions_changed.emit()

    def _list_photos(self) -> None:
        """List the photos in the order that is chosen, the first in front."""
        project = self.session.project
        assert project is not None
        lines = photo_lines(project, self._scores, self.parts.order.currentData())
        self.parts.photos.photos.show_lines(lines, project.cache / "thumbnails")
        if self._scores and lines:
            self.session.set_current_photo(lines[0].name)
        self._follow_photo()

    def _follow_photo(self) -> None:
        if self.session.current_photo:
            self.parts.photos.choose(self.session.current_photo)
        self.show_photo()

    def show_photo(self) -> None:
        """Ask for the pictures of the current photo in the current look."""
        name = self.session.current_photo or ""
        lines = self.parts.photos.photos.lines
        row = self.parts.photos.photos.row_of(name)
        palette = self.session.palette
        if not self.isVisible():
            return
        if row is None or palette is None:
            self.parts.compare.clear("Choose a photo on the left.")
            return
        look = replace(self._look, mode=Mode.PHOTO) if self.held else self._look
        near = [lines[i] for i in (row + 1, row - 1, row + 2) if 0 <= i < len(lines)]
        self._place = self._place_of(lines[row])
        self.pictures.show(self._place, look, palette, [self._place_of(line) for line in near])
        self.parts.caption.setText(photo_words(lines[row]))

    def _place_of(self, line: PhotoLine) -> Place:
        project, run = self.session.project, self._run
        assert project is not None
        assert run is not None
        return place_of(project, run, self._scores, line)

    def _show_pictures(self, layers: Layers, pictures: tuple[Pixels, ...]) -> None:
        self._layers = layers
        self.parts.compare.show_panes(pictures, (Mode.TRUTH.value, Mode.PREDICTION.value))
        lacks = "" if self.held else missing(layers, self._look.mode)
        if lacks and self._scores and layers.prediction is None:
            lacks = "This photo was not scored: only photos kept aside tell how good the model is."
        self.parts.show_hint(lacks)

    def _show_failure(self, error: SegStudioError) -> None:
        self._layers = None
        self.parts.compare.clear(str(error))

    def _show_zoom(self, _zoom: float) -> None:
        entry, shown = self.session.current_entry, self.parts.compare.view.photo_size()
        if entry is not None and not shown.isEmpty():
            self.zoom_changed.emit(self.parts.compare.view.zoom * shown.width() / entry.width)

    def _name_pixel(self, x: int, y: int) -> None:
        """Tell the classes under the cursor, in the outlines and in the prediction."""
        palette, layers = self.session.palette, self._layers
        if palette is not None and layers is not None:
            self.class_hovered.emit(pixel_words(palette, layers, x, y))

    # Wiring

    def _connect(self) -> None:
        parts = self.parts
        parts.runs.activated.connect(self._choose_run)
        parts.score_button.clicked.connect(self.score)
        parts.scores_button.clicked.connect(parts.show_all_scores)
        parts.import_button.clicked.connect(lambda: self.page_requested.emit("import"))
        parts.compare_button.clicked.connect(self.compare_runs)
        parts.order.activated.connect(self._list_photos)
        self.comparison.photo_chosen.connect(self.show_photo_of)
        parts.modes.chosen.connect(self.set_mode)
        parts.opacity.valueChanged.connect(self.set_opacity)
        parts.legend.hidden_changed.connect(self.set_hidden)
        parts.compare.hovered.connect(self._name_pixel)
        parts.compare.left.connect(lambda: self.class_hovered.emit(""))
        parts.compare.zoom_changed.connect(self._show_zoom)
        parts.photos.selectionModel().currentChanged.connect(self._choose_photo)
        self.pictures.ready.connect(self._show_pictures)
        self.pictures.failed.connect(self._show_failure)
        self.session.current_photo_changed.connect(self._follow_photo)
        self.runner.succeeded.connect(self._take_result)
        self.runner.busy_changed.connect(self._show_busy)
        for signal in (
            self.session.project_changed,
            self.session.photos_changed,
            self.session.palette_changed,
            self.session.runs_changed,
        ):
            signal.connect(self._refresh)

    def _choose_photo(self, index: QModelIndex) -> None:
        if index.isValid():
            self.session.set_current_photo(self.parts.photos.photos.lines[index.row()].name)

    def _refresh(self) -> None:
        self._stale = True
        if self.isVisible():
            self.entered()

    def _take_result(self, result: object) -> None:
        if isinstance(result, Scores):
            self.session.note_runs()

    def _show_busy(self, busy: bool) -> None:
        self.parts.score_button.setEnabled(not busy)
