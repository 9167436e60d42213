"""The one dialog for everything that goes wrong, and the log behind it."""

from __future__ import annotations

import logging
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.gui.job_runner import unexpected
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import TextRole, button, column, icon_label, label, row

log = logging.getLogger(__name__)
_SELECT = Qt.TextInteractionFlag.TextSelectableByMouse


def log_folder() -> Path:
    """Return the folder of the log file."""
    return Path(platformdirs.user_log_dir("segstudio"))


def start_log(folder: Path | None = None) -> None:
    """Write warnings and failures to a log file; a folder that cannot be written is no obstacle."""
    target = folder or log_folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            target / "segstudio.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def open_log_folder() -> None:
    """Show the log folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))


def details(error: SegStudioError) -> str:
    """Return what a bug report needs: the words, and the trace where nobody foresaw the failure."""
    cause = error.__cause__
    trace = "".join(traceback.format_exception(cause)) if cause is not None else ""
    return "\n".join(part for part in (str(error), trace) if part)


class ErrorDialog(QDialog):
    """What happened, what it means, what to try; details folded, to copy into a report."""

    def __init__(self, error: SegStudioError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("SegStudio")
        self.setMinimumWidth(60 * GRID)
        self.error = error
        self._details = QPlainTextEdit(details(error))
        self._details.setReadOnly(True)
        self._details.setMinimumHeight(20 * GRID)
        self._details.setVisible(False)
        self.fold_button = button("Show &details", role="link")
        self.fold_button.clicked.connect(self._toggle_details)
        words = column(_selectable(error.what, "heading"), spacing=GRID)
        if error.meaning:
            words.addWidget(_selectable(error.meaning, "soft"))
        if error.remedy:
            words.addSpacing(GRID)
            words.addWidget(label("What to try", "caption"))
            words.addWidget(_selectable(error.remedy, ""))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        outer.setSpacing(2 * GRID)
        mark = column(icon_label("warning", 28, "warning"), 1)
        top = row(mark, words, spacing=2 * GRID)
        top.setStretch(1, 1)
        outer.addLayout(top)
        outer.addWidget(self._details)
        outer.addLayout(self._buttons())
        self.setFocus()

    @property
    def details_shown(self) -> bool:
        """True while the details are unfolded."""
        return not self._details.isHidden()

    def copy(self) -> None:
        """Put everything onto the clipboard."""
        QGuiApplication.clipboard().setText(details(self.error))

    def _buttons(self) -> QVBoxLayout:
        copy = button("&Copy", icon_name="copy")
        copy.clicked.connect(self.copy)
        logs = button("Open &log folder")
        logs.clicked.connect(open_log_folder)
        close = button("Close", role="primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        self.setFocusProxy(close)
        return column(row(self.fold_button, 1, logs, copy, close))

    def _toggle_details(self) -> None:
        shown = not self.details_shown
        self._details.setVisible(shown)
        self.fold_button.setText("Hide &details" if shown else "Show &details")
        self.adjustSize()


class ErrorReporter(QObject):
    """Shows errors one at a time; the same one again while its dialog is open stays one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: ErrorDialog | None = None

    @property
    def shown(self) -> ErrorDialog | None:
        """The dialog that is open."""
        return self._open

    def show_error(self, error: SegStudioError) -> None:
        """Show an error in the dialog, not blocking the caller."""
        if self._open is not None and self._open.error.what == error.what:
            return
        visible = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
        dialog = ErrorDialog(error, QApplication.activeWindow() or next(visible, None))
        dialog.finished.connect(self._closed)
        self._open = dialog
        dialog.open()

    def _closed(self) -> None:
        if self._open is not None:
            self._open.deleteLater()
            self._open = None

    def take_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Serve as sys.excepthook: words for what is foreseen, a log entry for what is not."""
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
        elif isinstance(error, SegStudioError):
            self.show_error(error)
        else:
            log.error("unforeseen failure in the window", exc_info=(kind, error, trace))
            self.show_error(unexpected(error))

    def install(self) -> None:
        """Take every failure that reaches the event loop."""
        sys.excepthook = self.take_exception


def _selectable(text: str, role: TextRole) -> QWidget:
    made = label(text, role, wrap=True)
    made.setTextInteractionFlags(made.textInteractionFlags() | _SELECT)
    return made
