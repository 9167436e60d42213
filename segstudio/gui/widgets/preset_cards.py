"""Three cards to choose from: a title, a time, a sentence."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from segstudio.gui.theme import GRID, colors_for

_WIDTH = 19 * GRID
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class PresetCard(QAbstractButton):
    """A checkable card; `set_time` fills in how long it takes."""

    def __init__(self, title: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = note
        self._time = ""
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Side by side they get the height of the one with the most words.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._describe()

    @property
    def time(self) -> str:
        """The words for how long it takes."""
        return self._time

    def set_time(self, words: str) -> None:
        """Show how long it takes."""
        self._time = words
        self._describe()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that holds all words at the width there is, and at least five lines."""
        least = 5 * self.fontMetrics().lineSpacing() + 5 * GRID
        _, _, note = self._areas(QRect(0, 0, max(self.width(), _WIDTH), least))
        return QSize(_WIDTH, max(least, note.bottom() + GRID))

    def minimumSizeHint(self) -> QSize:
        """Return the size hint; nothing may be cut off."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the words take at the new width."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        colors = colors_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, marked = self.isChecked(), self.hasFocus() or self.underMouse()
        border = colors.accent if chosen else colors.border_strong if marked else colors.border
        painter.setBrush(QColor(colors.accent_soft if chosen else colors.card))
        painter.setPen(QPen(QColor(border), 2 if chosen else 1))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(self.rect().adjusted(4, 4, -4, -4), 6, 6)
        self._paint_words(painter)
        painter.end()

    @property
    def words_fit(self) -> bool:
        """True where the card is large enough for all of its words."""
        _, time, note = self._areas(self.rect())
        wide = self.fontMetrics().horizontalAdvance(self._time) <= time.width()
        return wide and self.rect().contains(note)

    def _areas(self, rect: QRect) -> tuple[QRect, QRect, QRect]:
        """Return where title, time and note stand in a card, each under the one before."""
        area = rect.adjusted(2 * GRID, 2 * GRID - 2, -2 * GRID, -GRID)
        metrics = self.fontMetrics()
        below = area.adjusted(0, metrics.lineSpacing() + 2, 0, 0)
        time = metrics.boundingRect(below, _WORDS, self._time)
        below.setTop(time.bottom() + GRID - 2)
        note = metrics.boundingRect(below, _WORDS, self._note)
        return area, QRect(time.topLeft(), below.size()), note

    def _paint_words(self, painter: QPainter) -> None:
        colors = colors_for(self.palette())
        title, time, note = self._areas(self.rect())
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colors.text if self.isEnabled() else colors.text_faint))
        painter.drawText(title, _WORDS, self.text())
        painter.setFont(self.font())
        painter.setPen(QColor(colors.accent_text))
        painter.drawText(time, _WORDS, self._time)
        painter.setPen(QColor(colors.text_soft))
        painter.drawText(note, _WORDS, self._note)

    def _describe(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self._time}")
        self.setAccessibleDescription(self._note)


class PresetCards(QWidget):
    """Cards side by side of which one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, PresetCard] = {}
        self._group = QButtonGroup(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID)

    def add(self, name: str, title: str, note: str) -> None:
        """Add a card at the right."""
        card = PresetCard(title, note)
        self._cards[name] = card
        self._group.addButton(card)
        self._row.addWidget(card, 1)
        card.toggled.connect(lambda on: self.chosen.emit(name) if on else None)

    def card(self, name: str) -> PresetCard:
        """Return a card; KeyError where there is none."""
        return self._cards[name]

    @property
    def current(self) -> str:
        """The name of the chosen card; empty before one is."""
        return next((name for name, card in self._cards.items() if card.isChecked()), "")

    def choose(self, name: str) -> None:
        """Choose a card."""
        self._cards[name].setChecked(True)
