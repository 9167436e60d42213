"""Forms made from the fields of a settings model: label, limits, unit and help stand there once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import label, set_state

Config = TypeVar("Config", bound=BaseModel)
_FILE = "\0file"
_DECIMALS = 8
# The style sheet's padding does not reach the field inside of a spin box.
_INSET = 6


class Form(QWidget, Generic[Config]):
    """Edits the named fields of an immutable settings model.

    `changed` is emitted after every edit by hand; `config()` is None while something is wrong,
    which the form itself then says. `files` maps fields that also take a file to a file filter.
    """

    changed = Signal()

    def __init__(
        self, config: Config, fields: Sequence[str], files: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._config = config
        self._filling = False
        self._editors: dict[str, _Editor] = {}
        self._wrong = label("", "small", wrap=True)
        set_state(self._wrong, "error")
        layout = QFormLayout()
        layout.setHorizontalSpacing(2 * GRID)
        layout.setVerticalSpacing(GRID)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in fields:
            info = type(config).model_fields[name]
            editor = _make_editor(name, info, (files or {}).get(name), self._edited)
            editor.widget.setToolTip(info.description or "")
            editor.widget.setAccessibleName(field_label(name, info))
            caption = label(field_label(name, info))
            caption.setToolTip(info.description or "")
            caption.setBuddy(editor.widget)
            layout.addRow(caption, editor.widget)
            self._editors[name] = editor
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(layout)
        outer.addWidget(self._wrong)
        self._wrong.hide()
        self.set_config(config)

    def config(self) -> Config | None:
        """Return the settings as edited, fields outside of the form kept; None while wrong."""
        values = {**self._config.model_dump(), **self.values()}
        try:
            edited = type(self._config).model_validate(values)
        except ValidationError as error:
            self._complain(error)
            return None
        self._wrong.hide()
        return edited

    def values(self) -> dict[str, Any]:
        """Return what the editors hold, by field."""
        return {name: editor.read() for name, editor in self._editors.items()}

    def set_config(self, config: Config) -> None:
        """Show other settings; emits nothing."""
        self._config = config
        self._filling = True
        for name, editor in self._editors.items():
            editor.write(getattr(config, name))
        self._filling = False
        self._wrong.hide()

    def editor(self, name: str) -> QWidget:
        """Return the widget that edits a field."""
        return self._editors[name].widget

    @property
    def complaint(self) -> str:
        """What is wrong with the settings as edited; empty when nothing is."""
        return "" if self._wrong.isHidden() else self._wrong.text()

    def _edited(self) -> None:
        if not self._filling:
            self.config()
            self.changed.emit()

    def _complain(self, error: ValidationError) -> None:
        lines = [
            f"{_where(type(self._config), e['loc'])}: {e['msg'].removeprefix('Value error, ')}."
            for e in error.errors()
        ]
        self._wrong.setText("\n".join(lines))
        self._wrong.show()


class _Editor:
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
    """Choices in words; may also take a file."""

    picked = Signal()

    def __init__(self, choices: Mapping[str, str], file_filter: str | None) -> None:
        super().__init__()
        self._filter = file_filter
        self._last = 0
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
            words = Path(value).name if self._filter and isinstance(value, str) else str(value)
            self.insertItem(0, words, value)
            found = 0
        self.setCurrentIndex(found)
        self._last = found

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless this field has the focus."""
        _wheel_when_focused(self, event, super().wheelEvent)

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


def _make_editor(
    name: str, info: FieldInfo, file_filter: str | None, edited: Callable[[], None]
) -> _Editor:
    """Return the editor that fits a field's kind."""
    choices: dict[str, str] = _extra(info).get("choices") or {}
    if choices or file_filter is not None:
        combo = ChoiceBox(choices, file_filter)
        combo.picked.connect(edited)
        return _Editor(combo, combo.value, combo.set_value)
    if info.annotation is bool:
        check = QCheckBox()
        check.toggled.connect(edited)
        return _Editor(check, check.isChecked, check.setChecked)
    if info.annotation is int:
        whole = IntBox()
        low, high = _limits(info)
        whole.setRange(int(low), int(min(high, 2**31 - 1)))
        whole.setSuffix(_suffix(info))
        whole.valueChanged.connect(edited)
        return _Editor(whole, whole.value, whole.setValue)
    if info.annotation is float:
        number = NumberBox()
        number.setRange(*_limits(info))
        number.setSuffix(_suffix(info))
        number.valueChanged.connect(edited)
        return _Editor(number, number.value, number.setValue)
    if info.annotation is str:
        text = QLineEdit()
        text.textEdited.connect(edited)
        return _Editor(text, text.text, text.setText)
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


def _where(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else ""
    info = model.model_fields.get(name)
    return field_label(name, info) if info is not None else "These settings"


def _wheel_when_focused(
    widget: QWidget, event: QWheelEvent, turn: Callable[[QWheelEvent], None]
) -> None:
    if widget.hasFocus():
        turn(event)
    else:
        event.ignore()
