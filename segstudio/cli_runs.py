"""The commands for what trainings leave behind: runs, and a cache."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from segstudio.cli_options import FILE, FOLDER, finish, json_option
from segstudio.jobs import clean as clean_job
from segstudio.jobs import compare as compare_job
from segstudio.jobs import history as history_job


@click.command()
@click.argument("project", type=FOLDER)
@click.argument("runs", nargs=-1)
@json_option
def compare(project: Path, runs: tuple[str, ...], as_json: bool) -> None:
    """Compare two RUNS on the same photos: a run's name, latest or best; without RUNS, list all.

    The second is measured against the first, with the 95 % interval of their difference.
    """
    if not runs:
        finish(partial(compare_job.list_runs, project), as_json)
    if len(runs) != 2:
        raise click.UsageError("Name two runs to compare, or none to list them all.")
    request = compare_job.CompareRequest(project, *runs)
    finish(partial(compare_job.run, request), as_json)


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--run", default="best", show_default=True, help="A run's name, latest or best.")
@click.option("--out", type=FILE, required=True, help="A table (.csv) or the curves (.png).")
@json_option
def history(project: Path, run: str, out: Path, as_json: bool) -> None:
    """Write every epoch's numbers of a run as a table, or its curves as a picture."""
    request = history_job.HistoryRequest(project, out, run)
    finish(partial(history_job.run, request), as_json)


@click.command()
@click.argument("project", type=FOLDER)
@json_option
def clean(project: Path, as_json: bool) -> None:
    """Empty the project's cache to free disk space: nothing is lost, it is made anew when needed.

    The cache holds small copies of photos, thumbnails and stored features; photos, labels, classes
    and runs stay.
    """
    finish(partial(clean_job.run, clean_job.CleanRequest(project)), as_json)


RUN_COMMANDS = (compare, history, clean)
