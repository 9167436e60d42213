"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from segstudio.formats import FORMATS
from segstudio.formats.sizing import DRAWN
from segstudio.terminal import JobResult, TerminalReporter, run_to_exit

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
ANY = click.Path(path_type=Path)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object at the end."
)

Command = TypeVar("Command", bound=Callable[..., Any])


def finish(job: Callable[[TerminalReporter], JobResult], as_json: bool) -> NoReturn:
    """Run a job and leave with its exit code."""
    sys.exit(run_to_exit(job, as_json=as_json))


def refuse_with_resume(context: click.Context) -> None:
    """Refuse what would say nothing to a run that goes on as it began."""
    for option in context.command.params:
        asked = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if asked and option.name in ("preset", "config", "assignments", "name", "start_from"):
            raise click.UsageError(
                f"{option.opts[0]} cannot be used with --resume: a run goes on with its own "
                "settings and name. Leave it out, or begin a new run from its model (--from)."
            )


def reading_options(command: Command) -> Command:
    """Add what says which annotations to read and how: the fields of `ReadRequest`, and a palette.

    Click lists options in the opposite order of being added.
    """
    for option in reversed(_READING):
        command = option(command)
    return command


def _choices(
    _context: click.Context, _option: click.Parameter, pairs: Sequence[str]
) -> dict[str, str]:
    """Read NAME=PHOTO pairs."""
    split = [pair.partition("=") for pair in pairs]
    for name, sign, photo in split:
        if not (name and sign and photo):
            raise click.BadParameter(f'"{name}{sign}{photo}" is not NAME=PHOTO')
    return {name: photo for name, _, photo in split}


_READING = (
    click.argument("sources", nargs=-1, required=True, type=ANY),
    click.option("--photos", type=FOLDER, help="Where the photos are, if not beside it."),
    click.option("--palette", type=FILE, help="palette.json, or another class list: ids, colours."),
    click.option(
        "--format",
        type=click.Choice([entry.name for entry in FORMATS]),
        help="Default: detected, and the reason said.",
    ),
    click.option(
        "--match",
        "choices",
        multiple=True,
        metavar="NAME=PHOTO",
        callback=_choices,
        help="Which photo an annotation (its file, or the name in it) means where several fit.",
    ),
    click.option(
        "--drawn",
        type=click.Choice(DRAWN),
        default="auto",
        help="Shapes were drawn on the photo as seen (upright) or as stored; default: by the size.",
    ),
)
