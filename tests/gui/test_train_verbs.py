"""What can be done with a run: pause, resume, discard, continue, begin anew from its model."""

from __future__ import annotations

import json
import threading
import time

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.cut_off import cut_off
from segstudio.core.events import EpochDone, PauseChanged, RunStarted, pause_requested
from segstudio.core.files import write_json
from segstudio.gui.pages import train as train_page
from segstudio.gui.theme import LIGHT, style_sheet
from segstudio.jobs.train import TrainResult
from segstudio.project.runs import discard_run

pytestmark = pytest.mark.gui


class FakeTraining:
    """Stands in for the job: rests when asked to, and ends only when told to."""

    def __init__(self, monkeypatch) -> None:
        self.requests: list[object] = []
        self.rested = threading.Event()
        monkeypatch.setattr("segstudio.jobs.train_and_score.run", self.run)

    def run(self, request, report):
        self.requests.append(request)
        folder = request.project.new_run_folder("r")
        write_json(folder / "config.json", {"model": "x"})
        report(RunStarted(folder.name, 2, 2, "cpu", ("sky",), 4, 2))
        while not report.stop_requested:
            if pause_requested(report) and not self.rested.is_set():
                self.rested.set()
                report(PauseChanged(paused=True))
            if self.rested.is_set() and not pause_requested(report):
                self.rested.clear()
                report(PauseChanged(paused=False))
            time.sleep(0.001)
        return TrainResult(folder.name, "stopped", 1, 1, None, 1.0, 1.0)


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "train")
    qtbot.waitUntil(lambda: not opened.runner.active)
    return made


@pytest.fixture
def job(page, monkeypatch, qtbot):
    made = FakeTraining(monkeypatch)
    page.start()
    qtbot.waitUntil(lambda: page._began)
    yield made
    page.runner.stop()
    page.runner.wait()


def old_run(project, *, status: str = "stopped"):
    folder = project.new_run_folder("old")
    write_json(folder / "config.json", {"model": "deeplabv3_resnet50"})
    write_json(folder / "result.json", {"status": status})
    for name in ("best.safetensors", "last.pt"):
        (folder / name).touch()
    return folder


def test_pause_rests_the_job_and_resume_goes_on(page, job, qtbot):
    view = page.run_view
    assert "train_pause" in page.handlers()
    view.pause_button.click()
    assert view.pause_button.text() == "Resume"
    qtbot.waitUntil(lambda: view.headline.text().startswith("Paused"))
    assert job.rested.is_set()
    page.handlers()["train_pause"]()
    qtbot.waitUntil(lambda: view.headline.text().startswith("Training on 4 photos"))
    assert view.pause_button.text() == "Pause"
    qtbot.waitUntil(lambda: not job.rested.is_set())


def test_a_run_is_discarded_only_after_a_yes(page, job, opened, monkeypatch, qtbot):
    root = opened.session.project.root
    answers = [False, True]
    monkeypatch.setattr(train_page, "ask_discard", lambda *_, **__: answers.pop(0))
    page.run_view.discard_button.click()
    assert page.training
    assert not page.runner.stopping
    page.run_view.discard_button.click()
    qtbot.waitUntil(lambda: not page.training)
    assert opened.session.project.runs() == ()
    (kept,) = (root / "trash").iterdir()
    assert (kept / "config.json").is_file()


def test_the_question_names_what_happens_and_back_is_the_default(page, monkeypatch):
    seen = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: seen.append(box) or 0)
    assert not train_page.ask_discard(page, running=True)
    (box,) = seen
    assert "The training stops." in box.informativeText()
    assert box.defaultButton().text() == "Go back"


def test_an_earlier_run_offers_both_verbs(page, opened, monkeypatch, qtbot):
    project = opened.session.project
    folder = old_run(project)
    started = []
    page._actions.wanted.disconnect(page.launch)
    page._actions.wanted.connect(started.append)
    page.show_earlier(folder.name)
    verbs = page._verbs
    assert not verbs.isHidden()
    verbs.go_on.click()
    verbs.begin.click()
    resumed, anew = started
    assert (resumed.resume, resumed.start_from) == (folder.name, None)
    assert (anew.resume, anew.start_from) == (None, folder.name)
    assert anew.config.model == "deeplabv3_resnet50"
    page.show_setup()
    assert verbs.isHidden()


def test_a_run_that_went_to_its_end_is_not_continued(page, opened):
    page.show_earlier(old_run(opened.session.project, status="completed").name)
    assert not page._verbs.go_on.isEnabled()
    assert "went to its end" in page._verbs.go_on.toolTip()
    assert page._verbs.begin.isEnabled()


def test_two_discarded_runs_of_one_name_are_both_kept(opened):
    project = opened.session.project
    folder = old_run(project)
    first = discard_run(folder.parent, folder.name)
    folder.mkdir()
    write_json(folder / "config.json", {"model": "x"})
    second = discard_run(folder.parent, folder.name)
    assert first.is_dir()
    assert second.is_dir()
    assert first != second


def test_a_continued_run_begins_with_its_earlier_epochs(page, opened, monkeypatch, qtbot):
    project = opened.session.project
    folder = old_run(project)
    line = {"epoch": 1, "train_loss": 0.8, "val_miou": 0.4, "iou": {"sky": 0.4}, "seconds": 1.0}
    (folder / "history.jsonl").write_text(json.dumps(line))
    FakeTraining(monkeypatch)
    page.show_earlier(folder.name)
    page._verbs.go_on.click()
    curves = page.run_view.curves.iou_plot
    qtbot.waitUntil(lambda: "sky" in curves.series)
    assert list(curves.series["sky"].points()[1]) == [0.4]
    assert page.run_view.figures.epoch.value == "1 of 2"
    assert page.run_view.figures.best.value == "0.40"
    page.stop()
    qtbot.waitUntil(lambda: not opened.runner.active)
    page.start()
    qtbot.waitUntil(lambda: page._began)
    assert list(curves.series["sky"].points()[1]) == []
    page.stop()
    qtbot.waitUntil(lambda: not page.training)


def test_two_models_can_be_compared_from_the_list_of_runs(page, opened):
    pages, actions = [], []
    page.page_requested.connect(pages.append)
    page.action_requested.connect(actions.append)
    old_run(opened.session.project)
    opened.session.note_runs()
    assert page.setup.runs.compare_button.isHidden()
    old_run(opened.session.project)
    opened.session.note_runs()
    assert not page.setup.runs.compare_button.isHidden()
    page.setup.runs.compare_button.click()
    assert (pages, actions) == (["review"], ["compare_runs"])


def test_a_run_that_was_stopped_can_go_on_at_once(page, job, opened, qtbot):
    assert page._verbs.isHidden()
    running = page._run
    (opened.session.project.run(running).path / "last.pt").touch()
    page.stop()
    qtbot.waitUntil(lambda: not page.training)
    assert not page._verbs.isHidden()
    assert page._verbs.run.name == running
    page._verbs.go_on.click()
    qtbot.waitUntil(lambda: len(job.requests) == 2)
    assert job.requests[-1].resume == running
    assert page._verbs.isHidden()


def test_a_run_that_goes_on_shows_its_own_limits(page, opened, monkeypatch):
    folder = old_run(opened.session.project)
    write_json(folder / "config.json", {"model": "x", "epochs": 9, "patience": 4})
    line = {"epoch": 1, "train_loss": 0.5, "val_miou": 0.5, "iou": {"sky": 0.5}}
    (folder / "history.jsonl").write_text(json.dumps(line) + "\n")
    assert page.setup.config().patience != 4
    page.show_earlier(folder.name)
    assert page.run_view.figures.epoch.value == "1 of 9"
    monkeypatch.setattr(page.runner, "start", lambda *_: None)
    page._verbs.go_on.click()
    page.session.set_training(True)
    page._take_events([RunStarted(folder.name, 9, 10, "cpu", ("sky",), 4, 2)])
    assert page.run_view.figures.patience.value == "0 of 4"
    assert (page.run_view.bar.value(), page.run_view.bar.maximum()) == (10, 90)


def test_no_button_and_no_caption_of_a_run_is_cut_off(page, opened, job):
    page.setStyleSheet(style_sheet(LIGHT, 13))
    page.resize(1104, 740)
    page.run_view._show_event(EpochDone(1, 1, 1, 0.5, (0.5,), 1, 1e-3, 12, 0.5, 0, 9.0), {})
    page.run_view.figures.time.set_value("about 1 h 20 min")
    QApplication.processEvents()
    assert cut_off(page) == []


def test_no_button_of_an_earlier_run_is_cut_off(page, opened):
    page.setStyleSheet(style_sheet(LIGHT, 13))
    page.resize(1104, 740)
    page.show_earlier(old_run(opened.session.project).name)
    QApplication.processEvents()
    assert cut_off(page) == []
