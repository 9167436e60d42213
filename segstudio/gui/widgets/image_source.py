"""Loads pictures on a thread of its own, so that the window never waits for a file.

Like the job runner it emits nothing from its thread: results wait in a queue that a timer in the
GUI thread drains.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.core.errors import SegStudioError

DRAIN_MS = 8
Load = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Done:
    key: Hashable
    value: object
    error: SegStudioError | None = None


class ImageSource(QObject):
    """Loads what is asked for, the newest wish first, and keeps the last `keep` results."""

    loaded = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, keep: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keep = keep
        self._ready: OrderedDict[Hashable, object] = OrderedDict()
        self._wanted: set[Hashable] = set()
        self._order = itertools.count()
        self._asked: queue.PriorityQueue[tuple[int, int, Hashable, Load | None]]
        self._asked = queue.PriorityQueue()
        self._done: queue.SimpleQueue[_Done] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def get(self, key: Hashable) -> object | None:
        """Return what was loaded under `key`, None where it is not there (yet)."""
        if key in self._ready:
            self._ready.move_to_end(key)
        return self._ready.get(key)

    def request(self, key: Hashable, load: Load, *, urgent: bool = True) -> None:
        """Load under `key` unless it is there or under way; `loaded` tells when it is."""
        if key in self._ready or (key in self._wanted and not urgent):
            return
        self._wanted.add(key)
        turn = next(self._order)
        self._asked.put((0, -turn, key, load) if urgent else (1, turn, key, load))
        self._timer.start()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="segstudio-images", daemon=True)
            self._thread.start()

    def drop_waiting(self) -> None:
        """Forget the wishes that nobody waits for any more."""
        self._wanted = set()

    def forget(self) -> None:
        """Forget all results and wishes."""
        self.drop_waiting()
        self._ready.clear()

    def close(self) -> None:
        """End the thread; nothing is loaded afterwards."""
        self._timer.stop()
        self.forget()
        if self._thread is not None:
            self._asked.put((-1, 0, None, None))
            self._thread.join(5)
            self._thread = None

    def _work(self) -> None:
        while True:
            _, _, key, load = self._asked.get()
            if load is None:
                return
            if key not in self._wanted:
                continue
            try:
                self._done.put(_Done(key, load()))
            except SegStudioError as error:
                self._done.put(_Done(key, None, error))
            except (OSError, ValueError, MemoryError) as error:
                self._done.put(_Done(key, None, SegStudioError(f"It cannot be shown: {error}.")))

    def _drain(self) -> None:
        while True:
            try:
                done = self._done.get_nowait()
            except queue.Empty:
                break
            if done.key not in self._wanted:
                continue
            self._wanted.discard(done.key)
            self._tell(done)
        if not self._wanted:
            self._timer.stop()

    def _tell(self, done: _Done) -> None:
        if done.error is not None:
            self.failed.emit(done.key, done.error)
            return
        self._ready[done.key] = done.value
        while len(self._ready) > self._keep:
            self._ready.popitem(last=False)
        self.loaded.emit(done.key, done.value)
