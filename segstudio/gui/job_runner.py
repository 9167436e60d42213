"""The one file that knows threads: runs jobs on a worker and brings their events to the window.

The worker puts events into a queue; a timer in the GUI thread drains it and emits once per batch.
No Qt signal is ever emitted from the worker.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event, Reporter

DRAIN_MS = 50
Job = Callable[[Reporter], object]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    """What the worker puts last: the job's result or its failure."""

    result: object = None
    error: SegStudioError | None = None


@dataclass(frozen=True, slots=True)
class _Ask:
    title: str
    job: Job
    background: bool


class QueueReporter:
    """The reporter of a window's job: events go into a queue that the GUI thread drains."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Event | _Ended] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._pause = threading.Event()

    @property
    def stop_requested(self) -> bool:
        """True once the user asked the job to stop."""
        return self._stop.is_set()

    @property
    def pause_requested(self) -> bool:
        """True while the user wants the job to rest."""
        return self._pause.is_set()

    def __call__(self, event: Event) -> None:
        """Queue an event; safe from the worker thread."""
        self.queue.put(event)

    def request_stop(self) -> None:
        """Ask the job to stop at its next look."""
        self._stop.set()

    def request_pause(self, wanted: bool) -> None:
        """Ask the job to rest from its next look on, or to go on."""
        if wanted:
            self._pause.set()
        else:
            self._pause.clear()


class JobRunner(QObject):
    """Runs one job at a time on one worker thread.

    A background job (label images brought up to date, the device looked up) waits for the running
    one and does not count as busy; a foreground job waits for a background one.
    """

    started = Signal(str)
    events = Signal(list)
    succeeded = Signal(object)
    failed = Signal(object)
    busy_changed = Signal(bool)
    stop_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[_Ask] = deque()
        self._current: _Ask | None = None
        self._reporter = QueueReporter()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    @property
    def busy(self) -> bool:
        """True while a foreground job runs or waits."""
        return any(not ask.background for ask in self._all())

    @property
    def active(self) -> bool:
        """True while any job runs or waits."""
        return self._current is not None

    @property
    def title(self) -> str:
        """The words for the job that the user waits for, else for the running one, else empty."""
        asks = self._all()
        return next(
            (ask.title for ask in asks if not ask.background), asks[0].title if asks else ""
        )

    @property
    def stopping(self) -> bool:
        """True after the foreground job that runs was asked to stop."""
        current = self._current
        foreground = current is not None and not current.background
        return foreground and self._reporter.stop_requested

    @property
    def pausing(self) -> bool:
        """True while the running job was asked to rest."""
        return self._current is not None and self._reporter.pause_requested

    def start(self, title: str, job: Job, *, background: bool = False) -> None:
        """Run `job(report)` on the worker; `title` is shown beside its progress.

        Raises SegStudioError where another foreground job runs. A waiting background job of the
        same title is replaced.
        """
        if self.busy and not background:
            raise SegStudioError(
                f"{self.title} is still running.",
                meaning="SegStudio does one thing at a time, so that each is as fast as it can be.",
                remedy="Wait until it ends, or press Cancel in the status bar.",
            )
        was_busy = self.busy
        if background:
            self._waiting = deque(ask for ask in self._waiting if ask.title != title)
        self._waiting.append(_Ask(title, job, background))
        if self.busy and not was_busy:
            self.busy_changed.emit(True)
        if self._current is None:
            self._begin_next()

    def stop(self) -> None:
        """Ask the running job to stop; it ends with what is finished."""
        self._reporter.request_stop()
        if self._current is not None:
            self.stop_asked.emit()

    def stop_all(self) -> None:
        """Ask the running job to stop; those that wait are not begun."""
        was_busy = self.busy
        self._waiting.clear()
        if was_busy and not self.busy:
            self.busy_changed.emit(False)
        self.stop()

    def pause(self, wanted: bool) -> None:
        """Ask the running job to rest, or to go on; jobs that cannot rest go on anyway."""
        self._reporter.request_pause(wanted)

    def wait(self, timeout: float = 30.0) -> bool:
        """Block until every job ended, at most `timeout` seconds each; True when all did.

        For tests and the end of the program; the window itself never waits.
        """
        while self._current is not None and self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                return False
            self._drain()
        return True

    def _all(self) -> list[_Ask]:
        current = [self._current] if self._current is not None else []
        return [*current, *self._waiting]

    def _begin_next(self) -> None:
        foreground = next((ask for ask in self._waiting if not ask.background), None)
        ask = foreground or self._waiting[0]
        self._waiting.remove(ask)
        self._current = ask
        self._reporter = QueueReporter()
        self._thread = threading.Thread(
            target=_work, args=(ask.job, self._reporter), name="segstudio-job", daemon=True
        )
        self.started.emit(ask.title)
        self._thread.start()
        self._timer.start()

    def _drain(self) -> None:
        batch: list[Event] = []
        ended: _Ended | None = None
        while ended is None:
            try:
                item = self._reporter.queue.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, _Ended):
                ended = item
            else:
                batch.append(item)
        if batch:
            self.events.emit(batch)
        if ended is not None:
            self._finish(ended)

    def _finish(self, ended: _Ended) -> None:
        was_busy = self.busy
        self._timer.stop()
        self._current = None
        if was_busy and not self.busy:
            self.busy_changed.emit(False)
        if ended.error is not None:
            self.failed.emit(ended.error)
        else:
            self.succeeded.emit(ended.result)
        # A slot of the signals above may have started the next job already.
        if self._current is None and self._waiting:
            self._begin_next()


def _work(job: Job, reporter: QueueReporter) -> None:
    """Run the job in the worker thread and queue how it ended."""
    try:
        ended = _Ended(result=job(reporter))
    except SegStudioError as error:
        ended = _Ended(error=error)
    except BaseException as error:  # the worker's outermost frame: nothing may escape unseen
        log.exception("a job failed unexpectedly")
        ended = _Ended(error=unexpected(error))
    reporter.queue.put(ended)


def unexpected(error: BaseException) -> SegStudioError:
    """Wrap a failure that nobody foresaw into words for the user."""
    wrapped = SegStudioError(
        "Something went wrong that SegStudio did not foresee.",
        meaning="Your photos and what was saved before are untouched.",
        remedy="Try again. If it happens again, copy the details below into a bug report.",
    )
    wrapped.__cause__ = error
    return wrapped
