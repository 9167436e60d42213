"""The window's frame: rail, pages, menus, status bar. Everything is wired here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.gui import dialogs
from segstudio.gui.actions import build_actions, build_menus, window_allows
from segstudio.gui.arrow_keys import wants_arrow
from segstudio.gui.device_lookup import DeviceLookup
from segstudio.gui.errors import ErrorReporter, open_log_folder
from segstudio.gui.pages import PAGES
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.project_files import ProjectFiles
from segstudio.gui.theme import Theme
from segstudio.gui.widgets.rail import Rail
from segstudio.gui.widgets.status_bar import StatusBar

_DEVICE_AFTER_MS = 1500


class MainWindow(QMainWindow):
    """Holds the pages and passes actions to the one in front."""

    def __init__(self, tools: PageTools, theme: Theme, errors: ErrorReporter) -> None:
        super().__init__()
        self._tools = tools
        self._session, self._runner = tools.session, tools.runner
        self._theme, self._errors = theme, errors
        self._files = ProjectFiles(tools.session, tools.runner, self)
        self._device = DeviceLookup(self)
        self._entries = {entry.name: entry for entry in PAGES}
        self._pages: dict[str, Page] = {}
        self._rail, self._status, self._stack = Rail(), StatusBar(), QStackedWidget()
        self._lay_out()
        self.actions_by_id = build_actions(self, self.trigger)
        build_menus(self.menuBar(), self.actions_by_id)
        self._handlers = self._own_handlers()
        self.show_page("start")
        self._connect()
        self._show_project()
        self.restoreGeometry(tools.settings.blob("geometry"))

    # Pages

    def page(self, name: str) -> Page:
        """Return a page, made on first use."""
        if name not in self._pages:
            page = self._entries[name].build(self._tools)
            page.page_requested.connect(self.show_page)
            page.action_requested.connect(self.trigger)
            page.class_hovered.connect(self._status.show_class)
            page.zoom_changed.connect(self._status.show_zoom)
            page.actions_changed.connect(self._refresh_actions)
            self._pages[name] = page
            self._stack.addWidget(page)
        return self._pages[name]

    @property
    def current_page(self) -> Page:
        """The page in front."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        self._status.show_zoom(0.0)
        self._status.show_class("")
        self._stack.setCurrentWidget(self.page(name))
        self._rail.set_current(name)
        self._refresh_actions()

    def open_project(self, root: Path) -> None:
        """Open a project; what is wrong with it is told in the error dialog."""
        try:
            self._session.open_project(root)
        except SegStudioError as error:
            self._errors.show_error(error)

    # Actions

    def trigger(self, action_id: str) -> None:
        """Do an action: the page in front first, else the window."""
        handler = self._page_handlers().get(action_id) or self._handlers.get(action_id)
        if handler is not None:
            handler()

    def handled(self) -> tuple[str, ...]:
        """Return the ids of the actions that the window itself does."""
        return tuple(self._handlers)

    def _page_handlers(self) -> dict[str, Callable[[], None]]:
        page = self.current_page
        return {} if page.blocked else page.handlers()

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        session, theme = self._session, self._theme
        return {
            "new_project": self._files.new,
            "open_project": self._files.open,
            "try_sample": self._files.try_sample,
            "close_project": session.close_project,
            "quit": self._quit,
            "undo": session.undo,
            "redo": session.redo,
            "theme_system": partial(theme.choose, "system"),
            "theme_light": partial(theme.choose, "light"),
            "theme_dark": partial(theme.choose, "dark"),
            "full_screen": self._toggle_full_screen,
            "next_photo": partial(session.step_photo, 1),
            "previous_photo": partial(session.step_photo, -1),
            **{f"go_{name}": partial(self.show_page, name) for name in self._entries},
            "shortcuts": self._show_shortcuts,
            "open_logs": open_log_folder,
            "about": self._show_about,
        }

    def _refresh_actions(self) -> None:
        from_page = self._page_handlers()
        allowed = window_allows(self._session, self._runner)
        for name, action in self.actions_by_id.items():
            own = name in self._handlers and allowed.get(name, True)
            action.setEnabled(name in from_page or own)
        self.actions_by_id[f"theme_{self._theme.name}"].setChecked(True)

    # Wiring

    def _connect(self) -> None:
        session, runner = self._session, self._runner
        self._rail.chosen.connect(self.show_page)
        session.project_changed.connect(self._show_project)
        session.photos_changed.connect(self._show_states)
        session.palette_changed.connect(self._show_states)
        session.runs_changed.connect(self._show_states)
        session.training_changed.connect(self._show_states)
        session.split_changed.connect(self._show_states)
        session.history_changed.connect(self._refresh_actions)
        session.current_photo_changed.connect(self._show_photo)
        runner.started.connect(self._status.begin_job)
        runner.events.connect(self._status.show_events)
        runner.succeeded.connect(self._job_ended)
        runner.failed.connect(self._job_ended)
        runner.failed.connect(self._tell_failure)
        runner.busy_changed.connect(self._refresh_actions)
        runner.stop_asked.connect(self._status.show_stopping)
        self._status.cancel_clicked.connect(runner.stop)
        self._device.found.connect(self._status.show_device)
        QTimer.singleShot(_DEVICE_AFTER_MS, self._device.start)

    def _show_project(self) -> None:
        project = self._session.project
        self.setWindowTitle(f"{project.name} – SegStudio" if project else "SegStudio")
        self._status.show_saved("All changes saved" if project else "")
        self._show_states()
        self._show_photo()
        self._refresh_actions()
        if project is None:
            self.show_page("start")
            return
        self._tools.settings.add_recent(project.root)
        done = "review" if self._entries["review"].state(self._session).kind == "ready" else ""
        self.show_page(done or ("classes" if project.photos else "import"))

    def _show_states(self) -> None:
        self._rail.show_states({e.name: e.state(self._session) for e in PAGES})
        self._show_photo()

    def _show_photo(self) -> None:
        self._status.show_photo(self._session.current_entry, self._session.photos)

    # Jobs and closing

    def _job_ended(self) -> None:
        if not self._runner.active:
            self._status.end_job()
        # Pages take the result first: a run that is to be discarded needs the open project.
        QTimer.singleShot(0, self._close_at_rest)

    def _close_at_rest(self) -> None:
        if self._session.closing and not self._runner.active:
            self.close()

    def _tell_failure(self, error: SegStudioError) -> None:
        """Go to the page that tells of a failure with the ways on; others go to the dialog."""
        teller = next((name for name, page in self._pages.items() if page.tells(error)), "")
        if teller:
            self.show_page(teller)
        else:
            self._errors.show_error(error)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when a job runs; leave only when the worker is at rest, so nothing is cut off."""
        if self._runner.busy and not self._runner.stopping:
            training = self._runner.title.startswith("Train")
            # While the question stands a job that ends must not close the window.
            self._session.closing = False
            choice = dialogs.ask_close(self, self._runner.title, training=training)
            if choice == "back":
                event.ignore()
                return
            self._session.closing = True
            if choice == "stop":
                self._runner.stop_all()
            else:
                self.showMinimized()
        elif self._runner.active:
            self._session.closing = True
            self._runner.stop_all()
        if self._runner.active:
            event.ignore()
            return
        self._device.stop()
        for page in self._pages.values():
            page.close_page()
        self._tools.settings.set_blob("geometry", self.saveGeometry())
        self._tools.settings.save()
        self._session.close_project()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Leave the arrow keys to sliders, lists and fields that have the focus."""
        if wants_arrow(event):
            event.accept()
            return True
        return super().event(event)

    def stop_device_lookup(self) -> None:
        """Do not ask for the device, or stop asking."""
        self._device.stop()

    # Small things

    def _quit(self) -> None:
        self.close()

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _show_shortcuts(self) -> None:
        dialogs.ShortcutsDialog(self).exec()

    def _show_about(self) -> None:
        dialogs.AboutDialog(self._status.device_sentence, self).exec()

    def _lay_out(self) -> None:
        self.setMinimumSize(960, 640)
        self.resize(1280, 800)
        self._stack.setObjectName("Pages")
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._rail)
        middle.addWidget(self._stack, 1)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(middle, 1)
        outer.addWidget(self._status)
        self.setCentralWidget(centre)
