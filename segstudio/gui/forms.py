"""Forms made from the fields of a settings model: label, limits, unit and help stand there once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segstudio.gui.editors import Editor, field_label, make_editor
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import label, row, set_state
from segstudio.gui.widgets.fold import Fold

Config = TypeVar("Config", bound=BaseModel)
# Wider ones do not help to read a number or a choice.
_WIDEST = 60 * GRID
CAPTION_HEIGHT = 21
"""Qt gives a caption 7/4 of this, which must reach the height of a field to be in its middle."""
Sections = Sequence[tuple[str, Sequence[str]]]
"""Titles and the fields below them; a section without a title cannot be folded."""


class Form(QWidget, Generic[Config]):
    """Edits the named fields of an immutable settings model, in sections that fold.

    `changed` is emitted after every edit by hand; `config()` is None while something is wrong,
    which the form itself then says. `files` maps fields that also take a file to a file filter;
    `idle` names the fields that do not act as the others are, and why: they turn grey.
    """

    changed = Signal()

    def __init__(
        self,
        config: Config,
        sections: Sections,
        *,
        files: Mapping[str, str] | None = None,
        idle: Callable[[Config], Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__()
        self._config = self._base = config
        self._files = files or {}
        self._idle = idle
        self._filling = False
        self._rows: dict[str, _Row] = {}
        self._sections = {title: _Section(title, tuple(fields)) for title, fields in sections}
        self._wrong = label("", "small", wrap=True)
        set_state(self._wrong, "error")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        for section in self._sections.values():
            for name in section.fields:
                self._rows[name] = self._make_row(name)
                section.form.addRow(self._rows[name].caption, self._rows[name].layout)
            outer.addWidget(section.widget)
        self._align()
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
        return {name: own.editor.read() for name, own in self._rows.items()}

    def set_config(self, config: Config, base: Config | None = None) -> None:
        """Show other settings, and per section in how many they differ from `base`.

        Emits nothing. Without a base the settings are their own.
        """
        self._config, self._base = config, base or config
        self._filling = True
        for name, own in self._rows.items():
            own.editor.write(getattr(config, name))
        self._filling = False
        self._wrong.hide()
        self._show_state(config)

    def fill(self, name: str, value: object) -> None:
        """Write a value into a field as an edit by hand does."""
        self._filling = True
        self._rows[name].editor.write(value)
        self._filling = False
        self._edited()

    def edit_to(self, config: Config) -> None:
        """Show other settings as edits by hand of the ones that were there; emits nothing."""
        self.set_config(config, self._base)

    def editor(self, name: str) -> QWidget:
        """Return the widget that edits a field."""
        return self._rows[name].editor.widget

    def fold(self, title: str) -> Fold:
        """Return what folds a section; KeyError where it has no title."""
        return self._sections[title].folds[0]

    def place_beside(self, name: str, widget: QWidget) -> None:
        """Put a widget to the right of a field."""
        own = self._rows[name].layout
        own.insertWidget(own.count() - 1, widget)

    def place_below(self, name: str, widget: QWidget) -> None:
        """Put a widget below a field, as wide as the fields are."""
        section = next(own for own in self._sections.values() if name in own.fields)
        above, _ = section.form.getLayoutPosition(self._rows[name].layout)
        section.form.insertRow(above + 1, "", widget)

    def place_in(self, title: str, widget: QWidget) -> None:
        """Put a widget below the first field of a section, as wide as the section."""
        self._sections[title].form.insertRow(1, widget)

    @property
    def complaint(self) -> str:
        """What is wrong with the settings as edited; empty when nothing is."""
        return "" if self._wrong.isHidden() else self._wrong.text()

    def _make_row(self, name: str) -> _Row:
        info = type(self._config).model_fields[name]
        editor = make_editor(name, info, self._files.get(name), self._edited)
        editor.widget.setAccessibleName(field_label(name, info))
        caption = label(field_label(name, info))
        caption.setBuddy(editor.widget)
        caption.setMinimumHeight(CAPTION_HEIGHT)
        editor.widget.setMaximumWidth(_WIDEST)
        place = row(editor.widget, 1)
        place.setStretch(0, 1000)
        made = _Row(editor, caption, place, info.description or "")
        made.show_reason("")
        return made

    def _align(self) -> None:
        """Let the fields of all sections begin below each other."""
        captions = [own.caption for own in self._rows.values()]
        for caption in captions:
            caption.ensurePolished()
        widest = max((caption.sizeHint().width() for caption in captions), default=0)
        for caption in captions:
            caption.setMinimumWidth(widest)

    def _edited(self) -> None:
        if not self._filling:
            config = self.config()
            if config is not None:
                self._show_state(config)
            self.changed.emit()

    def _show_state(self, config: Config) -> None:
        """Show which fields act, and how many of each section differ from the base."""
        reasons = self._idle(config) if self._idle is not None else {}
        for name, own in self._rows.items():
            own.show_reason(reasons.get(name, ""))
        for section in self._sections.values():
            names = [n for n in section.fields if getattr(config, n) != getattr(self._base, n)]
            for fold in section.folds:
                fold.set_note(f"{len(names)} changed" if names else "")

    def _complain(self, error: ValidationError) -> None:
        lines = [
            f"{_where(type(self._config), e['loc'])}: {e['msg'].removeprefix('Value error, ')}."
            for e in error.errors()
        ]
        self._wrong.setText("\n".join(lines))
        self._wrong.show()


@dataclass(frozen=True, slots=True)
class _Row:
    """A field as it stands in the form."""

    editor: Editor
    caption: QLabel
    layout: QHBoxLayout
    help: str

    def show_reason(self, reason: str) -> None:
        """Turn the field grey where there is a reason why it does not act."""
        tip = f"{self.help}\n{reason}" if reason else self.help
        for widget in (self.caption, self.editor.widget):
            widget.setToolTip(tip)
            widget.setEnabled(not reason)


class _Section:
    """The fields below one title; `folds` is empty where there is no title."""

    def __init__(self, title: str, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.widget = QWidget()
        self.folds: tuple[Fold, ...] = ()
        if title:
            self.form.setContentsMargins(4 * GRID, 0, 0, 2 * GRID)
            self.widget = fold = Fold(title, self.form)
            self.folds = (fold,)
        else:
            self.form.setContentsMargins(0, 0, 0, 0)
            self.widget.setLayout(self.form)


def _where(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else ""
    info = model.model_fields.get(name)
    return field_label(name, info) if info is not None else "These settings"
