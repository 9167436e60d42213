"""The split page: which photos train and which check, seen before it is locked."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Reporter
from segstudio.core.splits import PARTS
from segstudio.gui.pages import PageEntry
from segstudio.gui.pages.base import Page, PageTools
from segstudio.gui.pages.split_layout import METHODS, SplitParts
from segstudio.gui.widgets.basics import button, set_state
from segstudio.gui.widgets.words import PART_WORDS
from segstudio.jobs import split as split_job
from segstudio.jobs.split import SPLIT_WHAT, SplitRequest, SplitResult

_TITLE = "Dealing the photos out"
_QUIET_MS = 300
# What the folders say is kept as "folders"; "given" is the word of an import.
_LOCKED_BY: dict[str, str] = {
    **{str(method): words for method, words in METHODS.items()},
    "folders": METHODS["given"],
    "given": "As the import says",
}
_LOOKING = "Looking at the photos. The first look at many large ones takes a while."


class SplitPage(Page):
    """Proposes a split for what is chosen, beside the locked one, and locks it."""

    heading = "Split"
    subtitle = "Some photos teach, others are kept aside to check honestly. Locked between runs."

    def __init__(self, entry: PageEntry, tools: PageTools) -> None:
        super().__init__(entry, tools)
        self.parts = SplitParts(self.body)
        self.result: SplitResult | None = None
        self._asked: SplitRequest | None = None
        self._dealing = False
        following = button("&Next: Train", icon_name="next")
        following.clicked.connect(lambda: self.page_requested.emit("train"))
        self.header.addWidget(following)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUIET_MS)
        self._timer.timeout.connect(self.propose)
        self._connect()
        self._show_state()

    def entered(self) -> None:
        """Propose a split for the project as it is now."""
        if not self.blocked:
            self._show_state()
            self.propose()

    def left(self) -> None:
        """Leave the worker to others."""
        self._timer.stop()
        if self._dealing:
            self.runner.stop()

    def tells(self, error: SegStudioError) -> bool:
        """What speaks against a proposal is told on the page."""
        return self._dealing and self.isVisible()

    def request(self) -> SplitRequest | None:
        """Return what is chosen, None without a project."""
        project, parts = self.session.project, self.parts
        if project is None:
            return None
        shares = {part: parts.shares[part].value() / 100 for part in PARTS}
        return SplitRequest(
            project,
            **shares,
            by=parts.method.currentData(),
            seed=parts.seed.value(),
            keep_bursts=parts.keep.isChecked(),
            lock=False,
        )

    def propose(self) -> None:
        """Have the photos dealt out as chosen; nothing is locked."""
        request = self.request()
        if request is None or not self.isVisible():
            return
        self._timer.stop()
        self._asked = request
        if self.result is None:
            self._say(_LOOKING)
        self.runner.start(_TITLE, partial(_propose, request), background=True)

    def lock(self) -> None:
        """Lock the split that is shown; it can be undone."""
        if self.result is not None:
            self.session.set_split(self.result.split, SPLIT_WHAT)

    def _wait(self) -> None:
        """Propose anew once the choices rest."""
        self.parts.lock.setEnabled(False)
        self._timer.start()

    def _note_start(self, title: str) -> None:
        self._dealing = title == _TITLE

    def _take_result(self, result: object) -> None:
        dealing, self._dealing = self._dealing, False
        palette, asked = self.session.palette, self._asked
        if not dealing or not isinstance(result, SplitResult) or palette is None:
            return
        if asked is None or asked.project is not self.session.project:
            return
        self.result = result
        self._say("")
        self.parts.show_result(result, palette)
        self._show_state()

    def _take_failure(self, error: SegStudioError) -> None:
        if self._dealing:
            self._dealing, self.result = False, None
            self._say(str(error), bad=True)
            self._show_state()

    def _say(self, text: str, *, bad: bool = False) -> None:
        notes = self.parts.notes
        set_state(notes, "error" if bad else "")
        notes.setText(text)
        notes.setVisible(bool(text))

    def _show_result_again(self) -> None:
        palette = self.session.palette
        if self.result is not None and palette is not None:
            self.parts.show_result(self.result, palette)

    def _show_state(self) -> None:
        """Say what is locked, and what locking another split would mean."""
        project, parts = self.session.project, self.parts
        locked = project.split if project is not None else None
        proposed = self.result.split.parts if self.result is not None else None
        same = locked is not None and proposed == locked.parts
        parts.lock.setEnabled(self.result is not None and not same)
        parts.lock.setText("This split is locked" if same else "&Lock this split")
        if locked is None:
            parts.state.setText("Not locked yet. The first training locks one of its own.")
        else:
            counts = locked.counts()
            shown = ", ".join(f"{counts[p]:,} {PART_WORDS[p]}" for p in PARTS if counts[p])
            how = _LOCKED_BY.get(locked.method, locked.method)
            parts.state.setText(f"Locked: {shown}. {how}.")
        runs = project.runs() if project is not None else ()
        told = "Runs trained before cannot be compared with those on another split."
        parts.warning.setText(told if runs and locked is not None and not same else "")
        parts.warning.setVisible(bool(parts.warning.text()))

    def _refresh(self) -> None:
        self.result = None
        if self.isVisible():
            self.entered()

    def _connect(self) -> None:
        parts = self.parts
        parts.method.currentIndexChanged.connect(self._wait)
        for box in (*parts.shares.values(), parts.seed):
            box.valueChanged.connect(self._wait)
        parts.keep.toggled.connect(self._wait)
        parts.what.currentIndexChanged.connect(self._show_result_again)
        parts.lock.clicked.connect(self.lock)
        self.runner.started.connect(self._note_start)
        self.runner.succeeded.connect(self._take_result)
        self.runner.failed.connect(self._take_failure)
        session = self.session
        for signal in (
            session.project_changed,
            session.photos_changed,
            session.palette_changed,
            session.split_changed,
        ):
            signal.connect(self._refresh)


def _propose(request: SplitRequest, report: Reporter) -> SplitResult | None:
    """Run the job in the worker; None where the user went elsewhere meanwhile."""
    try:
        return split_job.run(request, report)
    except split_job.Stopped:
        return None
