"""Who keeps the arrow keys that otherwise step through the photos."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QTabBar,
)

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_USERS = (QAbstractSlider, QAbstractSpinBox, QComboBox, QTabBar)


def wants_arrow(event: QEvent) -> bool:
    """True for the question whether a shortcut may take an arrow key that the focus needs."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if event.key() not in _ARROWS or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return False
    focus = QApplication.focusWidget()
    if isinstance(focus, QAbstractItemView):
        return focus.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectItems
    return isinstance(focus, _USERS)
