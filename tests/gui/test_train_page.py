"""The train page, fed with events as a job sends them; no training happens here."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone, PreviewReady, RunStarted, StepDone
from segstudio.core.files import write_json
from segstudio.gui.pages.train_setup import UNKNOWN_TIME, run_words
from segstudio.gui.widgets.curves import MEAN
from segstudio.gui.widgets.words import NOT_MEASURED
from segstudio.jobs.preflight import Finding, Preflight
from segstudio.jobs.train import TrainResult

pytestmark = pytest.mark.gui
STARTED = RunStarted("r", 4, 2, "cpu", ("background", "sky", "ground"), 4, 2)
DONE = TrainResult("r", "completed", 4, 2, 0.6, 61.0, 10.0)


def epoch(number: int, miou: float | None, gap: int = 0) -> EpochDone:
    best = (None if miou is None else 0.6, number - gap)
    scores = (None, miou, None)
    return EpochDone(number, 1.0, miou, miou, scores, 1.0, 1e-3, best[1], best[0], gap, 30.0)


class FakeJobs:
    """Stands in for the job: remembers requests and ends only when told to."""

    def __init__(self, monkeypatch) -> None:
        self.requests: list[object] = []
        monkeypatch.setattr("segstudio.jobs.train_and_score.run", self.run)

    def run(self, request, report):
        self.requests.append(request)
        while not report.stop_requested:
            pass
        return TrainResult("r", "stopped", 1, 1, 0.5, 1.0, 1.0)


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "train")
    qtbot.waitUntil(lambda: not opened.runner.active)
    return made


@pytest.fixture
def running(page):
    """The page as it is while a training runs."""
    page._training = True
    page.run_view.prepare(5)
    page._show_run()
    return page


def test_the_list_before_the_start_comes_from_the_project(page):
    assert any("to train" in t or "not yet dealt out" in t for t in page.setup.findings.texts)
    assert page.setup.train_button.isEnabled()


def test_an_error_in_the_list_forbids_to_start(page):
    page.setup.show_preflight(Preflight((Finding("error", "No photo has outlines."),)))
    assert not page.setup.train_button.isEnabled()
    assert page.setup.findings.texts == ["No photo has outlines."]


def test_times_are_unknown_before_the_first_run(page):
    assert page.setup.presets.card("quick").time == UNKNOWN_TIME


def test_preset_and_weights_reach_the_settings_and_hand_edits_stay(page):
    setup = page.setup
    setup.presets.choose("quick")
    assert setup.config() == setup.preset_config("quick")
    setup._form.editor("seed").setValue(7)
    setup.weights.set_value("none")
    config = setup.config()
    assert (config.weights, config.train_layers, config.seed) == ("none", "all", 7)


def test_every_setting_of_the_form_reaches_the_request(page, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch)
    page.setup._form.editor("epochs").setValue(3)
    page.setup._form.editor("lr").setValue(0.25)
    page.start()
    qtbot.waitUntil(lambda: bool(jobs.requests))
    config = jobs.requests[0].config
    assert (config.epochs, config.lr) == (3, 0.25)
    page.stop()
    qtbot.waitUntil(lambda: not page.training)


def test_stop_and_keep_best_by_keyboard(page, monkeypatch, qtbot):
    FakeJobs(monkeypatch)
    page.setup.train_button.setFocus()
    qtbot.keyClick(page.setup.train_button, Qt.Key.Key_Space)
    assert page.training
    assert page.run_view.isVisible()
    qtbot.keyClick(page.run_view.stop_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not page.training)
    assert "kept" in page.run_view.headline.text()
    assert page.run_view.review_button.isVisible()


def test_numbers_on_the_page_are_those_of_the_events(running):
    running._take_events([STARTED, StepDone(1, 2, 0.9, 1e-3, 65.0), epoch(3, 0.5, gap=1)])
    view = running.run_view
    assert view.best.value == "0.60"
    assert view.epoch.value == "3 of 4"
    assert view.patience.value == "1 of 5"
    assert view.left.value == "about 1 min"
    assert view.bar.value() == 2
    assert list(view.curves.iou_plot.series[MEAN].points()[1]) == [0.5]


def test_without_validation_photos_the_score_is_a_dash(running):
    running._take_events([STARTED, epoch(1, None)])
    assert running.run_view.best.value == NOT_MEASURED
    assert running.run_view.patience.value == NOT_MEASURED


def test_a_failure_before_the_first_step_offers_the_ways_on(page, monkeypatch, qtbot):
    def offline(request, report):
        raise SegStudioError("The weights could not be downloaded.", remedy="Choose a file.")

    monkeypatch.setattr("segstudio.jobs.train_and_score.run", offline)
    page.start()
    qtbot.waitUntil(lambda: not page.training)
    assert page.setup.isVisible()
    assert page.setup.trouble.isVisible()
    page.setup.scratch_button.click()
    assert page.setup.config().weights == "none"
    assert not page.setup.trouble.isVisible()


def test_a_failure_in_the_middle_keeps_the_curves(running):
    running._take_events([STARTED, epoch(1, 0.5)])
    running._take_failure(SegStudioError("The disk is full."))
    assert running.run_view.isVisible()
    assert running.run_view.note.text() == "The disk is full."


def test_events_of_other_jobs_are_left_alone(page):
    page._take_events([STARTED, epoch(1, 0.5)])
    assert list(page.run_view.curves.iou_plot.series[MEAN].points()[1]) == []


def preview(tmp_path, number: int, shade: int) -> PreviewReady:
    path = tmp_path / f"{number:04d}-0.png"
    Image.new("RGB", (16, 12), (shade, shade, shade)).save(path)
    return PreviewReady(number, 0, "a/000003.jpg", path)


def shade_of(strip) -> int | None:
    pixels = strip.views[0].image()
    return None if pixels is None else int(np.asarray(pixels)[0, 0, 0])


def test_previews_follow_the_run_until_the_user_looks_back(running, tmp_path, qtbot):
    strip = running.run_view.strip
    running._take_events([STARTED, preview(tmp_path, 1, 10), preview(tmp_path, 2, 20)])
    qtbot.waitUntil(lambda: shade_of(strip) == 20)
    strip.seek(1)
    qtbot.waitUntil(lambda: shade_of(strip) == 10)
    running._take_events([preview(tmp_path, 3, 30)])
    assert strip.epoch == 1
    assert strip.caption.text() == "after epoch 1"
    strip.seek(3)
    qtbot.waitUntil(lambda: shade_of(strip) == 30)


def test_an_earlier_run_shows_its_curves_and_previews(page, opened, tmp_path, qtbot):
    folder = opened.session.project.new_run_folder("old")
    write_json(folder / "config.json", {"model": "x"})
    lines = [
        {"epoch": n, "train_loss": 1.0, "val_miou": m, "iou": {"sky": m}, "seconds": 1.0}
        for n, m in ((1, 0.2), (2, 0.7), (3, 0.6))
    ]
    (folder / "history.jsonl").write_text("\n".join(map(json.dumps, lines)) + '\n{"cut')
    (folder / "previews").mkdir()
    Image.new("RGB", (16, 12), (50, 50, 50)).save(folder / "previews" / "0003-0.jpg")
    opened.session.note_runs()
    page.show_earlier(folder.name)
    view = page.run_view
    assert list(view.curves.iou_plot.series["sky"].points()[1]) == [0.2, 0.7, 0.6]
    assert view.curves.iou_plot.best_epoch == 2
    assert view.best.value == "0.70"
    qtbot.waitUntil(lambda: shade_of(view.strip) is not None)


def test_run_names_are_read_as_dates():
    assert run_words("20261120-123100-first-try").endswith("12:31  first-try")
    assert run_words("20261120-123100-deeplabv3_resnet50-2").endswith("12:31")
