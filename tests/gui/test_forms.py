from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from segstudio.gui.editors import ChoiceBox, IntBox, NumberBox
from segstudio.gui.forms import Form
from segstudio.gui.theme import LIGHT, style_sheet
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
    made = Form(Recipe(kept="yes"), [("", ("eggs", "salt", "hot", "kind"))])
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


def test_a_caption_stands_in_the_middle_of_its_field(qtbot: QtBot) -> None:
    made = Form(Recipe(), [("", ("eggs", "salt", "kind"))])
    made.setStyleSheet(style_sheet(LIGHT, 13))
    qtbot.addWidget(made)
    made.show()
    QApplication.processEvents()
    captions = {found.text(): found for found in made.findChildren(QLabel)}
    middles = [
        (captions[text].geometry().center().y(), made.editor(name).geometry().center().y())
        for text, name in (("Eggs", "eggs"), ("Salt", "salt"))
    ]
    assert all(abs(caption - field) <= 1 for caption, field in middles), middles


def test_the_fields_of_all_sections_begin_below_each_other(qtbot: QtBot) -> None:
    made = Form(TrainConfig(), TrainConfig.groups())
    qtbot.addWidget(made)
    for title, _ in TrainConfig.groups():
        made.fold(title).set_open(True)
    made.resize(900, 4000)
    made.show()
    QApplication.processEvents()
    names = [name for _, names in TrainConfig.groups() for name in names]
    lefts = {made.editor(name).mapTo(made, QPoint()).x() for name in names}
    assert len(lefts) == 1


def test_zero_is_told_in_words_where_it_means_more_than_nothing(qtbot: QtBot) -> None:
    made = Form(TrainConfig(), TrainConfig.groups())
    qtbot.addWidget(made)
    patience, lr = made.editor("patience"), made.editor("lr")
    assert isinstance(patience, IntBox)
    assert isinstance(lr, NumberBox)
    assert patience.text() == "never stops early"
    patience.setValue(3)
    assert patience.text() == "3 epochs"
    assert made.config().patience == 3
    lr.setValue(lr.minimum())
    assert lr.text() == "0.00000001"


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
    made = Form(config, TrainConfig.groups(), files={"weights": "Weights (*.pth)"})
    qtbot.addWidget(made)
    assert made.config() == config
    assert all(made.editor(name).accessibleName() for name in TrainConfig.model_fields)


@pytest.fixture
def sections(qtbot: QtBot) -> Form[Recipe]:
    def idle(recipe: Recipe) -> dict[str, str]:
        return {} if recipe.hot else {"salt": "It acts only in hot water."}

    made = Form(Recipe(), [("Egg", ("eggs", "hot")), ("Taste", ("salt", "kind"))], idle=idle)
    qtbot.addWidget(made)
    made.show()
    return made


def test_sections_are_folded_and_open_by_keyboard(sections: Form[Recipe], qtbot: QtBot) -> None:
    salt, fold = sections.editor("salt"), sections.fold("Taste")
    assert not salt.isVisible()
    fold.button.setFocus()
    qtbot.keyClick(fold.button, Qt.Key.Key_Space)
    assert salt.isVisible()
    assert not sections.editor("eggs").isVisible()
    qtbot.keyClick(fold.button, Qt.Key.Key_Space)
    assert not salt.isVisible()


def test_a_section_tells_how_many_of_its_settings_were_changed(sections: Form[Recipe]) -> None:
    assert [sections.fold(title).note for title in ("Egg", "Taste")] == ["", ""]
    sections.editor("eggs").setValue(5)
    sections.editor("hot").setChecked(False)
    assert [sections.fold(title).note for title in ("Egg", "Taste")] == ["2 changed", ""]
    sections.set_config(Recipe(kind="hard"), Recipe())
    assert [sections.fold(title).note for title in ("Egg", "Taste")] == ["", "1 changed"]


def test_what_does_not_act_is_grey_and_says_why(sections: Form[Recipe]) -> None:
    salt = sections.editor("salt")
    assert salt.isEnabled()
    sections.editor("hot").setChecked(False)
    assert not salt.isEnabled()
    assert salt.toolTip().endswith("It acts only in hot water.")
    assert sections.config().salt == 0.001
    sections.editor("hot").setChecked(True)
    assert salt.isEnabled()
    assert "acts only" not in salt.toolTip()


def test_other_widgets_find_their_place(sections: Form[Recipe], qtbot: QtBot) -> None:
    sections.fold("Egg").set_open(True)
    beside, below, under = QLabel("beside"), QLabel("below"), QLabel("under")
    sections.place_beside("eggs", beside)
    sections.place_below("eggs", below)
    sections.place_in("Egg", under)
    qtbot.waitUntil(lambda: all(widget.isVisible() for widget in (beside, below, under)))
    sections.grab()
    eggs, hot = sections.editor("eggs"), sections.editor("hot")

    def place(widget: QWidget) -> QPoint:
        return widget.mapTo(sections, QPoint(0, 0))

    assert place(beside).x() > place(eggs).x()
    assert place(eggs).y() < place(under).y() < place(below).y() < place(hot).y()


class Dish(BaseModel):
    """Settings of which one may also be typed."""

    model_config = ConfigDict(frozen=True)

    sauce: str = Field(
        "none",
        pattern="^[a-z+]+$",
        json_schema_extra={"choices": {"none": "No sauce", "mint": "Mint"}, "typed": True},
    )


def test_a_choice_may_be_typed_in_words_or_as_it_is_written(qtbot: QtBot) -> None:
    made = Form(Dish(), [("", ("sauce",))])
    qtbot.addWidget(made)
    edits: list[object] = []
    made.changed.connect(lambda: edits.append(made.config()))
    box = made.editor("sauce")
    assert isinstance(box, ChoiceBox)
    for text, wanted in (("mint+dill", "mint+dill"), ("Mint", "mint"), ("no sauce", "none")):
        box.lineEdit().selectAll()
        qtbot.keyClicks(box.lineEdit(), text)
        qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
        assert edits[-1] == Dish(sauce=wanted)
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "7")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert made.config() is None
    assert "should match" in made.complaint
