"""The terminal's end of a job: progress, messages, results and exit codes."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from segstudio.core import events
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem

# Control signs but tab and new line, halves of signs, and those that turn the reading direction.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

DONE, FAILED, USAGE, WITH_PROBLEMS, INTERRUPTED = 0, 1, 2, 3, 130


class JobResult(Protocol):
    """What every job's result can tell.

    Some also have `problems`, `skipped`, `interrupted`, or `failed`, the reason of which was told.
    """

    def as_text(self) -> str:
        """Return the result for people."""

    def as_json(self) -> dict[str, Any]:
        """Return the result for scripts."""


def exit_code_of(result: JobResult) -> int:
    """Return a job's exit code: 1 failed, 130 interrupted, 3 with problems, else 0."""
    if getattr(result, "failed", False):
        return FAILED
    if getattr(result, "interrupted", False):
        return INTERRUPTED
    problems: Iterable[Problem] = getattr(result, "problems", ())
    serious = any(problem.severity != "info" for problem in problems)
    skipped: int = getattr(result, "skipped", 0)
    return WITH_PROBLEMS if serious or skipped else DONE


class TerminalReporter:
    """Shows events on stderr: a bar on a terminal, plain lines when piped."""

    def __init__(self) -> None:
        self.stop_requested = False
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Elapsed(),
            TextColumn("{task.fields[detail]}"),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, event: events.Event) -> None:
        """Show one event."""
        match event:
            case events.Progress():
                self._advance(event)
            case events.Message():
                self.say(event.text)
            case events.ProblemFound():
                self.say(f"{event.problem.severity}: {event.problem}")
            case events.RunStarted():
                self.say(
                    f"Training {event.run}: {event.train_photos} photos to learn from, "
                    f"{event.val_photos} to check, {event.epochs} epochs.\nOn {event.device}"
                )
            case events.StepDone():
                detail = f"loss {event.loss:.3f}{_left(event.eta_seconds)}"
                self._advance(events.Progress("Training", event.step, 0, detail))
            case events.EpochDone():
                self.say(_epoch_line(event))
            case events.BestSaved() | events.PreviewReady() | events.PauseChanged():
                pass

    def say(self, text: str) -> None:
        """Show one line."""
        self._console.print(_harmless(text), markup=False)

    def _advance(self, event: events.Progress) -> None:
        """Move the bar; when piped, one line where a stage begins."""
        if not self._console.is_terminal:
            if event.stage != self._stage:
                self.say(f"{event.stage} …")
            self._stage = event.stage
            return
        if self._task is None or event.stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(event.stage, detail="")
            self._stage = event.stage
        total = event.total or None
        self._bar.update(self._task, completed=event.done, total=total, detail=event.detail)

    @contextmanager
    def running(self) -> Iterator[TerminalReporter]:
        """Show the bar and turn the first Ctrl+C into a wish to stop, the second into an end."""

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            if self.stop_requested:
                raise KeyboardInterrupt
            self.stop_requested = True
            self.say("Stopping; what is finished is kept. Press Ctrl+C again to end at once.")

        before = signal.signal(signal.SIGINT, ask_to_stop)
        try:
            if self._console.is_terminal:
                with self._bar:
                    yield self
            else:
                yield self
        finally:
            signal.signal(signal.SIGINT, before)


def run_to_exit(job: Callable[[TerminalReporter], JobResult], *, as_json: bool) -> int:
    """Run a job in the terminal and return the exit code; failures are told, never traced.

    Errors that are not ours go up, for `main` to tell or, with --debug, to trace.
    """
    reporter = TerminalReporter()
    try:
        with reporter.running():
            result = job(reporter)
    except KeyboardInterrupt:
        reporter.say("Ended at once. What was finished before is kept.")
        return INTERRUPTED
    except SegStudioError as error:
        tell_failure(error, as_json=as_json)
        return error.exit_code
    if as_json:
        sys.stdout.write(json.dumps(result.as_json()) + "\n")
    else:
        sys.stdout.write(_harmless(result.as_text()) + "\n")
    return exit_code_of(result)


def tell_failure(error: SegStudioError, *, as_json: bool = False) -> None:
    """Say on stderr what happened, what it means and what to try; the same as JSON on stdout."""
    sys.stderr.write(f"{_harmless(str(error))}\n")
    if as_json:
        tell_as_json(error)


def tell_as_json(error: SegStudioError) -> None:
    """Print a failure as the one JSON object on stdout."""
    value = {"what": error.what, "meaning": error.meaning, "remedy": error.remedy}
    sys.stdout.write(json.dumps({"error": value}) + "\n")


def _harmless(text: str) -> str:
    """Return text without signs that steer a terminal: names in exports may hold any."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _left(seconds: float | None) -> str:
    """Return the time that is left, in words."""
    if seconds is None:
        return ""
    return f", about {seconds / 60:.0f} min left" if seconds > 90 else f", {seconds:.0f} s left"


def _epoch_line(event: events.EpochDone) -> str:
    """Return one epoch as one line; what was not checked reads as a dash."""
    val_loss = "–" if event.val_loss is None else f"{event.val_loss:.3f}"
    miou = "–" if event.val_miou is None else f"{event.val_miou:.3f}"
    best = "  best so far" if event.best_epoch == event.epoch else ""
    low, high = event.val_miou_low, event.val_miou_high
    likely = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return (
        f"Epoch {event.epoch:3d}  loss {event.train_loss:.3f}  check loss {val_loss}  "
        f"mean IoU {miou}{likely}{_left(event.eta_seconds)}{best}"
    )
