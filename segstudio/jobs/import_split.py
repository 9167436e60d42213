"""The split that an export states, taken over into a project that has none."""

from __future__ import annotations

from collections.abc import Sequence

from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.problems import Problem
from segstudio.core.splits import Part
from segstudio.formats.split_parts import part_named
from segstudio.jobs.import_burning import BurnedAll
from segstudio.jobs.import_naming import Named
from segstudio.project.entries import Split
from segstudio.project.project import Project


def take_given_split(
    project: Project, named: Sequence[Named], burned: BurnedAll, report: Reporter
) -> None:
    """Lock the split that the annotations state where it has photos to train and to check.

    It is one edit that can be undone; a split that the project has already stays. An import that
    was stopped has too few photos to tell.
    """
    if project.split is not None or burned.interrupted:
        return
    converted = {item.photo for item in burned.items if item.status == "converted"}
    parts: dict[str, Part] = {}
    for row in named:
        stated = part_named(row.pair.wanted.annotation.subset) if row.pair.wanted else None
        if stated is not None and row.name in converted:
            parts[row.name] = stated
    if not {"train", "val"} <= set(parts.values()):
        return
    split = Split(parts=parts, method="given")
    project.set_split(split, "Take over the split of the import")
    counts = ", ".join(f"{count} {part}" for part, count in split.counts().items() if count)
    rest = len(converted) - len(parts)
    text = f"the export says which photos train and check, and that is taken over: {counts}"
    if rest:
        text += f"; {rest} photo(s) that it puts nowhere are in no part"
    problem = Problem("info", project.name, f"{text}. Undo, or split anew, to change it")
    burned.problems.append(problem)
    report(ProblemFound(problem))
