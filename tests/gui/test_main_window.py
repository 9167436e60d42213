from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from segstudio.core.errors import SegStudioError, WeightsError
from segstudio.core.events import Progress, Reporter, RunStarted, StepDone
from segstudio.core.files import write_json
from segstudio.gui import dialogs
from segstudio.gui.app import check_qt
from segstudio.gui.dialogs import AboutDialog, NewProjectDialog, ShortcutsDialog
from segstudio.gui.errors import ErrorDialog, ErrorReporter, start_log
from segstudio.gui.main_window import MainWindow
from segstudio.gui.pages import PAGES
from segstudio.gui.pages.base import PageTools
from segstudio.gui.pages.train import TrainPage
from segstudio.gui.settings import Settings
from segstudio.gui.widgets.rail import Rail
from segstudio.gui.widgets.status_bar import StatusBar
from segstudio.jobs.train import TrainRequest, TrainResult
from segstudio.project.entries import Split, TrainingChoice
from segstudio.project.project import Project

START = """
import sys, time
from pathlib import Path
begin = time.perf_counter()
from PySide6.QtWidgets import QApplication
from segstudio.gui.app import build_window
from segstudio.gui.settings import Settings
app = QApplication([])
window = build_window(app, Settings(Path(sys.argv[1])))
window.show()
window.grab()
print(time.perf_counter() - begin)
print([name for name in ("torch", "torchvision", "lxml", "pyqtgraph") if name in sys.modules])
window.stop_device_lookup()
"""


def reopen(project: Project) -> Path:
    project.close()
    return project.root


def train_page(window: MainWindow, project: Project) -> TrainPage:
    """Open the project in the window, on the page Train."""
    window.open_project(reopen(project))
    window.show_page("train")
    page = window.current_page
    assert isinstance(page, TrainPage)
    return page


def test_the_window_opens_quickly_without_what_only_jobs_need(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path / "w.ini")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seconds, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    # 1.5 s is the aim on a quiet computer; tests share theirs.
    assert float(seconds) < 5


@pytest.mark.parametrize("entry", PAGES, ids=[entry.name for entry in PAGES])
def test_every_page_builds_on_an_empty_session_and_says_what_it_lacks(
    window: MainWindow, entry: object
) -> None:
    name = entry.name
    window.show_page(name)
    page = window.current_page
    assert page.entry.name == name
    assert page.isVisible()
    assert page.blocked == (name != "start")
    assert bool(page.reason) == page.blocked
    assert window.findChild(Rail).step(name).isChecked()


def test_opening_a_project_goes_to_its_next_step_and_is_remembered(
    window: MainWindow, tools: PageTools, tiny_project: Project
) -> None:
    root = reopen(tiny_project)
    window.open_project(root)
    assert window.current_page.entry.name == "classes"
    assert window.windowTitle().startswith("tiny")
    assert tools.settings.recent() == (root,)


def test_pages_with_a_project_build_and_can_all_be_visited(
    window: MainWindow, tiny_project: Project
) -> None:
    window.open_project(reopen(tiny_project))
    for entry in PAGES:
        window.actions_by_id[f"go_{entry.name}"].trigger()
        assert window.current_page.entry.name == entry.name


def test_a_wrong_project_is_told_in_the_error_dialog(window: MainWindow, tmp_path: Path) -> None:
    window.open_project(tmp_path)
    dialog = window.findChild(ErrorDialog) or QGuiApplication.instance().activeWindow()
    assert isinstance(dialog, ErrorDialog)
    assert "not a SegStudio project" in dialog.error.what
    dialog.accept()
    assert window.current_page.entry.name == "start"


def test_undo_and_redo_are_enabled_where_there_is_something(
    window: MainWindow, tools: PageTools, tiny_project: Project
) -> None:
    window.open_project(reopen(tiny_project))
    undo, redo = window.actions_by_id["undo"], window.actions_by_id["redo"]
    assert not undo.isEnabled()
    palette = tools.session.palette
    assert palette is not None
    tools.session.set_palette(palette.renamed(1, "heaven"), "Name heaven")
    assert undo.isEnabled()
    undo.trigger()
    assert tools.session.palette == palette
    assert redo.isEnabled()


def test_keys_step_through_the_photos_but_not_while_typing_or_sliding(
    qtbot: QtBot, window: MainWindow, tools: PageTools, tiny_project: Project
) -> None:
    window.open_project(reopen(tiny_project))
    window.activateWindow()
    window.show_page("import")
    field = window.current_page.findChild(QLineEdit)
    page = window.current_page
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_D)
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert tools.session.current_photo == "002.png"
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert tools.session.current_photo == "001.png"
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_D)
    assert tools.session.current_photo == "001.png"
    assert field.text() == "d"
    window.show_page("classes")
    slider = window.current_page.findChild(QSlider)
    slider.setFocus()
    before = slider.value()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == before + 1
    assert tools.session.current_photo == "001.png"


def test_status_bar_tells_photo_and_job(
    qtbot: QtBot, window: MainWindow, tools: PageTools, tiny_project: Project
) -> None:
    window.open_project(reopen(tiny_project))
    status = window.findChild(StatusBar)
    assert status.photo_text.startswith("Photo 1 of 6")
    assert "96 × 64 px" in status.photo_text
    release = threading.Event()

    def job(report: Reporter) -> None:
        report(Progress("Reading photos", 3, 10))
        release.wait(5)

    tools.runner.start("Importing", job)
    qtbot.waitUntil(lambda: status.job_text == "Reading photos: 3 of 10")
    assert status.job_visible
    release.set()
    qtbot.waitUntil(lambda: not status.job_visible)


def test_cancel_stops_the_job_and_says_so(
    qtbot: QtBot, window: MainWindow, tools: PageTools
) -> None:
    status = window.findChild(StatusBar)
    released = threading.Event()

    def job(report: Reporter) -> str:
        while not report.stop_requested:
            threading.Event().wait(0.005)
        released.wait(5)
        return "stopped"

    tools.runner.start("Importing", job)
    status.cancel_clicked.emit()
    assert status.job_text == "Stopping…"
    released.set()
    qtbot.waitUntil(lambda: not tools.runner.active)


def test_training_progress_is_told_with_what_is_left(qtbot: QtBot) -> None:
    status = StatusBar()
    qtbot.addWidget(status)
    status.begin_job("Training")
    status.show_events([StepDone(3, 12, 0.5, 1e-3, 180.0)])
    assert status.job_text == "Training: epoch 3, about 3 min left"


@pytest.mark.parametrize(
    ("choice", "closed_at_once", "stopped"),
    [("back", False, False), ("keep", False, False), ("stop", False, True)],
)
def test_closing_while_a_job_runs_asks_and_obeys(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    closed_at_once: bool,
    stopped: bool,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dialogs, "ask_close", lambda *a, **k: asked.append(choice) or choice)
    release = threading.Event()

    def job(report: Reporter) -> None:
        while not (report.stop_requested or release.is_set()):
            threading.Event().wait(0.005)

    tools.runner.start("Training", job)
    window.close()
    assert asked == [choice]
    assert window.isHidden() == closed_at_once
    assert tools.runner.stopping == stopped
    release.set()
    qtbot.waitUntil(lambda: not tools.runner.active)
    qtbot.wait(50)
    assert window.isHidden() == (choice != "back")


def rests(report: Reporter) -> None:
    while not report.stop_requested:
        threading.Event().wait(0.005)


def test_a_window_that_will_close_later_asks_again_and_can_stay(
    qtbot: QtBot, window: MainWindow, tools: PageTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["keep", "back"]
    monkeypatch.setattr(dialogs, "ask_close", lambda *_, **__: answers.pop(0))
    tools.runner.start("Training", rests)
    window.close()
    window.close()
    assert answers == []
    tools.runner.stop()
    qtbot.waitUntil(lambda: not tools.runner.active)
    qtbot.wait(50)
    assert not window.isHidden()


@pytest.mark.parametrize("before", ["", "keep"])
def test_going_back_keeps_the_window_also_where_the_job_ends_meanwhile(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    tiny_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
) -> None:
    window.open_project(reopen(tiny_project))
    qtbot.waitUntil(lambda: not tools.runner.active)
    tools.runner.start("Training", rests)
    if before:
        monkeypatch.setattr(dialogs, "ask_close", lambda *_, **__: before)
        window.close()

    def ask(*_: object, **__: object) -> str:
        tools.runner.stop()
        qtbot.waitUntil(lambda: not tools.runner.active)
        qtbot.wait(50)
        return "back"

    monkeypatch.setattr(dialogs, "ask_close", ask)
    window.close()
    assert not window.isHidden()
    assert window._session.project is not None


def test_a_training_that_waits_for_a_stopped_count_is_asked_about_and_not_begun(
    qtbot: QtBot, window: MainWindow, tools: PageTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_: object, title: str, **__: object) -> str:
        asked.append(title)
        return "stop"

    monkeypatch.setattr(dialogs, "ask_close", ask)
    release, began = threading.Event(), threading.Event()
    tools.runner.start("Counting", lambda _: release.wait(5), background=True)
    tools.runner.stop()
    tools.runner.start("Training", lambda _: began.set())
    window.close()
    assert asked == ["Training"]
    release.set()
    qtbot.waitUntil(window.isHidden)
    assert not began.is_set()


def test_a_run_is_discarded_also_where_the_window_closes_with_its_end(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    tiny_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = reopen(tiny_project)
    window.open_project(root)
    window.show_page("train")
    page = window.current_page
    assert isinstance(page, TrainPage)

    def training(request: TrainRequest, report: Reporter) -> TrainResult:
        folder = request.project.new_run_folder("r")
        write_json(folder / "config.json", {"model": "x"})
        rests(report)
        return TrainResult(folder.name, "stopped", 1, 1, None, 1.0, 1.0)

    monkeypatch.setattr("segstudio.jobs.train_and_score.run", training)
    monkeypatch.setattr("segstudio.gui.pages.train.ask_discard", lambda *_, **__: True)
    monkeypatch.setattr(dialogs, "ask_close", lambda *_, **__: "keep")
    qtbot.waitUntil(lambda: not tools.runner.active)
    page.start()
    window.close()
    page.discard_running()
    qtbot.waitUntil(window.isHidden)
    assert list((root / "runs").iterdir()) == []
    assert len(list((root / "trash").iterdir())) == 1


def test_while_the_first_training_runs_the_rail_says_so_and_that_the_split_is_locked(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    tiny_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = train_page(window, tiny_project)
    rail = window.findChild(Rail)

    def notes() -> list[str]:
        return [rail.step(name).accessibleName() for name in ("split", "train")]

    def training(request: TrainRequest, report: Reporter) -> TrainResult:
        names = [entry.name for entry in request.project.photos]
        parts = dict.fromkeys(names[1:], "train") | {names[0]: "val"}
        request.project.set_split(Split(parts=parts, method="given"), "Split")
        folder = request.project.new_run_folder("r")
        write_json(folder / "config.json", {"model": "x"})
        report(RunStarted(folder.name, 1, 1, "cpu", ("sky",), 5, 1))
        rests(report)
        return TrainResult(folder.name, "stopped", 1, 1, None, 1.0, 1.0)

    monkeypatch.setattr("segstudio.jobs.train_and_score.run", training)
    qtbot.waitUntil(lambda: not tools.runner.active)
    assert notes() == ["Split: not locked", "Train: not trained"]
    page.start()
    assert notes()[1] == "Train: training…"
    qtbot.waitUntil(lambda: notes() == ["Split: locked", "Train: training…"])
    page.stop()
    qtbot.waitUntil(lambda: notes() == ["Split: locked", "Train: 1 run"])


def test_the_status_bar_tells_of_a_stop_that_was_asked_for_elsewhere(
    qtbot: QtBot, window: MainWindow, tools: PageTools
) -> None:
    release = threading.Event()
    tools.runner.start("Training", lambda _: release.wait(5))
    tools.runner.stop()
    assert window._status.job_text == "Stopping…"
    release.set()
    qtbot.waitUntil(lambda: not tools.runner.active)


def test_geometry_is_remembered_and_the_project_given_back(
    qtbot: QtBot, window: MainWindow, tools: PageTools, tiny_project: Project, tmp_path: Path
) -> None:
    root = reopen(tiny_project)
    window.open_project(root)
    window.close()
    assert not Settings(tmp_path / "window.ini").blob("geometry").isEmpty()
    Project.open(root).close()


def test_the_bad_pair_of_versions_is_refused() -> None:
    check_qt("6.12.0", (3, 12))
    check_qt("6.11.3", (3, 11))
    with pytest.raises(SegStudioError, match=r"6\.12\.0") as refused:
        check_qt("6.12.0", (3, 11))
    assert "pip install" in refused.value.remedy


def test_the_error_dialog_tells_all_three_and_folds_the_details(qtbot: QtBot) -> None:
    error = SegStudioError("It broke.", meaning="Nothing is lost.", remedy="Try again.")
    error.__cause__ = ValueError("inside")
    dialog = ErrorDialog(error)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.details_shown
    dialog.fold_button.click()
    assert dialog.details_shown
    dialog.copy()
    copied = QGuiApplication.clipboard().text()
    assert "It broke.\nNothing is lost.\nTry again." in copied
    assert "ValueError: inside" in copied


def test_weights_that_cannot_be_had_open_the_train_page_and_no_dialog(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    tiny_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = train_page(window, tiny_project)
    qtbot.waitUntil(lambda: not tools.runner.active)
    released = threading.Event()

    def offline(request: object, report: Reporter) -> None:
        released.wait(5)
        raise WeightsError("No download.", remedy="Choose a file.")

    monkeypatch.setattr("segstudio.jobs.train_and_score.run", offline)
    page.start()
    window.show_page("classes")
    released.set()
    qtbot.waitUntil(lambda: not page.training)
    assert window.current_page is page
    assert page.setup.trouble.isVisible()
    assert window._errors.shown is None


def test_the_sample_is_ready_to_train_without_a_network(
    qtbot: QtBot,
    window: MainWindow,
    tools: PageTools,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path)
    window.trigger("try_sample")
    qtbot.waitUntil(lambda: not tools.runner.active, timeout=30_000)
    assert len(tools.session.photos) == 24
    window.show_page("train")
    page = window.current_page
    assert isinstance(page, TrainPage)
    assert page.setup.choice == TrainingChoice(preset="quick", weights="none")
    qtbot.waitUntil(page.setup.train_button.isEnabled)


def test_the_same_error_again_is_shown_once(qtbot: QtBot) -> None:
    errors = ErrorReporter()
    first = SegStudioError("The disk is full.")
    errors.show_error(first)
    errors.show_error(SegStudioError("The disk is full."))
    assert errors.shown is not None
    assert errors.shown.error is first
    errors.shown.accept()
    assert errors.shown is None


def test_unforeseen_failures_reach_the_dialog_and_the_log(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    errors = ErrorReporter()
    failure = KeyError("lost")
    errors.take_exception(KeyError, failure, None)
    assert errors.shown is not None
    assert "lost" not in errors.shown.error.what
    assert errors.shown.error.__cause__ is failure
    assert "KeyError" in caplog.text
    errors.shown.accept()
    start_log(tmp_path / "file" / "in the way")
    (tmp_path / "blocked").touch()
    start_log(tmp_path / "blocked" / "log")


def test_a_new_project_needs_a_name_and_a_free_place(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = NewProjectDialog()
    qtbot.addWidget(dialog)
    dialog.place.setText(str(tmp_path))
    dialog.name.setText("Holiday")
    assert dialog.make_button.isEnabled()
    assert dialog.folder() == tmp_path / "Holiday"
    for wrong in ("", "..", "a/b", "what?"):
        dialog.name.setText(wrong)
        assert not dialog.make_button.isEnabled(), wrong
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    dialog.name.setText("full")
    assert "not empty" in dialog.hint
    assert not dialog.make_button.isEnabled()


def test_help_lists_every_key_and_versions_can_be_copied(qtbot: QtBot) -> None:
    keys = ShortcutsDialog()
    qtbot.addWidget(keys)
    text = "\n".join(found.text() for found in keys.findChildren(QLabel))
    assert "Ctrl+Shift+Z  or  Ctrl+Y" in text
    about = AboutDialog("CPU: no graphics card")
    qtbot.addWidget(about)
    about.copy()
    copied = QGuiApplication.clipboard().text()
    assert "SegStudio" in copied
    assert "torch" in copied
    assert "CPU: no graphics card" in copied


def test_enter_closes_the_error_dialog(qtbot: QtBot) -> None:
    dialog = ErrorDialog(SegStudioError("It broke."))
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    assert not dialog.details_shown
