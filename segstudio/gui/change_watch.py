"""Counts in the background what an edit of the palette changes; the next edit ends the count."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from segstudio.core.events import ChangeCounted, Event, Reporter
from segstudio.core.palette import Palette
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session
from segstudio.jobs.consequences import ChangeCounter

# A count that ends sooner tells its end only.
PATIENCE_SECONDS = 0.4


class ChangeWatch(QObject):
    """Tells the newest totals of the newest edit that was asked about.

    It has a worker of its own: counting only reads, and shall not wait for label images that are
    being rewritten.
    """

    told = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = JobRunner(self)
        self._counter: ChangeCounter | None = None
        self._wanted = False
        self._begun = 0.0
        self._runner.started.connect(self._begin)
        self._runner.events.connect(self._tell)
        session.project_changed.connect(self.forget)
        session.photos_changed.connect(self.forget)

    def ask(self, before: Palette, after: Palette) -> None:
        """Count what the edit from `before` to `after` changes, instead of what was asked last."""
        self.rest()
        project = self._session.project
        if project is not None:
            counter = self._counter = self._counter or ChangeCounter(project)
            job = partial(_count, counter, before, after)
            self._runner.start("Counting what changes", job, background=True)

    def rest(self) -> None:
        """Stop counting; nothing more is told."""
        self._wanted = False
        self._runner.stop()

    def forget(self) -> None:
        """Stop counting, and read the annotations anew next time."""
        self.rest()
        self._counter = None

    def close(self) -> None:
        """Stop counting and wait until that has happened."""
        self.rest()
        self._runner.wait()

    def _begin(self) -> None:
        self._wanted = True
        self._begun = time.monotonic()

    def _tell(self, events: Sequence[Event]) -> None:
        totals = [event for event in events if isinstance(event, ChangeCounted)]
        if not (self._wanted and totals):
            return
        newest = totals[-1]
        waited = time.monotonic() - self._begun
        if newest.counted == newest.total or waited > PATIENCE_SECONDS:
            self.told.emit(newest)


def _count(counter: ChangeCounter, before: Palette, after: Palette, report: Reporter) -> None:
    for totals in counter.count(before, after, report):
        report(totals)
