"""The job that empties a project's cache: all that is in it can be computed anew."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.problems import Problem
from segstudio.jobs.opening import opened
from segstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """Which project to clean."""

    project: Project | Path


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The bytes that are free again, and what could not be removed."""

    bytes: int
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"bytes": self.bytes, "problems": [problem.as_json() for problem in self.problems]}

    def as_text(self) -> str:
        """Return one line for the terminal."""
        return (
            f"{self.bytes / 1e6:,.0f} MB are free again: small copies of photos and stored "
            "features, which are made anew when they are needed."
        )


def run(request: CleanRequest, report: Reporter) -> Cleaned:
    """Empty the cache of a project; photos, labels, classes and runs stay.

    Raises SegStudioError where the project is in use by another process.
    """
    with opened(request.project) as project:
        before = _bytes(project.cache)
        # The folder itself may be a link to another disk.
        for path in _in(project.cache):
            shutil.rmtree(path, ignore_errors=True)
            with contextlib.suppress(OSError):
                path.unlink()
        problems = tuple(
            Problem("warning", str(path), "Could not be removed; is it open in another program?")
            for path in _in(project.cache)
        )
        for problem in problems:
            report(ProblemFound(problem))
        return Cleaned(before - _bytes(project.cache), problems)


def _in(folder: Path) -> list[Path]:
    """Return what lies in a folder, nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _bytes(folder: Path) -> int:
    """Return what the files below a folder take."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(root) / name).lstat().st_size
    return total
