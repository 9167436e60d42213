"""What an edit of the palette changes: pixels, photos and classes, before anything is rewritten.

Most edits are counted from the remembered histograms of the label images. Only photos whose shapes
would lie over each other in another order are painted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ChangeCounted, ProblemFound, Quiet, Reporter
from segstudio.core.label_image import LabelArray
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.core.rasterize import rasterize
from segstudio.jobs.label_counts import count_labels
from segstudio.jobs.relabelling import paints_alike, relabelled
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

Labels = frozenset[str]
_CHUNK = 1 << 20


class ChangeCounter:
    """Counts edits of one project; remembers which labels each photo has, so make it anew when
    photos or annotations change."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._labels: dict[str, Labels] = {}

    def count(self, before: Palette, after: Palette, report: Reporter) -> Iterator[ChangeCounted]:
        """Yield running totals, those that are complete last; ends early when asked to stop.

        They are what burning the label images with both palettes and comparing them gives.
        A photo whose annotation is damaged is told and left out, as burning does.
        """
        entries = [entry for entry in self._project.photos if entry.annotated]
        if paints_alike(before, after):
            yield ChangeCounted(0, 0, len(entries), len(entries), {}, {}, {})
            return
        labelled: dict[PhotoEntry, Labels] = {}
        for entry in entries:
            if report.stop_requested:
                return
            labels = self._labels_of(entry, report)
            if labels is not None:
                labelled[entry] = labels
        yield from _Counting(self._project, before, after, report).run(labelled)

    def _labels_of(self, entry: PhotoEntry, report: Reporter) -> Labels | None:
        if entry.name not in self._labels:
            try:
                annotation = self._project.annotation(entry)
            except SegStudioError as error:
                report(ProblemFound(Problem("error", entry.name, error.what)))
                return None
            shapes = annotation.shapes if annotation else ()
            self._labels[entry.name] = frozenset(shape.label for shape in shapes)
        return self._labels[entry.name]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the values on disk become those before and after the edit; None: by painting only."""

    same: bool
    before: dict[int, int] | None
    after: dict[int, int] | None

    @property
    def from_disk(self) -> bool:
        """Whether the histogram of the label image tells all."""
        return self.before is not None and self.after is not None


class _Counting:
    """One count: the sums so far, and what the label images on disk can tell."""

    def __init__(self, project: Project, before: Palette, after: Palette, report: Reporter) -> None:
        self._project = project
        self._before, self._after = before, after
        self._burnt = project.burnt_with
        self._report = Quiet(report)
        self._plans: dict[Labels, _Plan] = {}
        self._photo_count = self._counted = self._changed = 0
        self._moves: Counter[tuple[int, int]] = Counter()

    def run(self, entries: Mapping[PhotoEntry, Labels]) -> Iterator[ChangeCounted]:
        """Count the photos that change first; the others only say how large the classes are."""
        self._photo_count = len(entries)
        plans = {entry: self._plan(labels) for entry, labels in entries.items()}
        moved = {entry: p for entry, p in plans.items() if not p.same and p.from_disk}
        for _ in self._by_histogram(moved):
            yield self._totals()
        for entry, plan in plans.items():
            if self._report.stop_requested:
                return
            if not plan.same and not plan.from_disk:
                self._paint(entry, plan)
                yield self._totals()
        if self._changed:
            for _ in self._by_histogram({entry: p for entry, p in plans.items() if p.same}):
                yield self._totals()
        if not self._report.stop_requested:
            self._counted = self._photo_count
            yield self._totals()

    def _plan(self, labels: Labels) -> _Plan:
        if labels not in self._plans:
            straight = relabelled(self._before, self._after, labels)
            same = straight is not None and all(old == new for old, new in straight.items())
            before, after = (
                relabelled(self._burnt, palette, labels) if self._burnt else None
                for palette in (self._before, self._after)
            )
            self._plans[labels] = _Plan(same, before, after)
        return self._plans[labels]

    def _by_histogram(self, plans: Mapping[PhotoEntry, _Plan]) -> Iterator[None]:
        for entry, count in count_labels(self._project, list(plans), self._report):
            plan = plans[entry]
            # Burning meanwhile writes other label images: what was read then is not used.
            trusted = self._burnt is not None and self._project.burnt_with == self._burnt
            known = count.pixels or {}
            if (
                trusted
                and known
                and plan.before
                and plan.after
                and known.keys() <= plan.before.keys()
            ):
                moves = Counter[tuple[int, int]]()
                for value, pixels in known.items():
                    moves[plan.before[value], plan.after[value]] += pixels
                self._add(moves)
            else:
                self._paint(entry, plan)
            yield

    def _paint(self, entry: PhotoEntry, plan: _Plan) -> None:
        annotation = self._project.annotation(entry)
        if annotation is None:
            return
        size = (entry.width, entry.height)
        old = rasterize(annotation, self._before, size).label
        new = old if plan.same else rasterize(annotation, self._after, size).label
        self._add(_moves(old, new))

    def _add(self, moves: Counter[tuple[int, int]]) -> None:
        self._moves += moves
        self._counted += 1
        self._changed += any(old != new for old, new in moves)

    def _totals(self) -> ChangeCounted:
        all_pixels, lost, gained = Counter[int](), Counter[int](), Counter[int]()
        for (old, new), pixels in self._moves.items():
            all_pixels[old] += pixels
            if old != new:
                lost[old] += pixels
                gained[new] += pixels
        done = self._counted == self._photo_count
        return ChangeCounted(
            pixels=lost.total(),
            photos=self._changed,
            counted=self._counted,
            total=self._photo_count,
            before=dict(all_pixels) if self._changed and done else {},
            lost=dict(lost),
            gained=dict(gained),
        )


def _moves(old: LabelArray, new: LabelArray) -> Counter[tuple[int, int]]:
    """Count the pixels of every (value before, value after); in chunks to stay small."""
    sums = np.zeros(1 << 16, np.int64)
    one, two = old.reshape(-1), new.reshape(-1)
    for start in range(0, len(one), _CHUNK):
        both = one[start : start + _CHUNK].astype(np.int64) << 8 | two[start : start + _CHUNK]
        sums += np.bincount(both, minlength=len(sums))
    return Counter({divmod(int(place), 256): int(sums[place]) for place in np.flatnonzero(sums)})
