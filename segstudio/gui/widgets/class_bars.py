"""Legend and chart in one: a class per line with its share of the pixels and its photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from segstudio.core.palette import Palette
from segstudio.gui.theme import GRID, Colors, colors_for
from segstudio.gui.widgets.painting import SWATCH, paint_bar, paint_ground, paint_swatch
from segstudio.gui.widgets.words import NOT_MEASURED, percent
from segstudio.jobs.exploring import Totals

_ROW, _TALLEST = 30, 42
_KEY = 14
_BAR = 12
_KEYS = 9
_GAP = 12
_SHORTEST = 7 * GRID
# Below that, bars are drawn longer than their share of the column, so that they can be compared.
_HALF = 0.5
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_LEFT = GRID + _KEY + SWATCH + GRID


@dataclass(frozen=True, slots=True)
class Figures:
    """What a line shows of a class; `longest` is the share whose bar fills its column.

    The share of the background may be larger: its bar is broken then.
    """

    share: float | None = None
    photos: int = 0
    longest: float = 1.0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns begin and how wide they are, in logical px."""

    name: int
    share: int
    share_bar: int
    photos: int
    photos_bar: int
    end: int


def columns(width: int, metrics: QFontMetrics, names: Sequence[str], counted: int) -> Columns:
    """Share a width out: names as wide as they need up to a limit, the rest to the bars."""
    needed = max((metrics.horizontalAdvance(name) for name in names), default=0)
    name = min(needed, round(width * 0.4) - _LEFT)
    share_room = metrics.horizontalAdvance(percent(0.0001)) + _GAP
    photo_room = max(metrics.horizontalAdvance(f"{counted:,}"), 4 * GRID) + _GAP
    share = _LEFT + name + _GAP
    end = width - GRID
    bars = end - share - share_room - photo_room - _GAP
    if bars < _SHORTEST:
        name, share, bars = name - _SHORTEST + bars, share - _SHORTEST + bars, _SHORTEST
    share_bar = round(bars * 0.56)
    photos = share + share_bar + share_room + _GAP
    return Columns(name, share, share_bar, photos, bars - share_bar, end)


class ClassBars(QWidget):
    """One line per trained class; a click shows that class alone, another one all again."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[BarLine] = []
        self._counted = 0
        self._background: int | None = None
        self._heading = _Heading()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._heading)
        self._column.addStretch(1)

    @property
    def lines(self) -> list[BarLine]:
        """The lines from top to bottom."""
        return self._lines

    def show_classes(self, palette: Palette | None) -> None:
        """Show a palette's classes, by id, without figures."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        trained = palette.trained if palette is not None else ()
        self._background = palette.background_id if palette is not None else None
        self._lines = [
            BarLine(entry.id, entry.name, entry.color, place + 1 if place < _KEYS else 0)
            for place, entry in enumerate(trained)
        ]
        for line in self._lines:
            line.clicked.connect(self._tell)
            self._column.insertWidget(self._column.count() - 1, line, 10)
        self._share_out()

    def show_totals(self, totals: Totals) -> None:
        """Show the figures; the longest bar of pixels fills its column."""
        self._counted = totals.counted
        self._share_out()
        shares = {line.class_id: totals.share(line.class_id) for line in self._lines}
        others = [share for class_id, share in shares.items() if class_id != self._background]
        longest = max(others, default=0.0) or 1.0
        longest = longest if longest < _HALF else 1.0
        for line in self._lines:
            share = shares[line.class_id] if totals.counted else None
            photos = totals.photos(line.class_id)
            line.show_figures(Figures(share, photos, longest, totals.counted))

    def show_chosen(self, class_id: int | None) -> None:
        """Mark the class that is shown alone, None for all; emits nothing."""
        for line in self._lines:
            line.setChecked(line.class_id == class_id)
            line.set_faint(class_id is not None and line.class_id != class_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width out."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        names = [line.text() for line in self._lines]
        shared = columns(self.width(), self.fontMetrics(), names, self._counted)
        self._heading.columns = shared
        for line in self._lines:
            line.columns = shared
        self.update()

    def _tell(self) -> None:
        line = self.sender()
        if isinstance(line, BarLine):
            self.chosen.emit(line.class_id if line.isChecked() else None)


class BarLine(QAbstractButton):
    """A checkable line: its key, swatch, name, share of the pixels, photos, with bars."""

    def __init__(self, class_id: int, name: str, color: str, key: int) -> None:
        super().__init__()
        self.class_id = class_id
        self.columns: Columns | None = None
        self._color, self._key = color, key
        self._figures = Figures()
        self._faint = False
        self.setText(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(_TALLEST)
        self.show_figures(self._figures)

    @property
    def words(self) -> tuple[str, str]:
        """The two numbers as shown: share of the pixels, photos."""
        if not self._figures.counted:
            return NOT_MEASURED, NOT_MEASURED
        return percent(self._figures.share), f"{self._figures.photos:,}"

    def show_figures(self, figures: Figures) -> None:
        """Show other figures."""
        self._figures = figures
        share, photos = self.words
        self.setAccessibleName(f"{self.text()}, {share} of the pixels, on {photos} photos")
        key = f" ({self._key})" if self._key else ""
        told = f"{share} of the pixels, on {photos} of {figures.counted:,} outlined photos"
        self.setToolTip(f"{self.text()}: {told}\nClick to see it alone{key}")
        self.update()

    def set_faint(self, faint: bool) -> None:
        """Stand back while another class is shown alone."""
        if faint != self._faint:
            self._faint = faint
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(40 * GRID, _ROW)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that still can be read."""
        return QSize(34 * GRID, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        colors = colors_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.setPen(QColor(colors.accent))
            painter.setBrush(QColor(colors.accent_soft))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        if not self.isChecked() or self.hasFocus():
            paint_ground(painter, self, colors)
        if self.columns is not None:
            self._paint_name(painter, self.columns)
            self._paint_figures(painter, self.columns)
        painter.end()

    def _paint_name(self, painter: QPainter, columns: Columns) -> None:
        colors = colors_for(self.palette())
        height = self.height()
        painter.setPen(QColor(colors.text_faint))
        if self._key:
            painter.drawText(QRect(GRID, 0, _KEY, height), _MIDDLE, str(self._key))
        swatch = QRect(GRID + _KEY, (height - SWATCH) // 2, SWATCH, SWATCH)
        paint_swatch(painter, swatch, None if self._faint else self._color, colors)
        painter.setPen(QColor(colors.text_soft if self._faint else colors.text))
        name = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, columns.name + 2
        )
        painter.drawText(QRect(_LEFT, 0, columns.name + 4, height), _MIDDLE, name)

    def _paint_figures(self, painter: QPainter, columns: Columns) -> None:
        """Paint both bars with their numbers at them."""
        colors, figures = colors_for(self.palette()), self._figures
        relative = (figures.share or 0) / figures.longest if figures.longest else 0
        part = figures.photos / figures.counted if figures.counted else 0
        top = (self.height() - _BAR) // 2
        for left, width, end, share, words in (
            (columns.share, columns.share_bar, columns.photos - _GAP, relative, self.words[0]),
            (columns.photos, columns.photos_bar, columns.end, part, self.words[1]),
        ):
            bar = QRect(left, top, width, _BAR)
            paint_bar(painter, bar, share or None, self._color, colors)
            if share:
                _paint_edge(painter, bar, share, colors)
            if share > 1:
                _paint_break(painter, bar, colors)
            painter.setPen(QColor(colors.text_soft if self._faint else colors.text))
            room = QRect(bar.right(), 0, end - bar.right(), self.height())
            painter.drawText(room, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), words)


def _paint_edge(painter: QPainter, bar: QRect, share: float, colors: Colors) -> None:
    """Draw round a bar's filled part, as a class may have nearly the colour of the ground."""
    painter.save()
    painter.setClipRect(bar.left(), bar.top(), round(bar.width() * min(share, 1.0)), bar.height())
    painter.setPen(QPen(QColor(colors.border_strong)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    around = QRectF(bar).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(around, around.height() / 2, around.height() / 2)
    painter.restore()


def _paint_break(painter: QPainter, bar: QRect, colors: Colors) -> None:
    """Cut a bar that is longer than its column can show."""
    painter.setPen(QPen(QColor(colors.card), 2))
    for left in (bar.right() - 14, bar.right() - 9):
        painter.drawLine(left, bar.bottom() + 2, left + 4, bar.top() - 1)


class _Heading(QWidget):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: Columns | None = None
        self.setFixedHeight(3 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the headings at the columns of the lines."""
        painter = QPainter(self)
        painter.setPen(QColor(colors_for(self.palette()).text_faint))
        at = self.columns
        if at is not None:
            shares = QRect(at.share, 0, at.photos - at.share, self.height())
            painter.drawText(shares, _MIDDLE, "Share of pixels")
            photos = QRect(at.photos, 0, at.end - at.photos, self.height())
            painter.drawText(photos, _MIDDLE, "Photos")
        painter.end()
