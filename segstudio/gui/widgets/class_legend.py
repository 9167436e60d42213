"""The classes of a run: colour, overlap in number and words; a click hides a class's colour."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from segstudio.core.palette import Palette, PaletteClass
from segstudio.gui.theme import GRID, colors_for
from segstudio.gui.widgets.painting import SWATCH, paint_bar, paint_ground, paint_swatch
from segstudio.gui.widgets.score_list import score_color
from segstudio.gui.widgets.words import number
from segstudio.review.ranking import ClassScore, in_words


class ClassLegend(QWidget):
    """One line per trained class; `hidden_changed` tells the palette ids that are hidden."""

    hidden_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[ClassLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def lines(self) -> list[ClassLine]:
        """The lines from top to bottom."""
        return self._lines

    @property
    def hidden(self) -> frozenset[int]:
        """The palette ids that are hidden."""
        return frozenset(line.entry.id for line in self._lines if not line.isChecked())

    def show_classes(self, palette: Palette, scores: dict[str, ClassScore]) -> None:
        """Show the palette's classes with their scores; what was hidden stays hidden."""
        hidden = self.hidden
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        self._lines = []
        for entry in palette.trained:
            line = ClassLine(entry, scores.get(entry.name))
            line.setChecked(entry.id not in hidden)
            line.toggled.connect(self._tell)
            self._lines.append(line)
            self._column.addWidget(line)

    def _tell(self) -> None:
        self.hidden_changed.emit(self.hidden)


class ClassLine(QAbstractButton):
    """A checkable line: swatch (hollow when hidden), name, overlap as bar, number and word."""

    def __init__(self, entry: PaletteClass, score: ClassScore | None) -> None:
        super().__init__()
        self.entry = entry
        self._score = score
        iou = score.iou if score else None
        self._words = in_words(iou) if score else ""
        self.setText(entry.name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{entry.name}, overlap {number(iou)} {self._words}")
        self.setToolTip(self._tip())

    @property
    def number(self) -> str:
        """The overlap as shown."""
        return number(self._score.iou if self._score else None)

    def sizeHint(self) -> QSize:
        """Return the size of two lines of text."""
        return QSize(24 * GRID, 2 * self.fontMetrics().lineSpacing() + 2 * GRID)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that still can be read."""
        return QSize(18 * GRID, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        colors = colors_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, self, colors)
        area = self.rect().adjusted(GRID, GRID - 2, -GRID, -GRID + 2)
        swatch = QRect(area.left(), area.top() + 2, SWATCH, SWATCH)
        paint_swatch(painter, swatch, self.entry.color if self.isChecked() else None, colors)
        self._paint_words(painter, area.adjusted(SWATCH + GRID, 0, 0, 0))
        painter.end()

    def _paint_words(self, painter: QPainter, area: QRect) -> None:
        colors = colors_for(self.palette())
        metrics = self.fontMetrics()
        line = QRect(area.left(), area.top(), area.width(), metrics.height())
        iou = self._score.iou if self._score else None
        painter.setPen(QColor(score_color(iou, colors)))
        right = self._right(area.width())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), right)
        room = area.width() - metrics.horizontalAdvance(right) - GRID
        painter.setPen(QColor(colors.text if self.isChecked() else colors.text_faint))
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), name)
        if self._score:
            bar = QRect(area.left(), line.bottom() + 6, area.width(), 4)
            paint_bar(painter, bar, iou, score_color(iou, colors), colors)

    def _right(self, width: int) -> str:
        """Return the overlap with its word, or alone where the class's name needs the room."""
        if not self._score:
            return ""
        full, metrics = f"{self._words}  {self.number}", self.fontMetrics()
        needed = metrics.horizontalAdvance(full) + GRID + metrics.horizontalAdvance(self.text())
        return full if needed <= width else self.number

    def _tip(self) -> str:
        lines = ["Click to hide or show its colour."]
        if self._score:
            lines += [
                f"Overlap (IoU): {number(self._score.iou)}",
                f"Of what it marked, right: {number(self._score.precision)}",
                f"Of what is there, found: {number(self._score.recall)}",
            ]
        return "\n".join(lines)
