"""Opening a project for a job, whether the caller holds it open already or names its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segstudio.project.project import Project


@contextmanager
def opened(project: Project | Path, *, write: bool = True) -> Iterator[Project]:
    """Yield an open project; one that was opened here is closed again, the caller's own is not."""
    if isinstance(project, Project):
        yield project
        return
    with Project.open(project, write=write) as own:
        yield own
