"""What every page of the window shares: its heading, its body, and saying why it is not ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.pages import PageEntry
from segstudio.gui.session import Session
from segstudio.gui.settings import Settings
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, card, column, icon_label, label


@dataclass(frozen=True, slots=True)
class PageTools:
    """What a page may talk to; nothing else."""

    session: Session
    runner: JobRunner
    settings: Settings


class Page(QWidget):
    """One step of the work. Subclasses fill `self.body` and override what they need.

    Pages know the session and the job runner, never each other; a page asks for another one with
    `page_requested` and for a menu's action with `action_requested`. While the step is blocked a
    card with the reason stands in the body's place.
    """

    page_requested = Signal(str)
    action_requested = Signal(str)
    class_hovered = Signal(str)
    zoom_changed = Signal(float)
    actions_changed = Signal()

    heading = ""
    subtitle = ""

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__()
        self.setObjectName("Page")
        self.entry = entry
        self.session = tools.session
        self.runner = tools.runner
        self.settings = tools.settings
        self._beside_title = QWidget()
        self.header = QHBoxLayout(self._beside_title)
        self.header.setContentsMargins(0, 0, 0, 0)
        self.body = QWidget()
        self._reason = label("", "soft", wrap=True)
        self.cure_button = button("", role="primary")
        self.cure_button.clicked.connect(self._go_to_cure)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.body)
        self._stack.addWidget(self._blocked_card())
        self._lay_out()
        for signal in (
            self.session.project_changed,
            self.session.photos_changed,
            self.session.palette_changed,
            self.session.runs_changed,
        ):
            signal.connect(self._refresh_state)
        self._refresh_state()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what this page does for action ids; only those that make sense right now."""
        return {}

    def entered(self) -> None:
        """Override to bring the page up to date when it comes to the front."""

    def left(self) -> None:
        """Override to rest when the page goes to the back."""

    def tells(self, error: SegStudioError) -> bool:
        """Override to say that this page tells of a failure itself, in place of the dialog."""
        return False

    def close_page(self) -> None:
        """Override to end what the page started; called once before the window closes."""

    def showEvent(self, event: QShowEvent) -> None:
        """Come to the front."""
        super().showEvent(event)
        self._refresh_state()
        self.entered()

    def hideEvent(self, event: QHideEvent) -> None:
        """Go to the back."""
        super().hideEvent(event)
        self.left()

    @property
    def blocked(self) -> bool:
        """True while the step lacks something."""
        return self.entry.state(self.session).kind == "blocked"

    @property
    def reason(self) -> str:
        """Why the step is blocked, in words; empty where it is not."""
        return self._reason.text()

    def _lay_out(self) -> None:
        words = column(label(self.heading or self.entry.title, "title"), spacing=2)
        if self.subtitle:
            words.addWidget(label(self.subtitle, "soft", wrap=True))
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addLayout(words, 1)
        top.addWidget(self._beside_title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4 * GRID, 3 * GRID, 4 * GRID, 3 * GRID)
        outer.setSpacing(2 * GRID)
        outer.addLayout(top)
        outer.addWidget(self._stack, 1)

    def _blocked_card(self) -> QWidget:
        frame, inside = card(margin=4)
        inside.setSpacing(2 * GRID)
        inside.addWidget(icon_label("blocked", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._reason.setMinimumWidth(54 * GRID)
        inside.addWidget(self._reason)
        inside.addWidget(self.cure_button, 0, Qt.AlignmentFlag.AlignHCenter)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.addStretch(2)
        outer.addWidget(frame, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        return holder

    def _refresh_state(self) -> None:
        state = self.entry.state(self.session)
        blocked = state.kind == "blocked"
        self._reason.setText(state.reason)
        self.cure_button.setText(f"Go to {state.cure.capitalize()}")
        self._stack.setCurrentIndex(1 if blocked else 0)
        self._beside_title.setVisible(not blocked)
        self.actions_changed.emit()

    def _go_to_cure(self) -> None:
        self.page_requested.emit(self.entry.state(self.session).cure)
