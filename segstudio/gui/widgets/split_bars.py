"""How a split deals the photos and every class, beside how it was before or would be by chance."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from segstudio.core.palette import Palette
from segstudio.core.splits import PARTS, Part
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.painting import SWATCH, paint_swatch
from segstudio.gui.widgets.plot_colors import check_color, is_dark, train_color
from segstudio.gui.widgets.words import NOT_MEASURED, PART_WORDS
from segstudio.jobs.balance import Balance

_ROW = 30
_BAR = 14
_GAP = 16
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_TEST = ("#8a5fa8", "#cc9ae0")

Counts = dict[Part, int]


def part_color(part: Part, palette: QPalette) -> QColor:
    """Return the colour of a part."""
    if part == "test":
        return QColor(_TEST[is_dark(palette)])
    return train_color(palette) if part == "train" else check_color(palette)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One line: a name, its class's colour (empty for all photos), counts before and after."""

    name: str
    color: str
    before: Counts
    after: Counts
    as_share: bool


@dataclass(frozen=True, slots=True)
class Room:
    """How wide names and numbers of all lines are, in logical px."""

    names: int
    numbers: int


class SplitBars(QWidget):
    """One line for all photos and one per class, each with two bars of the parts' shares."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = _Titles()
        self._lines: list[SplitLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._titles)
        self._column.addStretch(1)

    @property
    def lines(self) -> list[SplitLine]:
        """The lines from top to bottom."""
        return self._lines

    def show_balance(
        self, before: Balance, after: Balance, palette: Palette, *, by_pixels: bool, title: str
    ) -> None:
        """Show two splits; `title` names the one at the left."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        rows = [BarRow("All photos", "", before.photos, after.photos, as_share=False)]
        left, right = ((b.pixels if by_pixels else b.classes) for b in (before, after))
        rows += [
            BarRow(entry.name, entry.color, left[entry.name], right[entry.name], by_pixels)
            for entry in palette.trained
        ]
        metrics = self.fontMetrics()
        words = (numbers(c, as_share=r.as_share) for r in rows for c in (r.before, r.after))
        room = Room(
            max(metrics.horizontalAdvance(row.name) for row in rows),
            max(map(metrics.horizontalAdvance, words)) + GRID,
        )
        self._titles.show_titles((title, "Proposed"), room)
        self._lines = [SplitLine(row, room) for row in rows]
        for line in self._lines:
            self._column.insertWidget(self._column.count() - 1, line)


class SplitLine(QWidget):
    """One line of two bars."""

    def __init__(self, row: BarRow, room: Room) -> None:
        super().__init__()
        self.row = row
        self._room = room
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = f"{row.name}: before {spelled(row.before)}; proposed {spelled(row.after)}"
        self.setToolTip(said)
        self.setAccessibleName(said)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(50 * GRID, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the name and both bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = colors_for(self.palette())
        if self.row.color:
            swatch = QRect(0, (self.height() - SWATCH) // 2, SWATCH, SWATCH)
            paint_swatch(painter, swatch, self.row.color, colors)
        metrics = self.fontMetrics()
        left, columns = _columns(self.width(), self._room.names)
        room = left - SWATCH - 2 * GRID
        name = metrics.elidedText(self.row.name, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(colors.text))
        painter.drawText(QRect(SWATCH + GRID, 0, room + 2, self.height()), _MIDDLE, name)
        for area, counts in zip(columns, (self.row.before, self.row.after), strict=True):
            self._paint_bar(painter, area, counts)
        painter.end()

    def _paint_bar(self, painter: QPainter, area: QRect, counts: Counts) -> None:
        colors = colors_for(self.palette())
        words = numbers(counts, as_share=self.row.as_share)
        total = sum(counts.values())
        width = area.width() - self._room.numbers
        bar = QRectF(area.left(), (self.height() - _BAR) / 2, width, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.border))
        painter.drawRoundedRect(bar, 3, 3)
        left = bar.left()
        for part in PARTS if total else ():
            span = bar.width() * counts[part] / total
            painter.setBrush(part_color(part, self.palette()))
            painter.drawRect(QRectF(left, bar.top(), span, bar.height()))
            left += span
        painter.setPen(QColor(colors.text_soft))
        place = QRect(round(bar.right()) + GRID, 0, self._room.numbers, self.height())
        painter.drawText(place, _MIDDLE, words)


def numbers(counts: Counts, *, as_share: bool) -> str:
    """Return a line's numbers for train, check and, where it has any, test."""
    total = sum(counts.values())
    shown = [part for part in PARTS if part != "test" or counts["test"]]
    if not total:
        return NOT_MEASURED
    if as_share:
        return " / ".join(f"{counts[part] / total * 100:.0f}" for part in shown) + " %"
    return " / ".join(f"{counts[part]:,}" for part in shown)


def spelled(counts: Counts) -> str:
    """Return shares in words, such as `80 % train, 20 % check`."""
    total = sum(counts.values())
    if not total:
        return "nowhere"
    parts = [part for part in PARTS if counts[part]]
    return ", ".join(f"{counts[part] / total * 100:.0f} % {PART_WORDS[part]}" for part in parts)


class _Titles(QWidget):
    """The titles of the two columns."""

    def __init__(self) -> None:
        super().__init__()
        self._titles = ("", "")
        self._room = Room(0, 0)
        self.setFixedHeight(3 * GRID)

    def show_titles(self, titles: tuple[str, str], room: Room) -> None:
        """Show other titles."""
        self._titles, self._room = titles, room
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the titles over their bars."""
        painter = QPainter(self)
        painter.setPen(QColor(colors_for(self.palette()).text_faint))
        _, columns = _columns(self.width(), self._room.names)
        for area, title in zip(columns, self._titles, strict=True):
            painter.drawText(QRect(area.left(), 0, area.width(), self.height()), _MIDDLE, title)
        painter.end()


def _columns(width: int, name_width: int) -> tuple[int, tuple[QRect, QRect]]:
    """Return where the bars begin, and the area of both columns."""
    left = SWATCH + 2 * GRID + min(name_width + 2, width // 4)
    each = (width - left - _GAP) // 2
    return left, (QRect(left, 0, each, 1), QRect(left + each + _GAP, 0, each, 1))
