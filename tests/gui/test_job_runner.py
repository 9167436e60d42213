from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Progress, Reporter
from segstudio.gui.job_runner import JobRunner


class Listener(QObject):
    """Notes what the runner says, and in which thread."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self.batches: list[list[object]] = []
        self.results: list[object] = []
        self.errors: list[SegStudioError] = []
        self.busy: list[bool] = []
        self.threads: set[QThread] = set()
        runner.events.connect(self.take_events)
        runner.succeeded.connect(self.take_result)
        runner.failed.connect(self.take_error)
        runner.busy_changed.connect(self.take_busy)

    @Slot(list)
    def take_events(self, batch: list[object]) -> None:
        self.threads.add(QThread.currentThread())
        self.batches.append(batch)

    def take_result(self, result: object) -> None:
        self.threads.add(QThread.currentThread())
        self.results.append(result)

    def take_error(self, error: SegStudioError) -> None:
        self.errors.append(error)

    def take_busy(self, busy: bool) -> None:
        self.busy.append(busy)


@pytest.fixture
def runner(qtbot: QtBot) -> JobRunner:
    return JobRunner()


@pytest.fixture
def listener(runner: JobRunner) -> Listener:
    return Listener(runner)


def test_events_arrive_in_order_in_few_batches_and_before_the_result(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    worker: list[int] = []

    def job(report: Reporter) -> str:
        worker.append(threading.get_ident())
        for number in range(1000):
            report(Progress("Counting", number, 1000))
        return "done"

    with qtbot.waitSignal(runner.succeeded):
        runner.start("Counting", job)
    numbers = [event.done for batch in listener.batches for event in batch]
    assert numbers == list(range(1000))
    assert len(listener.batches) <= 5
    assert listener.results == ["done"]
    assert worker[0] != threading.get_ident()
    assert listener.threads == {QThread.currentThread()}
    assert listener.busy == [True, False]


def test_stop_reaches_the_job_and_its_result_comes_back(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    started = threading.Event()

    def job(report: Reporter) -> str:
        started.set()
        while not report.stop_requested:
            threading.Event().wait(0.005)
        return "what was finished"

    runner.start("Waiting", job)
    assert started.wait(2)
    assert not runner.stopping
    with qtbot.waitSignal(runner.succeeded):
        runner.stop()
    assert listener.results == ["what was finished"]


def test_a_foreseen_failure_arrives_as_it_is(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    error = SegStudioError("No photos.", remedy="Add some.")

    def job(report: Reporter) -> None:
        report(Message("about to fail"))
        raise error

    with qtbot.waitSignal(runner.failed):
        runner.start("Failing", job)
    assert listener.errors == [error]
    assert listener.batches == [[Message("about to fail")]]
    assert not runner.busy


def test_an_unforeseen_failure_is_put_into_words_and_logged(
    qtbot: QtBot, runner: JobRunner, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    def job(report: Reporter) -> None:
        raise ZeroDivisionError("division by zero")

    with qtbot.waitSignal(runner.failed):
        runner.start("Failing", job)
    (error,) = listener.errors
    assert "ZeroDivisionError" not in str(error)
    assert error.remedy
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert "ZeroDivisionError" in caplog.text


def test_one_foreground_job_at_a_time(qtbot: QtBot, runner: JobRunner) -> None:
    release = threading.Event()
    runner.start("Training", lambda report: release.wait(5))
    with pytest.raises(SegStudioError, match="Training is still running"):
        runner.start("Importing", lambda report: None)
    with qtbot.waitSignal(runner.succeeded):
        release.set()


def test_background_jobs_wait_and_collapse_and_do_not_count_as_busy(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    release = threading.Event()
    runner.start("Training", lambda report: release.wait(5))
    for number in range(3):
        runner.start("Label images", lambda report, number=number: number, background=True)
    release.set()
    qtbot.waitUntil(lambda: not runner.active)
    assert listener.results == [True, 2]
    assert listener.busy == [True, False]


def test_a_foreground_job_waits_for_a_background_one(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    release = threading.Event()
    runner.start("Label images", lambda report: release.wait(5), background=True)
    assert runner.active
    assert not runner.busy
    runner.start("Training", lambda report: "trained")
    assert runner.busy
    release.set()
    qtbot.waitUntil(lambda: not runner.active)
    assert listener.results == [True, "trained"]


def test_a_slot_may_start_the_next_job(qtbot: QtBot, runner: JobRunner) -> None:
    results: list[object] = []

    def follow(result: object) -> None:
        results.append(result)
        if len(results) == 1:
            runner.start("Second", lambda report: "second")

    runner.succeeded.connect(follow)
    runner.start("First", lambda report: "first")
    qtbot.waitUntil(lambda: len(results) == 2)
    assert results == ["first", "second"]


def test_wait_blocks_until_the_job_ended_and_tells_its_result(
    runner: JobRunner, listener: Listener
) -> None:
    runner.start("Short", lambda report: 7)
    assert runner.wait(5)
    assert listener.results == [7]


def test_wait_says_when_the_job_did_not_end(qtbot: QtBot, runner: JobRunner) -> None:
    release = threading.Event()
    runner.start("Long", lambda report: release.wait(5))
    assert not runner.wait(0.05)
    release.set()
    assert runner.wait(5)
