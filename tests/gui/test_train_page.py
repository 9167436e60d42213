"""The train page, fed with events as a job sends them; no training happens here."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from segstudio.core.errors import SegStudioError, WeightsError
from segstudio.core.events import EpochDone, Message, PreviewReady, Progress, RunStarted, StepDone
from segstudio.core.files import write_json
from segstudio.gui.pages.train_runs import run_words
from segstudio.gui.pages.train_setup import UNKNOWN_TIME
from segstudio.gui.theme import LIGHT, style_sheet
from segstudio.gui.widgets.basics import column
from segstudio.gui.widgets.curves import MEAN
from segstudio.gui.widgets.outlook import watched
from segstudio.gui.widgets.scrolled import Scrolled
from segstudio.gui.widgets.words import NOT_MEASURED
from segstudio.jobs import estimate
from segstudio.jobs.measure_models import MeasureRequest, ModelFigures
from segstudio.jobs.model_costs import ModelCost
from segstudio.jobs.preflight import Finding, Preflight
from segstudio.jobs.train import TrainResult
from segstudio.learning.bank.sizing import Shortage
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import Split, TrainingChoice
from segstudio.review.scores import Scores

pytestmark = pytest.mark.gui
STARTED = RunStarted("r", 4, 2, "cpu", ("background", "sky", "ground"), 4, 2)
DONE = TrainResult("r", "completed", 4, 2, 0.6, 61.0, 10.0)


def epoch(number: int, miou: float | None, gap: int = 0) -> EpochDone:
    best = (None if miou is None else 0.6, number - gap)
    scores = (None, miou, None)
    return EpochDone(number, 1.0, miou, miou, scores, 1.0, 1e-3, best[1], best[0], gap, 30.0)


class FakeJobs:
    """Stands in for the jobs: remembers requests; a training ends only when told to."""

    def __init__(self, monkeypatch, *, checkpoint: bool = False) -> None:
        self.requests: list[object] = []
        self.scored: list[object] = []
        self.checkpoint = checkpoint
        self.hold = threading.Event()
        monkeypatch.setattr("segstudio.jobs.train_and_score.run", self.run)
        monkeypatch.setattr("segstudio.jobs.evaluate.run", self.score)

    def run(self, request, report):
        self.requests.append(request)
        while not report.stop_requested:
            time.sleep(0.001)
        folder = request.project.new_run_folder("r")
        write_json(folder / "config.json", {"model": "x"})
        if self.checkpoint:
            (folder / "best.safetensors").touch()
        return TrainResult(folder.name, "stopped", 1, 1, 0.5, 1.0, 1.0)

    def score(self, request, report):
        self.scored.append(request)
        report(Progress("Scoring photos", 1, 3, "a.jpg"))
        while not (report.stop_requested or self.hold.is_set()):
            time.sleep(0.001)
        return Scores("r", "val", (), None, (), interrupted=report.stop_requested)


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "train")
    qtbot.waitUntil(lambda: not opened.runner.active)
    return made


def cut_choices(widget) -> list[str]:
    """The items of combo boxes that are wider than the box shows."""
    return [
        combo.itemText(place)
        for combo in widget.findChildren(QComboBox)
        for place in range(combo.count())
        if combo.fontMetrics().horizontalAdvance(combo.itemText(place)) > combo.width() - 44
    ]


@pytest.fixture
def running(page):
    """The page as it is while a training runs."""
    page.session.set_training(True)
    page.run_view.prepare(5)
    page._show_run()
    return page


def test_the_list_before_the_start_comes_from_the_project(page):
    assert any("to train" in t or "not yet dealt out" in t for t in page.setup.findings.texts)
    assert page.setup.train_button.isEnabled()


def test_nothing_is_looked_at_for_a_window_that_is_to_close(page, opened):
    opened.session.closing = True
    page.entered()
    assert not opened.runner.active


def test_what_the_tip_says_of_the_seeing_part_follows_what_learns(page):
    def tip() -> str:
        return page.setup.weights.parentWidget().toolTip()

    assert "stays fixed" in tip()
    page.setup.presets.choose("thorough")
    assert page.setup.config().train_layers == "all"
    assert "learns too" in tip()
    page.setup.presets.choose("normal")
    assert "stays fixed" in tip()
    layers = page.setup.settings.form.editor("train_layers")
    layers.set_value("all")
    layers.picked.emit()
    assert "learns too" in tip()


def test_an_error_in_the_list_forbids_to_start(page):
    page.setup.show_preflight(Preflight((Finding("error", "No photo has outlines."),)))
    assert not page.setup.train_button.isEnabled()
    assert page.setup.findings.texts[0] == "No photo has outlines."


def test_times_are_unknown_before_the_first_run(page):
    assert page.setup.presets.card("quick").time == UNKNOWN_TIME


def test_preset_and_weights_reach_the_settings_and_hand_edits_stay(page):
    setup = page.setup
    setup.presets.choose("quick")
    assert setup.config() == setup.preset_config("quick")
    setup.settings.form.editor("seed").setValue(7)
    setup.weights.set_value("none")
    config = setup.config()
    assert (config.weights, config.train_layers, config.seed) == ("none", "all", 7)


def test_the_download_told_is_that_of_the_chosen_model(page):
    def told(model: str) -> str:
        choice = page.setup.settings.form.editor("model")
        choice.setCurrentIndex(choice.findData(model))
        choice.activated.emit(choice.currentIndex())
        return page.setup.weights._published.text()

    assert "downloads once, 87 MB" in told("unet_resnet34")
    assert "a file that you download, 15 MB" in told("segformer_pvt_v2_b0")


def measured(model: str) -> ModelCost:
    return ModelCost(
        model=model,
        device="CPU with 2 threads",
        batch=4,
        crop=224,
        photo=480,
        parameters=24_000_000,
        megabytes=97.8,
        photo_seconds=0.42,
        head_seconds=0.314,
        whole_seconds=12.3,
        head_memory=1_000_000_000,
        whole_memory=None,
    )


def test_time_and_memory_stand_where_the_model_is_chosen(page, monkeypatch, qtbot):
    page.setup.settings.set_open(True)
    page.setup.settings.form.fold("Model").set_open(True)
    line = page.setup.settings.cost
    line.show_costs({})
    assert line.isVisible()
    assert "not measured yet" in line.text
    assert not line.comparison
    asked = []

    def measure(request, report):
        asked.append(request)
        return ModelFigures((measured(request.models[0]),))

    monkeypatch.setattr("segstudio.jobs.measure_models.run", measure)
    monkeypatch.setattr(
        "segstudio.gui.pages.train.read_costs",
        lambda: {name: measured(name) for name in ("unet_resnet34",)},
    )
    line.measure_button.click()
    qtbot.waitUntil(lambda: "U-Net, ResNet-34: 0.31 s or 12 s per crop" in line.comparison)
    assert asked == [MeasureRequest()]
    choice = page.setup.settings.form.editor("model")
    choice.setCurrentIndex(choice.findData("unet_resnet34"))
    choice.activated.emit(choice.currentIndex())
    for part in (
        "0.31 s and 1.0 GB of memory while the head",
        "12 s and an unknown",
        "0.42 s",
        "98 MB",
    ):
        assert part in line.text
    assert "DeepLabV3, ResNet-101: not measured" in line.comparison


def test_models_are_not_measured_while_something_runs(page):
    page.setup.set_busy(True)
    assert not page.setup.settings.cost.measure_button.isEnabled()
    page.setup.set_busy(False)
    assert page.setup.settings.cost.measure_button.isEnabled()


def test_every_setting_of_the_form_reaches_the_request(page, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch)
    page.setup.settings.form.editor("epochs").setValue(3)
    page.setup.settings.form.editor("lr").setValue(0.25)
    page.start()
    qtbot.waitUntil(lambda: bool(jobs.requests))
    config = jobs.requests[0].config
    assert (config.epochs, config.lr) == (3, 0.25)
    page.stop()
    qtbot.waitUntil(lambda: not page.training)


def test_sums_of_losses_and_own_class_weights_are_typed_into_the_form(page, qtbot):
    form = page.setup.settings.form
    page.setup.settings.set_open(True)
    form.fold("Loss and classes").set_open(True)
    assert not form.editor("focal_gamma").isEnabled()
    for name, text in (("loss", "1*focal+0.5*dice"), ("class_weights", "1, 2, 0.5")):
        field = form.editor(name).lineEdit()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    config = page.setup.config()
    assert config.loss == "1*focal+0.5*dice"
    assert config.class_weights == (1, 2, 0.5)
    assert form.editor("focal_gamma").isEnabled()
    assert form.fold("Loss and classes").note == "2 changed"


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
    assert view.figures.best.value == "0.60"
    assert view.figures.epoch.value == "3 of 4"
    assert view.figures.patience.value == "1 of 5"
    assert view.figures.time.value == "about 1 min"
    assert view.bar.value() == 2
    assert list(view.curves.iou_plot.series[MEAN].points()[1]) == [0.5]


def test_an_ended_run_tells_how_long_it_took_and_nothing_that_is_over(running):
    view = running.run_view
    running._take_events([STARTED, Message("It computes."), epoch(3, 0.5, gap=1)])
    assert view.figures.time.caption == "time left"
    running._take_result(DONE)
    assert (view.figures.time.value, view.figures.time.caption) == ("about 1 min", "time taken")
    assert view.figures.patience.isHidden()
    assert not view.note.text()
    view.prepare(5)
    assert (view.figures.time.value, view.figures.time.caption) == (NOT_MEASURED, "time left")
    assert view.figures.patience.isVisible()
    assert view.figures.best.caption == "best average overlap"


def test_a_run_that_failed_tells_no_time(running):
    running._take_events([STARTED, StepDone(1, 2, 0.9, 1e-3, 65.0)])
    running._take_failure(SegStudioError("The disk is full."))
    assert running.run_view.figures.time.isHidden()


def test_the_figures_stay_in_their_places_while_they_change(running, qtbot):
    view = running.run_view
    running.resize(1280, 800)
    figures = (view.figures.epoch, view.figures.time, view.figures.patience)

    def places():
        QApplication.processEvents()
        return [figure.mapTo(view, figure.rect().topLeft()) for figure in figures]

    running._take_events([STARTED])
    before = places()
    running._take_events([StepDone(1, 2, 0.9, 1e-3, 20 * 60.0), epoch(3, 0.5, gap=1)])
    view.show_pausing(True)
    assert places() == before


def test_without_validation_photos_the_score_is_a_dash(running):
    running._take_events([STARTED, epoch(1, None)])
    assert running.run_view.figures.best.value == NOT_MEASURED
    assert running.run_view.figures.patience.value == NOT_MEASURED


def fail_with(monkeypatch, error: SegStudioError) -> list[object]:
    """Let every training fail with an error; returns the requests."""
    requests = []

    def failing(request, report):
        requests.append(request)
        raise error

    monkeypatch.setattr("segstudio.jobs.train_and_score.run", failing)
    return requests


OFFLINE = WeightsError("No download.", meaning="There is no network.", remedy="Choose a file.")


def test_weights_that_cannot_be_had_are_told_with_the_ways_on(page, monkeypatch, qtbot):
    requests = fail_with(monkeypatch, OFFLINE)
    page.start()
    qtbot.waitUntil(lambda: not page.training)
    assert page.setup.isVisible()
    assert page.setup.trouble.isVisible()
    assert page.setup.trouble.text == "No download.\nThere is no network.\nChoose a file."
    assert page.setup.outlook.isHidden()
    page.setup.trouble.again_button.click()
    qtbot.waitUntil(lambda: len(requests) == 2 and not page.training)
    assert requests[0].config == requests[1].config
    page.setup.trouble.scratch_button.click()
    assert page.setup.config().weights == "none"
    assert not page.setup.trouble.isVisible()
    assert page.setup.outlook.isVisible()


def test_other_early_failures_do_not_speak_of_weights(page, monkeypatch, qtbot):
    fail_with(monkeypatch, SegStudioError("The disk is full."))
    page.start()
    qtbot.waitUntil(lambda: not page.training)
    assert page.setup.isVisible()
    assert not page.setup.trouble.isVisible()
    assert not page.tells(SegStudioError("The disk is full."))


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
    photos = {"val": ["a/seen.png"], "train": ["b.png"]}
    write_json(folder / "config.json", {"model": "x", "photos": photos})
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
    assert view.figures.best.value == "0.70"
    assert (view.figures.time.value, view.figures.time.caption) == ("5 s", "time taken")
    qtbot.waitUntil(lambda: shade_of(view.strip) is not None)
    assert view.strip.names[0] == "seen.png"


def test_a_run_that_ended_in_its_first_epoch_tells_no_time(page, opened):
    folder = opened.session.project.new_run_folder("old")
    write_json(folder / "config.json", {"model": "x"})
    page.show_earlier(folder.name)
    assert page.run_view.figures.time.isHidden()


def test_run_names_are_read_as_dates():
    assert run_words("20261120-123100-first-try").endswith("12:31  first-try")
    assert run_words("20261120-123100-deeplabv3_resnet50-2").endswith("12:31")


def stop_at_once(page, jobs, opened, qtbot) -> None:
    """Start a training of a project with a split, and stop it when it runs."""
    names = [entry.name for entry in opened.session.photos]
    parts = dict.fromkeys(names[2:], "train") | dict.fromkeys(names[:2], "val")
    opened.session.set_split(Split(parts=parts, method="given"), "Split")
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.start()
    qtbot.waitUntil(lambda: bool(jobs.requests))
    page.stop()


def test_a_stopped_run_is_scored_so_that_review_has_something(page, opened, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch, checkpoint=True)
    stop_at_once(page, jobs, opened, qtbot)
    qtbot.waitUntil(lambda: page.run_view.bar.maximum() == 3)
    assert jobs.scored[0].run == opened.session.project.runs()[-1].name
    assert jobs.scored[0].part == "val"
    assert page.run_view.bar.value() == 1
    assert not page.run_view.review_button.isVisible()
    with qtbot.waitSignal(opened.session.runs_changed):
        jobs.hold.set()
    assert page.run_view.review_button.isVisible()
    assert "kept" in page.run_view.headline.text()
    assert "stopped" not in page.run_view.note.text()


def test_a_run_that_broke_off_says_why_and_is_not_called_stopped(running, monkeypatch):
    scored = []
    monkeypatch.setattr(running, "_score", scored.append)
    reason = "The loss became no number in epoch 3."
    running.runner.succeeded.emit(replace(DONE, status="failed", reason=reason))
    assert running.run_view.headline.text() == "Broke off; the best state is kept"
    assert running.run_view.note.text() == reason
    # The job itself has scored it.
    assert scored == []


def test_the_scoring_of_a_stopped_run_can_be_skipped(page, opened, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch, checkpoint=True)
    stop_at_once(page, jobs, opened, qtbot)
    qtbot.waitUntil(lambda: bool(jobs.scored))
    qtbot.keyClick(page.run_view.stop_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.run_view.review_button.isVisible())
    assert "Review" in page.run_view.note.text()
    page.run_view.prepare(0)
    assert page.run_view.stop_button.text() == "Stop and keep best"


def test_closing_the_window_after_a_stop_scores_nothing(page, opened, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch, checkpoint=True)
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.start()
    qtbot.waitUntil(lambda: bool(jobs.requests))
    # The window is told first, and closes the project.
    opened.runner.succeeded.disconnect(page._take_result)
    opened.runner.succeeded.connect(opened.session.close_project)
    opened.runner.succeeded.connect(page._take_result)
    page.stop()
    qtbot.waitUntil(lambda: not page.training)
    assert not opened.runner.active
    assert not jobs.scored


def test_after_a_training_the_choices_see_the_split_that_it_made(page, opened, qtbot):
    names = [entry.name for entry in opened.session.photos]
    assert any("not yet dealt out" in text for text in page.setup.findings.texts)
    page.session.set_training(True)
    parts = dict.fromkeys(names[1:], "train") | {names[0]: "val"}
    opened.session.set_split(Split(parts=parts, method="given"), "Split")
    page._take_result(DONE)
    page._again.click()
    qtbot.waitUntil(lambda: f"{len(parts) - 1} photos to train." in page.setup.findings.texts)
    assert "You will watch it on these photos" in page.setup.outlook.text


def test_no_choice_of_a_setting_is_cut_off(page):
    page.setStyleSheet(style_sheet(LIGHT, 13))
    page.resize(1104, 740)
    settings = page.setup.settings
    settings.set_open(True)
    for title, _ in TrainConfig.groups():
        settings.form.fold(title).set_open(True)
    QApplication.processEvents()
    assert cut_choices(settings) == []


def test_in_the_smallest_window_every_preset_can_be_seen(page):
    page.setStyleSheet(style_sheet(LIGHT, 13))
    page.resize(784, 576)
    QApplication.processEvents()
    assert page.setup.outlook.isHidden()
    for preset in ("quick", "normal", "thorough"):
        card = page.setup.presets.card(preset)
        assert card.visibleRegion().boundingRect() == card.rect()
    page.resize(1104, 740)
    assert page.setup.outlook.isVisible()


def test_an_area_that_scrolls_grows_with_what_is_in_it(qtbot):
    content, words, below, outer = QWidget(), QWidget(), QWidget(), QWidget()
    words.setMinimumHeight(100)
    content.setLayout(column(words))
    area = Scrolled(content)
    layout = column(area)
    layout.addWidget(below, 1)
    outer.setLayout(layout)
    qtbot.addWidget(outer)
    outer.resize(300, 400)
    outer.show()
    assert area.height() == 100
    words.setMinimumHeight(150)
    qtbot.waitUntil(lambda: area.height() == 150)


def test_a_run_stopped_before_it_had_a_model_is_not_scored(page, opened, monkeypatch, qtbot):
    jobs = FakeJobs(monkeypatch)
    stop_at_once(page, jobs, opened, qtbot)
    qtbot.waitUntil(lambda: not page.training)
    qtbot.waitUntil(lambda: not opened.runner.busy)
    assert not jobs.scored


def test_the_projects_choice_is_shown_and_the_users_choice_kept(
    opened, make_page, monkeypatch, qtbot
):
    project = opened.session.project
    project.set_training_choice(TrainingChoice(preset="quick", weights="none"))
    page = make_page(opened, "train")
    assert page.setup.config() == page.setup.preset_config("quick")
    assert page.setup.config().weights == "none"
    page.setup.presets.choose("thorough")
    page.entered()
    assert page.setup.presets.current == "thorough"
    jobs = FakeJobs(monkeypatch)
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.start()
    assert project.training_choice == TrainingChoice(preset="thorough", weights="none")
    qtbot.waitUntil(lambda: bool(jobs.requests))
    page.stop()
    qtbot.waitUntil(lambda: not page.training)


def test_a_preset_of_another_version_is_no_obstacle(opened, make_page):
    opened.session.project.set_training_choice(TrainingChoice(preset="gone", weights="none"))
    page = make_page(opened, "train")
    assert page.setup.choice == TrainingChoice(preset="normal", weights="pretrained")


def test_the_outlook_follows_choices_and_shows_photos_with_outlines(page, opened, qtbot):
    outlook = page.setup.outlook
    page.setup.settings.form.editor("epochs").setValue(7)
    assert "7 passes over your photos" in outlook.text
    assert "kept aside at the first start" in outlook.text
    qtbot.waitUntil(lambda: all(view.image() is not None for view in outlook.views))
    names = [entry.name for entry in opened.session.photos]
    parts = dict.fromkeys(names[1:], "train") | {names[0]: "val"}
    opened.session.set_split(Split(parts=parts, method="given"), "Split")
    assert "7 passes over 5 photos" in outlook.text
    assert "scored on 1 photo" in outlook.text
    assert [entry.name for entry in watched(opened.session.project)] == names[:4]


def test_what_stored_features_take_is_told_before_the_start(page, opened, monkeypatch):
    findings, form = page.setup.findings, page.setup.settings.form
    assert findings.texts[-1].startswith("Stored features take less than 1 MB")
    form.editor("bank_views").setValue(64)
    needed = estimate.stored_features(opened.session.project, page.setup.config())
    assert needed.bytes > 1e6
    assert findings.texts[-1].startswith(f"Stored features take about {needed.bytes / 1e6:.0f} MB")
    form.editor("feature_bank").set_value("off")
    form.editor("feature_bank").picked.emit()
    assert not any("tored" in text for text in findings.texts)
    form.editor("feature_bank").set_value("auto")
    form.editor("feature_bank").picked.emit()
    monkeypatch.setattr(estimate, "free_bytes", lambda folder: 1_001_000_000)
    form.editor("epochs").setValue(7)
    assert findings.texts[0] == "Features cannot be stored, so each pass takes longer."
    told = [made.text() for made in findings.findChildren(QLabel)]
    more = needed.bytes / 1e6 - 1
    assert any(
        f"the disk has only 1 MB for them (1 GB stays free). Free about {more:.0f} MB on" in text
        for text in told
    )
    assert page.setup.train_button.isEnabled()


def test_features_that_must_be_stored_and_cannot_forbid_to_start(page, opened, monkeypatch):
    jobs = FakeJobs(monkeypatch)
    findings, form = page.setup.findings, page.setup.settings.form
    form.editor("bank_views").setValue(64)
    form.editor("feature_bank").set_value("on")
    form.editor("feature_bank").picked.emit()
    assert page.setup.train_button.isEnabled()
    stored = estimate.stored_features(opened.session.project, page.setup.config())
    page.setup.show_stored(replace(stored, shortage=Shortage(2 * 10**6, by_limit=True)))
    assert findings.texts[0].endswith(
        ', more than the 0.002 GB that "Disk for stored features" allows.'
    )
    told = " ".join(made.text() for made in findings.findChildren(QLabel))
    assert 'or set "Stored features" to "Where it can be used".' in told
    assert "bank" not in told
    monkeypatch.setattr(estimate, "free_bytes", lambda folder: 0)
    form.editor("epochs").setValue(7)
    assert findings.texts[0].startswith("Features cannot be stored: they need about ")
    assert not page.setup.train_button.isEnabled()
    page.start()
    assert jobs.requests == []
    assert not page.training
    monkeypatch.undo()
    form.editor("epochs").setValue(8)
    assert page.setup.train_button.isEnabled()


def test_until_the_first_previews_the_outlines_are_shown(page, monkeypatch, tmp_path, qtbot):
    jobs = FakeJobs(monkeypatch)
    qtbot.waitUntil(lambda: len(page.setup.outlook.pictures) == 4)
    page.start()
    strip = page.run_view.strip
    assert strip.names[0] == "000.png"
    assert "Your outlines" in strip.caption.text()
    page._take_events([STARTED, preview(tmp_path, 1, 10)])
    qtbot.waitUntil(lambda: shade_of(strip) == 10)
    assert strip.caption.text() == "after epoch 1"
    qtbot.waitUntil(lambda: bool(jobs.requests))
    page.stop()
    qtbot.waitUntil(lambda: not page.training)


def test_the_outlook_makes_room_for_advanced_settings(page, qtbot):
    assert page.setup.outlook.isVisible()
    page.setup.settings.set_open(True)
    assert not page.setup.outlook.isVisible()


@pytest.mark.parametrize("time", [None, 9000.0])
def test_no_word_of_a_preset_is_cut_off(page, qtbot, time):
    page.setup.set_times({"quick": time, "normal": time, "thorough": time})
    for name in ("quick", "normal", "thorough"):
        card = page.setup.presets.card(name)
        assert card.toolTip()
        assert card.words_fit, name


def test_a_warning_before_the_first_step_stays_readable(running):
    running._take_events([Message("One training photo only."), STARTED, epoch(1, 0.5)])
    assert running.run_view.note.text() == "One training photo only."


def test_the_seed_is_explained_where_it_is_shown(page):
    page.setup.settings.set_open(True)
    page.setup.settings.form.fold("Steps").set_open(True)
    shown = [made.text() for made in page.findChildren(QLabel) if made.isVisible()]
    assert any("The same number repeats a run" in text for text in shown)


def test_the_list_of_runs_says_only_what_is_not_usual(page, opened):
    project = opened.session.project
    for status in ("completed", "stopped"):
        folder = project.new_run_folder("old")
        write_json(folder / "config.json", {"model": "x"})
        write_json(folder / "result.json", {"status": status})
    opened.session.note_runs()
    rows = page.setup.runs._list
    newest, oldest = rows.item(0).text(), rows.item(1).text()
    assert newest.endswith("stopped")
    assert oldest.endswith("overlap –")
