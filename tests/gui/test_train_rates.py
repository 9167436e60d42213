"""Finding a learning rate from the window; the job is a fake."""

from __future__ import annotations

import time

import pytest

from segstudio.core.errors import WeightsError
from segstudio.core.events import Message, RateTried
from segstudio.gui.widgets.rate_plot import RateDialog
from segstudio.jobs.find_lr import FoundRate

pytestmark = pytest.mark.gui


@pytest.fixture
def page(opened, make_page, qtbot):
    made = make_page(opened, "train")
    qtbot.waitUntil(lambda: not opened.runner.active)
    made.setup.settings.set_open(True)
    made.setup.settings.form.fold("Steps").set_open(True)
    return made


def test_a_rate_is_tried_shown_and_taken(page, monkeypatch, qtbot):
    requests = []

    def job(request, report):
        requests.append(request)
        for step in range(20):
            report(RateTried(10 ** (step / 4 - 5), 2.0 - step / 20, 2.0 - step / 20))
        return FoundRate(0.0123456, request.config.lr, ())

    monkeypatch.setattr("segstudio.jobs.find_lr.run", job)
    form = page.setup.settings.form
    form.editor("batch_size").setValue(3)
    page.setup.settings.find_rate_button.click()
    dialog = page.rates.dialog
    qtbot.waitUntil(lambda: dialog.use_button.isEnabled())
    assert requests[0].config.batch_size == 3
    assert dialog.points == 20
    assert "0.012;" in dialog.words
    assert "Try the one that was found." in dialog.words
    with qtbot.waitSignal(page.setup.config_changed):
        dialog.use_button.click()
    assert page.setup.config().lr == 0.012
    assert form.fold("Steps").note == "2 changed"
    assert page.rates.dialog is None


def test_closing_the_dialog_stops_the_job_and_changes_nothing(page, opened, monkeypatch, qtbot):
    def job(request, report):
        while not report.stop_requested:
            time.sleep(0.001)
        return FoundRate(None, request.config.lr, (), interrupted=True)

    monkeypatch.setattr("segstudio.jobs.find_lr.run", job)
    before = page.setup.config()
    page.setup.settings.find_rate_button.click()
    assert opened.runner.busy
    page.rates.dialog.close_button.click()
    qtbot.waitUntil(lambda: not opened.runner.busy)
    assert page.rates.dialog is None
    assert page.setup.config() == before


def test_why_it_failed_is_told_in_the_dialog(page, monkeypatch, qtbot):
    error = WeightsError("No download.", meaning="There is no network.", remedy="Choose a file.")

    def job(request, report):
        raise error

    monkeypatch.setattr("segstudio.jobs.find_lr.run", job)
    page.setup.settings.find_rate_button.click()
    dialog = page.rates.dialog
    qtbot.waitUntil(lambda: "Choose a file." in dialog.words)
    assert page.tells(error)
    assert not dialog.use_button.isEnabled()
    dialog.close_button.click()
    assert not page.setup.trouble.isVisible()


@pytest.mark.parametrize(
    ("found", "words"),
    [(0.002, "leave it as it is"), (0.0001, "10 times as large"), (0.01, "10 times as small")],
)
def test_a_rate_that_is_close_is_left_alone(qtbot, found, words):
    dialog = RateDialog()
    qtbot.addWidget(dialog)
    dialog.show_found(FoundRate(found, 0.001, ()))
    assert words in dialog.words


def test_the_axis_rests_and_the_words_stay_while_rates_are_tried(qtbot):
    dialog = RateDialog()
    qtbot.addWidget(dialog)
    axis = dialog._canvas.getPlotItem().getAxis("bottom")
    before, words = list(axis.range), dialog.words
    assert before == pytest.approx([-6, 0], abs=0.2)
    dialog.show_events([RateTried(1e-6, 1.6, 1.6), Message("It computes."), RateTried(2e-6, 1, 1)])
    assert list(axis.range) == before
    assert dialog.words == words
    assert not axis.autoSIPrefix
