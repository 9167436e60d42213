"""The widgets of the split page and where they stand."""

from __future__ import annotations

from pathlib import PurePosixPath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.core.palette import Palette
from segstudio.core.splits import PARTS, Part
from segstudio.gui.editors import IntBox
from segstudio.gui.forms import CAPTION_HEIGHT
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, label, row
from segstudio.gui.widgets.part_chip import PartChip
from segstudio.gui.widgets.scrolled import Scrolled
from segstudio.gui.widgets.split_bars import SplitBars
from segstudio.gui.widgets.words import plural
from segstudio.jobs.split import SplitMethod, SplitResult
from segstudio.learning.config.data import SPLITS
from segstudio.photos.bursts import Burst, Leak, Reason

METHODS: dict[SplitMethod, str] = {
    "presence": SPLITS["presence"],
    "pixels": SPLITS["pixels"],
    "random": SPLITS["random"],
    "given": "By folders train, val, test",
}
_REASONS: dict[Reason, str] = {
    "time": "seconds apart",
    "look": "alike",
    "sequence": "a series",
}
_PART_TITLES: dict[Part, str] = {"train": "To learn", "val": "To check", "test": "For the end"}
_USUAL: dict[Part, int] = {"train": 80, "val": 20, "test": 0}
_MOST_LINES = 500
# Against the empty space below, which is there while there is nothing to list.
_LISTS = 1000
_SEED = "Another number deals the photos out otherwise, the same one alike."


class SplitParts:
    """The choices at the left, what they lead to at the right."""

    def __init__(self, body: QWidget) -> None:
        self.method = QComboBox()
        self.method.setAccessibleName("How photos are dealt out")
        for value, words in METHODS.items():
            self.method.addItem(words, value)
        self.shares = {part: _percent(share) for part, share in _USUAL.items()}
        self.seed = IntBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip(_SEED)
        self.keep = QCheckBox("Keep bursts together")
        self.keep.setChecked(True)
        self.keep.setToolTip(
            "Photos that show nearly the same come into one part: on both sides, they make the "
            "score look too good."
        )
        self.state = label("", "soft", wrap=True)
        self.lock = button("&Lock this split", role="primary")
        self.warning = label("", "small", wrap=True)
        self.what = QComboBox()
        self.what.setAccessibleName("What the bars count")
        self.what.addItem("Photos with it", False)
        self.what.addItem("Pixels of it", True)
        self.bars = SplitBars()
        self.notes = label("", wrap=True)
        self.together_title = label("Kept together", "heading", wrap=True)
        self.together = _list("Groups of photos that show nearly the same")
        self.leaks_title = label("Too easy to check", "heading", wrap=True)
        self.leaks = _list("Photos kept aside that look almost like a training photo")
        self._lay_out(body)

    def show_result(self, result: SplitResult, palette: Palette) -> None:
        """Show a proposal beside the locked split, or one by chance where there is none."""
        before = result.before or result.chance
        title = "Locked now" if result.before else "By chance"
        by_pixels = bool(self.what.currentData())
        self.bars.show_balance(before, result.after, palette, by_pixels=by_pixels, title=title)
        self.notes.setText("\n".join(result.notes))
        self.notes.setVisible(bool(result.notes))
        self.together_title.setText(together_words(result, keep=self.keep.isChecked()))
        self.leaks_title.setText(leaks_words(result))
        _fill(self.together, [burst_words(burst) for burst in result.bursts])
        _fill(self.leaks, [leak_line(leak) for leak in result.after.leaks])
        listed = bool(result.bursts or result.after.leaks)
        self._inside.setStretchFactor(self._lists, _LISTS if listed else 0)

    def _lay_out(self, body: QWidget) -> None:
        split = row(self._choices(), self._outcome(), spacing=2 * GRID)
        split.setStretch(1, 1)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(split)

    def _choices(self) -> QWidget:
        frame, inside = card()
        frame.setFixedWidth(43 * GRID)
        form = QFormLayout()
        form.setVerticalSpacing(GRID)
        form.setHorizontalSpacing(2 * GRID)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow("How", self.method)
        for part, words in _PART_TITLES.items():
            self.shares[part].setAccessibleName(words)
            form.addRow(words, self.shares[part])
        form.addRow("Seed", self.seed)
        form.addRow(label(_SEED, "small", wrap=True))
        for field in (self.method, *self.shares.values(), self.seed):
            form.labelForField(field).setMinimumHeight(CAPTION_HEIGHT)
        inside.addWidget(label("Now", "heading"))
        inside.addWidget(self.state)
        inside.addSpacing(GRID)
        inside.addWidget(label("Deal the photos out", "heading"))
        inside.addLayout(form)
        inside.addWidget(self.keep)
        inside.addSpacing(GRID)
        inside.addWidget(self.lock)
        inside.addWidget(self.warning)
        inside.addStretch(1)
        return frame

    def _outcome(self) -> QWidget:
        frame, inside = card()
        self._inside = inside
        chips = [PartChip(part) for part in PARTS]
        inside.addLayout(row(label("Before and after", "heading"), 1, self.what))
        inside.addLayout(row(*chips, 1, spacing=2 * GRID))
        holder = QWidget()
        holder.setLayout(column(self.bars))
        area = Scrolled(holder)
        for ground in (holder, area.viewport()):
            ground.setAutoFillBackground(False)
        inside.addWidget(area)
        inside.addWidget(self.notes)
        lists = row(
            column(self.together_title, self.together),
            column(self.leaks_title, self.leaks),
            spacing=2 * GRID,
        )
        lists.setStretch(0, 1)
        lists.setStretch(1, 1)
        self._lists = lists
        inside.addLayout(lists)
        inside.addStretch(1)
        return frame


def together_words(result: SplitResult, *, keep: bool) -> str:
    """Return one line on all photos that show nearly the same."""
    if not result.bursts:
        return "No photos show nearly the same"
    count = sum(len(burst.photos) for burst in result.bursts)
    groups = plural(len(result.bursts), "group")
    return f"{'Kept together' if keep else 'Alike, but dealt one by one'}: {count:,} in {groups}"


def leaks_words(result: SplitResult) -> str:
    """Return one line on all photos that are too easy to check, and how it was before."""
    before = (result.before or result.chance).leaks
    if not before and not result.after.leaks:
        return "No photo is too easy to check"
    then = "before" if result.before else "by chance"
    return f"Too easy to check: {len(result.after.leaks):,} ({then}: {len(before):,})"


def burst_words(burst: Burst) -> str:
    """Return one line on photos that are kept together."""
    reasons = ", ".join(_REASONS[reason] for reason in burst.reasons)
    more = len(burst.photos) - 1
    return f"{PurePosixPath(burst.photos[0]).name} and {more:,} more ({reasons})"


def leak_line(leak: Leak) -> str:
    """Return one line on a photo that is too easy to check."""
    photo, partner = (PurePosixPath(name).name for name in (leak.photo, leak.partner))
    return f"{photo} is nearly {partner} ({_REASONS[leak.reason]})"


def _percent(value: int) -> IntBox:
    box = IntBox()
    box.setRange(0, 100)
    box.setSuffix(" %")
    box.setSingleStep(5)
    box.setValue(value)
    return box


def _list(name: str) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setMinimumHeight(9 * GRID)
    return made


def _fill(widget: QListWidget, lines: list[str]) -> None:
    """Show lines, each whole in its tip, and no list without any; endless lists are cut."""
    widget.clear()
    widget.setVisible(bool(lines))
    for text in lines[:_MOST_LINES]:
        widget.addItem(text)
        widget.item(widget.count() - 1).setToolTip(text)
    if len(lines) > _MOST_LINES:
        widget.addItem(f"and {len(lines) - _MOST_LINES:,} more")
