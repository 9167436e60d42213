"""The page that trains several times: its buttons start jobs, and what those keep is shown."""

from __future__ import annotations

import json
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Progress
from segstudio.gui.pages.studies import CROSSING, CURVE
from segstudio.gui.theme import LIGHT, style_sheet
from segstudio.project.entries import TrainingChoice

pytestmark = pytest.mark.gui
SCORES = {"miou": 0.7, "miou_interval": [0.6, 0.8], "classes": {"sky": {"iou": 0.9}}}
FOLDS = {
    "folds": [
        {"run": f"20250101-000000-fold-{n}-of-2", "photos": ["a", "b"], "miou": miou}
        for n, miou in ((1, 0.6), (2, 0.8))
    ],
    "wanted": 2, "mean": 0.7, "deviation": 0.1414, "pooled": SCORES, "when": "2025-01-01 10:00",
}  # fmt: skip
CURVED = {
    "points": [
        {"run": "r", "photos": n, "miou": miou, "miou_interval": miou and [miou - 0.1, miou + 0.1]}
        for n, miou in ((2, 0.4), (4, 0.5), (6, None), (8, 0.6))
    ],
    "wanted": 4, "val_photos": 3, "doubled": 0.7, "words": "More would help.", "when": "today",
}  # fmt: skip


@pytest.fixture
def page(opened, make_page):
    return make_page(opened, "studies")


def test_before_the_first_it_says_so_and_how_it_would_train(opened, make_page):
    opened.session.project.set_training_choice(TrainingChoice(preset="normal", weights="none"))
    page = make_page(opened, "studies")
    assert [one.said.text() for one in page.cards.values()] == ["Not done yet."] * 2
    assert "Normal, from scratch" in page.settings_line.text()
    assert "changed by hand do not count" in page.settings_line.text()
    QApplication.processEvents()
    for one in page.cards.values():
        assert one.said.geometry().bottom() < one.height() / 2


def test_how_long_it_takes_is_told_where_a_training_was_measured(opened, make_page, monkeypatch):
    monkeypatch.setattr("segstudio.jobs.estimate.seconds", lambda project, config: 120.0)
    page = make_page(opened, "studies")
    assert page.cards[CROSSING].note.text().endswith("5 trainings, about 10 min here.")
    monkeypatch.setattr("segstudio.jobs.estimate.seconds", lambda project, config: None)
    page.entered()
    assert page.cards[CROSSING].note.text().endswith("as long as 5 trainings.")


def test_the_studies_fit_into_the_smallest_window(opened, make_page, monkeypatch):
    monkeypatch.setattr("segstudio.jobs.estimate.seconds", lambda project, config: 1000.0)
    root = opened.session.project.root
    (root / "cross_validation.json").write_text(json.dumps(FOLDS))
    (root / "learning_curve.json").write_text(json.dumps(CURVED | {"when": "2025-01-01 10:00"}))
    page = make_page(opened, "studies")
    page.setStyleSheet(style_sheet(LIGHT, 13))
    page.resize(784, 600)
    QApplication.processEvents()
    # A page whose parts need more than that is made larger by Qt.
    assert page.width() == 784


def test_what_the_project_keeps_is_shown(opened, make_page):
    root = opened.session.project.root
    (root / "cross_validation.json").write_text(json.dumps(FOLDS))
    (root / "learning_curve.json").write_text(json.dumps(CURVED))
    page = make_page(opened, "studies")
    folds, growth = page.cards[CROSSING], page.cards[CURVE]
    assert "On 4 photos, each predicted by a model that never saw it" in folds.said.text()
    lines = [folds.folds.item(row).text() for row in range(folds.folds.count())]
    assert lines[0].startswith("0.60")
    assert lines[-1] == "0.90   sky, on all photos"
    assert growth.said.text() == "More would help. Checked on 3 photos."
    assert growth.plot.points() == ([2, 4, 8], [0.4, 0.5, 0.6])


@pytest.mark.parametrize(
    ("title", "job", "file", "found"),
    [
        (CROSSING, "cross_validate", "cross_validation.json", FOLDS),
        (CURVE, "learning_curve", "learning_curve.json", CURVED),
    ],
)
def test_a_button_starts_it_and_stops_it(page, opened, qtbot, monkeypatch, title, job, file, found):
    asked = []

    def run(request, report):
        asked.append(request)
        report(Message("Bursts stay together."))
        report(Progress("Fold 1 of 2", 3, 10))
        while not report.stop_requested:
            time.sleep(0.01)
        (request.project.root / file).write_text(json.dumps(found))
        return "kept"

    monkeypatch.setattr(f"segstudio.jobs.{job}.run", run)
    one = page.cards[title]
    qtbot.mouseClick(one.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: one.bar.value() == 3)
    assert asked[0].config.weights == "pretrained"
    assert one.stage.text() == "Fold 1 of 2"
    assert "Bursts stay together." in one.said.text()
    (other,) = (card for card in page.cards.values() if card is not one)
    assert not other.button.isEnabled()
    assert "train_stop" in page.handlers()
    qtbot.mouseClick(one.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert one.bar.isHidden()
    assert one.when.text().startswith("Done on")
    assert other.button.isEnabled()


def test_a_failure_leaves_the_button_ready(page, opened, qtbot, monkeypatch):
    def run(request, report):
        raise SegStudioError("No photo is kept aside.")

    monkeypatch.setattr("segstudio.jobs.learning_curve.run", run)
    one = page.cards[CURVE]
    page.start(CURVE)
    qtbot.waitUntil(lambda: not opened.runner.active)
    assert one.stage.text() == "No photo is kept aside."
    assert one.button.isEnabled()
    assert one.button.text() == "Draw the learning curve"
