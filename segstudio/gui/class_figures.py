"""Counts in the background what is outlined, and which classes others are painted over."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from segstudio.core.events import Reporter
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session
from segstudio.jobs.paint_order import Outlines, covered_classes, look_at_outlines
from segstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class _Figures:
    """What was counted; `covered` are ids of classes that are outlined and cannot be seen."""

    of_photos: Hashable
    of_labels: Hashable
    outlines: Outlines
    covered: frozenset[int]


class ClassFigures(QObject):
    """Counts anew only what an edit or an import may have changed; `changed` tells the end.

    It has a worker of its own: counting only reads.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = JobRunner(self)
        self._known: _Figures | None = None
        self._asked: Hashable = None
        self._runner.succeeded.connect(self._take)

    @property
    def outlines(self) -> Outlines | None:
        """What is outlined in the open project, None while that is not known."""
        project, known = self._session.project, self._known
        fits = project is not None and known is not None and known.of_photos == _photos(project)
        return known.outlines if known is not None and fits else None

    @property
    def photos(self) -> Mapping[str, int] | None:
        """In how many photos each label is outlined, None while that is not known."""
        outlines = self.outlines
        return outlines.photos if outlines else None

    @property
    def covered(self) -> frozenset[int]:
        """The ids of classes that others are painted over on every photo, as far as is known."""
        project, known = self._session.project, self._known
        fits = project is not None and known is not None and known.of_labels == _labels(project)
        return known.covered if known is not None and fits else frozenset()

    def ask(self) -> None:
        """Count what is not known of the open project."""
        project, known = self._session.project, self._known
        if project is None or (known is not None and known.of_labels == _labels(project)):
            return
        asked = _labels(project)
        if self._runner.active and asked == self._asked:
            return
        self._asked = asked
        self._runner.stop()
        job = partial(_count, project, self.outlines)
        self._runner.start("Counting the outlines", job, background=True)

    def close(self) -> None:
        """Stop counting and wait until that has happened."""
        self._runner.stop()
        self._runner.wait()

    def _take(self, result: object) -> None:
        if isinstance(result, _Figures):
            self._known = result
            self.changed.emit()


def _photos(project: Project) -> Hashable:
    return project.root, project.photos


def _labels(project: Project) -> Hashable:
    burnt = project.burnt_with
    states = (project.palette.model_dump_json(), burnt.model_dump_json() if burnt else "")
    return project.root, project.photos, states


def _count(project: Project, outlines: Outlines | None, report: Reporter) -> _Figures | None:
    """Count in the worker; None where it was stopped."""
    of_photos, of_labels = _photos(project), _labels(project)
    outlines = outlines or look_at_outlines(project, report)
    covered = covered_classes(project, outlines, report)
    if report.stop_requested:
        return None
    return _Figures(of_photos, of_labels, outlines, frozenset(entry.id for entry in covered))
