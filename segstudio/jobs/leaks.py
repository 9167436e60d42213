"""Photos kept aside that look almost like one that trains: a score on them flatters."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from segstudio.core.events import Quiet, Reporter
from segstudio.jobs.photo_marks import photo_marks
from segstudio.photos.bursts import Leak, find_leaks
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

LOOK_SECONDS = 5.0


def leak_words(leaks: Collection[Leak]) -> str:
    """Return one sentence on how many photos kept aside are too easy."""
    count = len(leaks)
    subject = "1 photo kept aside looks" if count == 1 else f"{count:,} photos kept aside look"
    return f"{subject} almost like a training photo: the score will flatter."


def leaks_so_far(
    project: Project, entries: Sequence[PhotoEntry], report: Reporter
) -> tuple[Leak, ...]:
    """Look for leaks of the locked split among the photos that a few seconds are enough for.

    What was looked at is remembered, so that the next look gets further.
    """
    if project.split is None:
        return ()
    dealt = [entry for entry in entries if entry.name in project.split.parts]
    return find_leaks(photo_marks(project, dealt, _Hasty(report)), project.split.parts)


class _Hasty(Quiet):
    """Wants to stop after a few seconds: a user who wants to train must not wait."""

    def __init__(self, report: Reporter) -> None:
        super().__init__(report)
        self._until = time.monotonic() + LOOK_SECONDS

    @property
    def stop_requested(self) -> bool:
        """Whether the other one wants to stop, or the time is over."""
        return super().stop_requested or time.monotonic() > self._until
