"""The rail at the left: the steps in the order of work, each with its state in words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from segstudio.gui.icons import paint_icon
from segstudio.gui.pages import PAGES, PageEntry
from segstudio.gui.pages.steps import StepState
from segstudio.gui.theme import GRID, Colors, colors_for

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.OtherFocusReason,
)
_WIDTH = 22 * GRID
_HEIGHT = 7 * GRID


class StepButton(QAbstractButton):
    """One step: icon, word, a few words of state; a mark where it is done or lacks something."""

    def __init__(self, entry: PageEntry, number: int) -> None:
        super().__init__()
        self.entry = entry
        self._state = StepState("ready")
        self._ring = False
        self.setText(entry.title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._key = f"Alt+{number}"
        self.show_state(self._state)

    def show_state(self, state: StepState) -> None:
        """Show where the step stands."""
        self._state = state
        self.setToolTip(f"{state.reason or self.entry.title}  ({self._key})")
        self.setAccessibleName(f"{self.entry.title}: {state.note or state.kind}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size of a step."""
        return QSize(_WIDTH - 2 * GRID, _HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hover surface."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Remove the hover surface."""
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring only to those who came by keyboard."""
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._ring = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the step."""
        colors = colors_for(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_surface(painter, colors)
        ink = colors.accent_text if self.isChecked() else colors.text_soft
        side = 22
        icon = QRect(2 * GRID, (self.height() - side) // 2, side, side)
        paint_icon(painter, self.entry.icon, icon, ink)
        self._paint_words(painter, colors, 2 * GRID + side + 12)
        self._paint_mark(painter, colors)
        painter.end()

    def _paint_surface(self, painter: QPainter, colors: Colors) -> None:
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(QColor(colors.accent_soft if self.isChecked() else colors.raised))
            painter.drawRoundedRect(rect, GRID, GRID)
        if self.hasFocus() and self._ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent_text), 2))
            painter.drawRoundedRect(rect, GRID, GRID)

    def _paint_words(self, painter: QPainter, colors: Colors, left: int) -> None:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Medium)
        painter.setFont(font)
        dim = self._state.kind == "blocked" and not self.isChecked()
        painter.setPen(QColor(colors.text_soft if dim else colors.text))
        height = painter.fontMetrics().height()
        note = self._state.note
        top = self.height() // 2 - (height if note else height // 2)
        room = self.width() - left - 3 * GRID
        painter.drawText(QRect(left, top, room, height), Qt.AlignmentFlag.AlignLeft, self.text())
        if note:
            small = QFont(self.font())
            small.setPixelSize(round(self.fontInfo().pixelSize() * 0.88))
            painter.setFont(small)
            painter.setPen(QColor(colors.text_faint))
            metrics = painter.fontMetrics()
            words = metrics.elidedText(note, Qt.TextElideMode.ElideRight, room)
            rect = QRect(left, top + height, room, metrics.height())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft, words)

    def _paint_mark(self, painter: QPainter, colors: Colors) -> None:
        centre = QPointF(self.width() - 2.0 * GRID, self.height() / 2)
        if self._state.kind == "done":
            mark = QRect(int(centre.x()) - 8, int(centre.y()) - 7, 14, 14)
            paint_icon(painter, "check", mark, colors.good)
        elif self._state.kind == "ready":
            painter.setBrush(QColor(colors.accent_text))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(centre, 3, 3)


class Rail(QWidget):
    """The steps, always visible and free to jump between; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self._steps: dict[str, StepButton] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, 2 * GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        for number, entry in enumerate(PAGES, 1):
            step = StepButton(entry, number)
            self._steps[entry.name] = step
            self._group.addButton(step)
            layout.addWidget(step)
        layout.addStretch(1)
        self._group.buttonClicked.connect(self._choose)

    def set_current(self, name: str) -> None:
        """Mark the page in front; a step that had the focus hands it on."""
        self._steps[name].setChecked(True)
        if any(step.hasFocus() for step in self._steps.values()):
            self._steps[name].setFocus()

    def show_states(self, states: dict[str, StepState]) -> None:
        """Show where every step stands."""
        for name, state in states.items():
            self._steps[name].show_state(state)

    def step(self, name: str) -> StepButton:
        """Return the button of a step."""
        return self._steps[name]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between the steps with the arrow keys."""
        steps = list(self._steps.values())
        move = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        at = next((i for i, step in enumerate(steps) if step.hasFocus()), None)
        if move and at is not None:
            steps[min(max(at + move, 0), len(steps) - 1)].setFocus()
        else:
            super().keyPressEvent(event)

    def _choose(self, step: QAbstractButton) -> None:
        if isinstance(step, StepButton):
            self.chosen.emit(step.entry.name)
