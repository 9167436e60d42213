"""What a test asks of a page's looks: that no word on it is cut off."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from segstudio.gui.widgets.elided_label import ElidedLabel

_WORDED = (QPushButton, QCheckBox, QRadioButton, QLabel, QComboBox)


def cut_off(root: QWidget) -> list[str]:
    """The words of buttons, choices and labels that have less room than they need.

    Labels that shorten themselves are left out.
    """
    shown = [made for kind in _WORDED for made in root.findChildren(kind) if made.isVisible()]
    return [_words(m) for m in shown if _words(m) and (_is_short(m) or _is_covered(m))]


def _words(made: QWidget) -> str:
    return made.currentText() if isinstance(made, QComboBox) else made.text()


def _is_short(made: QWidget) -> bool:
    if isinstance(made, QComboBox):
        option = QStyleOptionComboBox()
        made.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        kind = QStyle.ComplexControl.CC_ComboBox
        room = made.style().subControlRect(kind, option, field, made).width()
        return room < made.fontMetrics().horizontalAdvance(made.currentText())
    if isinstance(made, ElidedLabel):
        return False
    if isinstance(made, QLabel) and made.wordWrap():
        return made.height() < made.heightForWidth(made.width())
    return made.width() < made.sizeHint().width()


def _is_covered(made: QWidget) -> bool:
    """Tell whether a control reaches sideways out of what holds it, or lies under another one."""
    if not isinstance(made, QAbstractButton | QComboBox):
        return False
    holder = made.parentWidget()
    place = made.geometry()
    beside = [
        other
        for other in holder.children()
        if isinstance(other, QAbstractButton | QComboBox) and other is not made
    ]
    return (
        place.left() < 0
        or place.right() >= holder.width()
        or any(other.isVisible() and other.geometry().intersects(place) for other in beside)
    )
