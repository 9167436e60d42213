"""The widgets that each edit one field of a settings model, within its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)

_FILE = "\0file"
_DECIMALS = 8
# The style sheet's padding does not reach the field inside of a spin box.
_INSET = 6


class Editor:
    """One widget with how to read and write its value."""

    def __init__(
        self, widget: QWidget, read: Callable[[], Any], write: Callable[[Any], None]
    ) -> None:
        self.widget = widget
        self.read = read
        self.write = write


class IntBox(QSpinBox):
    """A whole number; the wheel changes it only while it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(_INSET, 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless this field has the focus."""
        _wheel_when_focused(self, event, super().wheelEvent)


class NumberBox(QDoubleSpinBox):
    """A number over many powers of ten, such as a learning rate, shown without empty digits."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(_INSET, 0, 0, 0)
        self.setDecimals(_DECIMALS)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        """Return the shortest text of the number in the user's way of writing it."""
        text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".") or "0"
        return text.replace(".", self.locale().decimalPoint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless this field has the focus."""
        _wheel_when_focused(self, event, super().wheelEvent)


class ChoiceBox(QComboBox):
    """Choices in words; may also take a file, or anything that is typed."""

    picked = Signal()

    def __init__(
        self, choices: Mapping[str, str], file_filter: str | None, *, typed: bool = False
    ) -> None:
        super().__init__()
        self._filter = file_filter
        self._last = 0
        if typed:
            self.setEditable(True)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            field = QLineEdit()
            field.editingFinished.connect(self._take_text)
            self.setLineEdit(field)
        self.setMinimumContentsLength(16)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, words in choices.items():
            self.addItem(words, value)
        if file_filter is not None:
            self.addItem("Choose a file…", _FILE)
        self.activated.connect(self._take)

    def value(self) -> object:
        """Return the chosen value."""
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Choose a value, adding it where it is none of the usual ones."""
        found = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        if found < 0:
            self.insertItem(0, self._words(value), value)
            found = 0
        self.setCurrentIndex(found)
        self._last = found

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless this field has the focus."""
        _wheel_when_focused(self, event, super().wheelEvent)

    def _words(self, value: object) -> str:
        """Return how a value reads that is none of the usual ones."""
        if self._filter and isinstance(value, str):
            return Path(value).name
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def _take_text(self) -> None:
        """Take what was typed, in the words of a choice or as the setting itself is written."""
        text = self.currentText().strip()
        if text and text != self.itemText(self._last):
            found = self.findText(text, Qt.MatchFlag.MatchFixedString)
            self.set_value(self.itemData(found) if found >= 0 else text)
            self.picked.emit()

    def _take(self, index: int) -> None:
        if self.itemData(index) == _FILE:
            path, _ = QFileDialog.getOpenFileName(self, "Choose a file", "", self._filter or "")
            if not path:
                self.setCurrentIndex(self._last)
                return
            self.set_value(path)
        self._last = self.currentIndex()
        self.picked.emit()


def field_label(name: str, info: FieldInfo) -> str:
    """Return the words for a field."""
    return str(_extra(info).get("label") or name.replace("_", " ").capitalize())


def make_editor(
    name: str, info: FieldInfo, file_filter: str | None, edited: Callable[[], None]
) -> Editor:
    """Return the editor that fits a field's kind."""
    choices: dict[str, str] = _extra(info).get("choices") or {}
    if choices or file_filter is not None:
        combo = ChoiceBox(choices, file_filter, typed=bool(_extra(info).get("typed")))
        combo.picked.connect(edited)
        return Editor(combo, combo.value, combo.set_value)
    if info.annotation is bool:
        check = QCheckBox()
        check.toggled.connect(edited)
        return Editor(check, check.isChecked, check.setChecked)
    if info.annotation is int:
        whole = IntBox()
        low, high = _limits(info)
        whole.setRange(int(low), int(min(high, 2**31 - 1)))
        whole.setSuffix(_suffix(info))
        whole.setSpecialValueText(_zero(info))
        whole.valueChanged.connect(edited)
        return Editor(whole, whole.value, whole.setValue)
    if info.annotation is float:
        number = NumberBox()
        number.setRange(*_limits(info))
        number.setSuffix(_suffix(info))
        number.setSpecialValueText(_zero(info))
        number.valueChanged.connect(edited)
        return Editor(number, number.value, number.setValue)
    if info.annotation is str:
        text = QLineEdit()
        text.textEdited.connect(edited)
        return Editor(text, text.text, text.setText)
    raise TypeError(f"no editor for the field {name} of type {info.annotation}")


def _limits(info: FieldInfo) -> tuple[float, float]:
    """Return the smallest and the largest value that the field's limits allow."""
    low, high = -1e9, 1e9
    step = 1.0 if info.annotation is int else 10.0**-_DECIMALS
    for limit in info.metadata:
        match limit:
            case Ge(ge=value):
                low = _number(value)
            case Gt(gt=value):
                low = _number(value) + step
            case Le(le=value):
                high = _number(value)
            case Lt(lt=value):
                high = _number(value) - step
    return low, high


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _extra(info: FieldInfo) -> dict[str, Any]:
    return dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}


def _suffix(info: FieldInfo) -> str:
    unit = _extra(info).get("unit")
    return f" {unit}" if unit else ""


def _zero(info: FieldInfo) -> str:
    """Return the words for 0 where that is the smallest value."""
    return str(_extra(info).get("zero", "")) if _limits(info)[0] == 0 else ""


def _wheel_when_focused(
    widget: QWidget, event: QWheelEvent, turn: Callable[[QWheelEvent], None]
) -> None:
    if widget.hasFocus():
        turn(event)
    else:
        event.ignore()
