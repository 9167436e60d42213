"""The job that decides which photos train, check and test, and locks that."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.label_image import read_label
from segstudio.core.palette import IGNORE
from segstudio.core.problems import Problem
from segstudio.core.splits import PARTS, Part, checked_fractions, random_split, stratified
from segstudio.jobs.burn import burn
from segstudio.jobs.opening import opened
from segstudio.project.entries import Split
from segstudio.project.project import Project

SplitMethod = Literal["presence", "random"]
SPLIT_METHODS: tuple[SplitMethod, ...] = get_args(SplitMethod)


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """How to deal out the annotated photos; the shares need not sum to 1."""

    project: Project | Path
    train: float = 0.8
    val: float = 0.2
    test: float = 0.0
    by: SplitMethod = "presence"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SplitResult:
    """How many photos each part has, and of each class how many photos of each part show it."""

    photos: dict[Part, int]
    classes: dict[str, dict[Part, int]]
    method: str
    seed: int

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """Return a small table for the terminal."""
        width = max(len("photos"), *map(len, self.classes), 0)
        rows = [
            f"{name:<{width}}  " + "  ".join(f"{counts[part]:>5}" for part in PARTS)
            for name, counts in {"photos": self.photos, **self.classes}.items()
        ]
        return "\n".join([f"{'':<{width}}  " + "  ".join(f"{part:>5}" for part in PARTS), *rows])


def run(request: SplitRequest, report: Reporter) -> SplitResult:
    """Split the annotated photos of a project and lock the result.

    Raises SegStudioError where the project has no annotated photo, UsageError for senseless
    shares.
    """
    fractions = checked_fractions(request.train, request.val, request.test)
    with opened(request.project) as project:
        presence = class_presence(project, report)
        if not presence:
            raise SegStudioError(
                f"The project {project.name} has no annotated photo to split.",
                remedy="Import a CVAT or LabelMe export first.",
            )
        deal = stratified if request.by == "presence" else random_split
        split = Split(
            parts=deal(presence, fractions, request.seed), method=request.by, seed=request.seed
        )
        project.set_split(split, "Split photos")
        return _summary(project, split, presence)


def class_presence(project: Project, report: Reporter) -> dict[str, frozenset[int]]:
    """Return the class ids in each annotated photo's label image, burning stale ones first."""
    burn(project, report)
    annotated = [entry for entry in project.photos if entry.annotated]
    presence = {}
    for done, entry in enumerate(annotated, 1):
        try:
            label = read_label(project.label_path(entry))
        except SegStudioError as error:
            report(ProblemFound(Problem("warning", entry.name, f"In no part: {error.what}")))
        else:
            ids = np.flatnonzero(np.bincount(label.ravel()))
            presence[entry.name] = frozenset(map(int, ids)) - {IGNORE}
        report(Progress("Looking which classes each photo shows", done, len(annotated)))
    return presence


def _summary(project: Project, split: Split, presence: dict[str, frozenset[int]]) -> SplitResult:
    """Count photos per part and class."""
    found = Counter(
        (class_id, split.parts[name]) for name, ids in presence.items() for class_id in ids
    )
    return SplitResult(
        photos=split.counts(),
        classes={
            entry.name: {part: found[entry.id, part] for part in PARTS}
            for entry in project.palette.trained
        },
        method=split.method,
        seed=split.seed or 0,
    )
