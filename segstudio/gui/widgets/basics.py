"""Small builders that keep every page on one grid and in one typography."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.gui.icons import icon, icon_pixmap
from segstudio.gui.theme import GRID, Colors, colors_for

TextRole = Literal["", "title", "heading", "soft", "small", "caption", "number"]


def label(text: str, role: TextRole = "", *, wrap: bool = False) -> QLabel:
    """Return a label of one step of the typographic ladder; its text is never read as HTML."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def button(
    text: str, *, icon_name: str = "", role: str = "", tip: str = "", size: str = ""
) -> QPushButton:
    """Return a push button; role primary, link or none, size large or none."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setProperty("scale", size)
    if icon_name:
        made.setIcon(icon(icon_name, "on_accent" if role == "primary" else "text_soft"))
    made.setToolTip(tip)
    made.setAutoDefault(False)
    return made


def tool_button(icon_name: str, name: str, *, tip: str = "") -> QToolButton:
    """Return a button that shows only an icon; `name` is read to those who cannot see it."""
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setAccessibleName(name)
    made.setToolTip(tip or name)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


def card(*, margin: int = 2, role: str = "card") -> tuple[QFrame, QVBoxLayout]:
    """Return a bordered surface and the layout inside it; `margin` counts 8 px steps."""
    frame = QFrame()
    frame.setProperty("role", role)
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(margin * GRID, margin * GRID, margin * GRID, margin * GRID)
    inside.setSpacing(GRID)
    return frame, inside


def row(*items: QWidget | QLayout | int, spacing: int = GRID) -> QHBoxLayout:
    """Return a row; a number stands for a stretch of that weight."""
    layout = QHBoxLayout()
    _fill(layout, items, spacing)
    return layout


def column(*items: QWidget | QLayout | int, spacing: int = GRID) -> QVBoxLayout:
    """Return a column; a number stands for a stretch of that weight."""
    layout = QVBoxLayout()
    _fill(layout, items, spacing)
    return layout


def line() -> QFrame:
    """Return a thin dividing line."""
    frame = QFrame()
    frame.setProperty("role", "line")
    frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return frame


def set_state(widget: QWidget, state: str, name: str = "state") -> None:
    """Set a style property and restyle the widget at once."""
    if widget.property(name) != state:
        widget.setProperty(name, state)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icon_label(name: str, size: int, color: str = "text_soft") -> IconLabel:
    """Return an icon of `size` px in one of the theme's colours."""
    return IconLabel(name, size, color)


class IconLabel(QLabel):
    """An icon that is no button; it follows the theme."""

    def __init__(self, name: str, size: int, color: str) -> None:
        self._name, self._size, self._color = name, size, color
        super().__init__()
        self.setFixedSize(size, size)
        self._draw()

    def set_icon(self, name: str, color: str) -> None:
        """Show another icon in one of the theme's colours."""
        if (name, color) != (self._name, self._color):
            self._name, self._color = name, color
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._draw()

    def _draw(self) -> None:
        colors: Colors = colors_for(self.palette())
        color: str = getattr(colors, self._color)
        self.setPixmap(icon_pixmap(self._name, self._size, color, self.devicePixelRatioF()))


def _fill(
    layout: QHBoxLayout | QVBoxLayout, items: tuple[QWidget | QLayout | int, ...], spacing: int
) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
