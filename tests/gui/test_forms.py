from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from segstudio.gui.forms import ChoiceBox, Form, IntBox, NumberBox
from segstudio.learning.config import TrainConfig


class Recipe(BaseModel):
    """A small settings model."""

    model_config = ConfigDict(frozen=True)

    eggs: int = Field(2, ge=1, le=12, description="How many.", json_schema_extra={"label": "Eggs"})
    salt: float = Field(0.001, gt=0, lt=1, json_schema_extra={"label": "Salt", "unit": "kg"})
    hot: bool = True
    kind: str = Field("soft", json_schema_extra={"choices": {"soft": "Soft", "hard": "Hard"}})
    kept: str = "not in the form"

    @model_validator(mode="after")
    def _check(self) -> Recipe:
        if self.kind == "hard" and not self.hot:
            raise ValueError("cold water boils no egg")
        return self


@pytest.fixture
def form(qtbot: QtBot) -> Form[Recipe]:
    made = Form(Recipe(kept="yes"), ("eggs", "salt", "hot", "kind"))
    qtbot.addWidget(made)
    return made


def test_limits_units_and_help_come_from_the_model(form: Form[Recipe]) -> None:
    eggs, salt = form.editor("eggs"), form.editor("salt")
    assert isinstance(eggs, IntBox)
    assert (eggs.minimum(), eggs.maximum()) == (1, 12)
    assert eggs.toolTip() == "How many."
    assert isinstance(salt, NumberBox)
    assert 0 < salt.minimum() < 1e-7
    assert 0.9999 < salt.maximum() < 1
    assert salt.text() == "0.001 kg"


def test_every_edit_reaches_the_settings(form: Form[Recipe]) -> None:
    edits: list[Recipe | None] = []
    form.changed.connect(lambda: edits.append(form.config()))
    eggs, hot, kind = form.editor("eggs"), form.editor("hot"), form.editor("kind")
    assert isinstance(eggs, IntBox)
    assert isinstance(hot, QCheckBox)
    assert isinstance(kind, ChoiceBox)
    eggs.setValue(5)
    kind.setCurrentIndex(kind.findData("hard"))
    kind.activated.emit(kind.currentIndex())
    assert edits[-1] == Recipe(eggs=5, kind="hard", kept="yes")


def test_contradictions_are_said_and_give_no_settings(form: Form[Recipe]) -> None:
    form.set_config(Recipe(kind="hard"))
    hot = form.editor("hot")
    assert isinstance(hot, QCheckBox)
    hot.setChecked(False)
    assert form.config() is None
    assert "cold water boils no egg" in form.complaint
    hot.setChecked(True)
    assert form.config() == Recipe(kind="hard")
    assert form.complaint == ""


def test_showing_other_settings_is_no_edit(qtbot: QtBot, form: Form[Recipe]) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.set_config(Recipe(eggs=9, salt=0.5, hot=False))
    assert form.config() == Recipe(eggs=9, salt=0.5, hot=False)


def test_every_training_setting_has_an_editor_and_survives_the_form(qtbot: QtBot) -> None:
    config = TrainConfig(epochs=7, lr=0.000125, weights="none", class_weights=(1.0, 2.5))
    fields = tuple(TrainConfig.model_fields)
    made = Form(config, fields, files={"weights": "Weights (*.pth)"})
    qtbot.addWidget(made)
    assert made.config() == config
    assert all(made.editor(name).accessibleName() for name in fields)
