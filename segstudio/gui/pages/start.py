"""The start page: new project, open, recent, sample."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.action_card import ActionCard
from segstudio.gui.widgets.basics import card, column, icon_label, label, row
from segstudio.gui.widgets.picture_strip import PictureStrip
from segstudio.gui.widgets.recent_row import RecentRow

_WAY = (
    ("import", "Import", "Your export becomes label images."),
    ("classes", "Classes", "Names, colours, paint order."),
    ("explore", "Explore", "See all photos at a glance."),
    ("split", "Split", "Keep some photos aside to check."),
    ("train", "Train", "Watch it learn, in minutes."),
    ("review", "Review", "See the worst photo first."),
    ("studies", "Trust", "Learn how sure the score is."),
)
PICTURES = (
    ("walk-photo.jpg", "Your photo"),
    ("walk-outlines.jpg", "Your outlines"),
    ("walk-prediction.jpg", "What the model finds"),
)
_PROMISES = (
    ("photo", "Your photos are never modified", "They are only read, from where they are."),
    ("device", "Nothing leaves this computer", "No account, no upload, no service."),
    ("undo", "Every edit can be undone", "Classes, order, colours, split: Ctrl+Z."),
)


class StartPage(Page):
    """Where every walk begins."""

    heading = "Teach a model what is in your photos"
    subtitle = "You need a folder of photos and the outlines you drew in CVAT or LabelMe."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.new = ActionCard(
            "folder_new", "New project", "For your own photos and outlines", primary=True
        )
        self.open = ActionCard("folder", "Open project", "Go on where you stopped")
        self.sample = ActionCard(
            "sample", "Try with sample data", "24 balloon photos, trained in minutes"
        )
        for chosen, action in (
            (self.new, "new_project"),
            (self.open, "open_project"),
            (self.sample, "try_sample"),
        ):
            chosen.clicked.connect(partial(self._ask, action))
        self._rows: list[RecentRow] = []
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._build()
        self.session.project_changed.connect(self._show_recent)
        self.runner.busy_changed.connect(self._show_busy)
        self._show_recent()

    def entered(self) -> None:
        """Read the list of recent projects anew; folders come and go."""
        self._show_recent()

    def recent_rows(self) -> list[RecentRow]:
        """Return the rows of the recent projects."""
        return list(self._rows)

    def _build(self) -> None:
        recent, inside = card()
        inside.addWidget(label("Recent projects", "heading"))
        inside.addLayout(self._recent)
        inside.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(2 * GRID)
        for place, chosen in enumerate((self.new, self.open, self.sample)):
            grid.addWidget(chosen, 0, place)
            grid.setColumnStretch(place, 1)
        grid.addWidget(recent, 1, 0, 1, 2)
        grid.addWidget(_promises(), 1, 2)
        grid.addWidget(_way(), 2, 0, 1, 3)
        grid.setRowStretch(2, 1)
        holder = QWidget()
        outside = QVBoxLayout(holder)
        outside.setContentsMargins(0, GRID, 0, 0)
        outside.addLayout(grid)
        scroll = QScrollArea()
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        outer = QVBoxLayout(self.body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _show_recent(self) -> None:
        self._rows = []
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        roots = self.settings.recent()
        for root in roots:
            made = RecentRow(root, current=self._is_open(root))
            made.opened.connect(self._open)
            made.forgotten.connect(self._forget)
            self._recent.addWidget(made)
            self._rows.append(made)
        if not roots:
            hint = label("Projects that you open appear here.", "soft")
            hint.setContentsMargins(0, GRID, 0, GRID)
            self._recent.addWidget(hint)

    def _is_open(self, root: Path) -> bool:
        return self.session.project is not None and self.session.project.root == root

    def _ask(self, action: str) -> None:
        self.action_requested.emit(action)

    def _open(self, root: Path) -> None:
        if self._is_open(root):
            self.page_requested.emit("import")
        else:
            self.session.open_project(root)

    def _forget(self, root: Path) -> None:
        self.settings.forget_recent(root)
        self._show_recent()

    def _show_busy(self, busy: bool) -> None:
        for chosen in (self.new, self.open, self.sample):
            chosen.setEnabled(not busy)
            chosen.setToolTip(f"{self.runner.title} is still running." if busy else "")


def _way() -> QWidget:
    """Return the card that shows the steps of the work, and what they make of a photo."""
    frame, inside = card()
    inside.addWidget(label("How it goes", "heading"))
    inside.addSpacing(GRID // 2)
    steps = QGridLayout()
    steps.setHorizontalSpacing(2 * GRID)
    for place, (icon_name, title, text) in enumerate(_WAY):
        head = row(icon_label(icon_name, 20, "accent_text"), label(title), 1)
        steps.addLayout(head, 0, place)
        steps.addWidget(label(text, "small", wrap=True), 1, place)
        steps.setColumnStretch(place, 1)
    inside.addLayout(steps)
    inside.addSpacing(GRID)
    inside.addWidget(PictureStrip(PICTURES), 1)
    return frame


def _promises() -> QWidget:
    """Return the card that says what SegStudio does not do."""
    frame, inside = card()
    inside.setSpacing(2 * GRID)
    for icon_name, title, text in _PROMISES:
        inside.addLayout(_item(icon_name, title, text))
    inside.addStretch(1)
    return frame


def _item(icon_name: str, title: str, text: str) -> QHBoxLayout:
    """Return an icon with a title and a small text beside it."""
    words = column(label(title, wrap=True), label(text, "small", wrap=True), 1, spacing=2)
    mark = icon_label(icon_name, 20, "accent_text")
    item = row(mark, words, spacing=12)
    item.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    item.setStretch(1, 1)
    return item
