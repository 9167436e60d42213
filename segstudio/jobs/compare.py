"""The job that compares two runs of a project on the same photos, or lists all runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segstudio.core.events import Reporter
from segstudio.jobs.opening import opened
from segstudio.jobs.run_table import RunTable, table
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project
from segstudio.project.runs import read_object
from segstudio.review.comparison import Comparison, ScoredRun, load_scored
from segstudio.review.comparison import compare as compare_scored


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Two runs of a project, each by its name, `latest` or `best`."""

    project: Project | Path
    first: str
    second: str


def run(request: CompareRequest, _report: Reporter) -> Comparison:
    """Compare the second run with the first.

    Raises SegStudioError where one was not scored or they have no photo in common.
    """
    with opened(request.project, write=False) as project:
        first, second = (_scored(project.run(name)) for name in (request.first, request.second))
    return compare_scored(first, second)


def list_runs(project: Project | Path, _report: Reporter) -> RunTable:
    """Return all runs of a project, what differs between their settings, and their scores."""
    with opened(project, write=False) as found:
        return table(found)


def _scored(found: RunInfo) -> ScoredRun:
    """Read what a run was scored with; photos of its training count as learned, unless meant."""
    photos = read_object(found.path / "config.json").get("photos")
    learned = frozenset(photos.get("train", ())) if isinstance(photos, dict) else frozenset[str]()
    if read_object(found.path / "scores.json").get("split") == "train":
        learned = frozenset()
    return load_scored(found.path, learned)
