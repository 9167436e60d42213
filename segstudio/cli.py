"""The command line: one click command per job, and the door to the window."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from segstudio import __version__
from segstudio.cli_benchmark import benchmark
from segstudio.cli_options import (
    ANY,
    FILE,
    FOLDER,
    finish,
    json_option,
    reading_options,
    refuse_with_resume,
)
from segstudio.cli_runs import RUN_COMMANDS
from segstudio.cli_studies import STUDY_COMMANDS
from segstudio.core.errors import SegStudioError
from segstudio.core.rasterize import RASTERS
from segstudio.core.splits import Part
from segstudio.jobs import convert as convert_job
from segstudio.jobs import demo as demo_job
from segstudio.jobs import doctor as doctor_job
from segstudio.jobs import evaluate as evaluate_job
from segstudio.jobs import import_annotations as import_job
from segstudio.jobs import predict as predict_job
from segstudio.jobs import report as report_job
from segstudio.jobs import split as split_job
from segstudio.jobs import train as train_job
from segstudio.learning.config import TrainConfig
from segstudio.learning.presets import PRESETS
from segstudio.learning.settings import parse_settings
from segstudio.terminal import (
    FAILED,
    INTERRUPTED,
    USAGE,
    JobResult,
    TerminalReporter,
    run_to_exit,
    tell_as_json,
    tell_failure,
)

_DEVICES = click.Choice(["auto", "cpu", "cuda", "mps"])
_PRESETS = click.Choice([preset.name for preset in PRESETS])
_PARTS = click.Choice(["val", "test", "train"])

_RASTER_HELP = (
    "Pixels that a shape fills. exact, the default: those whose centre is inside; "
    "opencv: those that its border touches, too, as OpenCV's fillPoly does."
)
_PRESET_HELP = "How long and how thoroughly it learns; default: quick."
_PART_HELP = "The photos to score: those that check (val, the default), test or train."
_BY_HELP = (
    "What is dealt evenly: photos of every class (presence, the default), its pixels (pixels), or "
    "photos by chance (random); given: the folders train, val and test."
)
_BURSTS_HELP = (
    "Put photos that show nearly the same (bursts, near-duplicates, frames of a video) into one "
    "part, or deal each by itself."
)


class _Commands(click.Group):
    """A group whose first argument may also be a project's folder, which opens the window."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and Path(args[0]).is_dir():
            args = ["open", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="segstudio")
@click.option("--debug", is_flag=True, help="Log everything and show tracebacks.")
@click.pass_context
def segstudio(ctx: click.Context, debug: bool) -> None:
    """Label 20 photos, train in minutes on a laptop, see how good it is, fix the worst, repeat.

    Without a command, or with a project's folder, the window opens.
    """
    ctx.ensure_object(dict)["debug"] = debug
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    if ctx.invoked_subcommand is None:
        sys.exit(_show_window([]))


@segstudio.command("open", hidden=True)
@click.argument("project", type=FOLDER)
def open_command(project: Path) -> None:
    """Open the window on a project (the same as `segstudio PROJECT`)."""
    sys.exit(_show_window([str(project)]))


@segstudio.command()
@click.option("--folder", type=FOLDER, help="Where to put it (default: your documents).")
@click.option("--terminal", is_flag=True, help="Stay in the terminal even where there is a screen.")
@json_option
def demo(folder: Path | None, terminal: bool, as_json: bool) -> None:
    """Try everything on the sample photos: import, train, score, overlays, report."""
    opened: list[Path] = []

    def job(reporter: TerminalReporter) -> JobResult:
        result = demo_job.run(demo_job.DemoRequest(folder), reporter)
        opened.append(result.project)
        return result

    code = run_to_exit(job, as_json=as_json)
    if code == 0 and _has_display() and not terminal:
        code = _show_window([str(opened[0])])
    sys.exit(code)


@segstudio.command()
@reading_options
@click.option("--out", type=FOLDER, required=True, help="Folder for the label images.")
@click.option("--raster", type=click.Choice(RASTERS), default="exact", help=_RASTER_HELP)
@json_option
def convert(as_json: bool, **rest: Any) -> None:
    """Turn annotation exports (files, folders, zips) into label images, without a project."""
    request = convert_job.ConvertRequest(**rest)
    finish(lambda reporter: convert_job.run(request, reporter), as_json)


@segstudio.command("import")
@click.argument("project", type=FOLDER)
@reading_options
@json_option
def import_(as_json: bool, **rest: Any) -> None:
    """Import annotation exports into PROJECT, which is made when it is not there."""
    request = import_job.ImportRequest(**rest)
    finish(lambda reporter: import_job.run(request, reporter), as_json)


@segstudio.command()
@click.argument("project", type=FOLDER)
@click.option("--train", type=float, default=0.8, show_default=True, help="Share to learn from.")
@click.option("--val", type=float, default=0.2, show_default=True, help="Share to check with.")
@click.option("--test", type=float, default=0.0, show_default=True, help="Share for the end.")
@click.option("--by", type=click.Choice(split_job.SPLIT_METHODS), default="presence", help=_BY_HELP)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Another number deals the photos out otherwise, the same one alike.",
)
@click.option("--keep-bursts/--no-keep-bursts", default=True, help=_BURSTS_HELP)
@click.option("--lock/--show", default=True, help="Lock it (the default), or only show it.")
@json_option
def split(as_json: bool, **settings: Any) -> None:
    """Decide which photos train and which check, and lock that."""

    request = split_job.SplitRequest(**settings)
    finish(lambda reporter: split_job.run(request, reporter), as_json)


def _settings() -> str:
    """Return every setting with its help, one line each, for the end of `train --help`."""
    fields = TrainConfig.model_fields.items()
    return "\n".join(["\b", "Settings:", *(f"  {key}: {own.description}" for key, own in fields)])


@segstudio.command(epilog=_settings())
@click.argument("project", type=FOLDER)
@click.option("--preset", type=_PRESETS, default="quick", help=_PRESET_HELP)
@click.option("--config", type=FILE, help="Settings in a TOML file.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="One setting.")
@click.option("--device", type=_DEVICES, default="auto", show_default=True, help="What computes.")
@click.option("--name", default=None, help="A name for the run.")
@click.option("--resume", metavar="RUN", help="Continue this run where it stopped.")
@click.option("--from", "start_from", metavar="RUN", help="Start a new run from this one's model.")
@json_option
def train(
    project: Path, preset: str, config: Path | None, assignments: tuple[str, ...], **rest: Any
) -> None:
    """Train one run; Ctrl+C stops and keeps the best."""
    as_json = rest.pop("as_json")
    if rest["resume"] is not None:
        refuse_with_resume(click.get_current_context())

    def job(reporter: TerminalReporter) -> JobResult:
        settings = parse_settings(preset, config, assignments)
        request = train_job.TrainRequest(project=project, config=settings, **rest)
        return train_job.run(request, reporter)

    finish(job, as_json)


@segstudio.command()
@click.argument("project", type=FOLDER)
@click.option("--run", default="best", show_default=True, help="A run's name, latest or best.")
@click.option("--split", "part", type=_PARTS, default="val", help=_PART_HELP)
@json_option
def evaluate(project: Path, run: str, part: Part, as_json: bool) -> None:
    """Score a run on the photos that were kept aside."""
    request = evaluate_job.EvaluateRequest(project, run=run, part=part)
    finish(lambda reporter: evaluate_job.run(request, reporter), as_json)


@segstudio.command()
@click.argument("model", type=ANY)
@click.argument("inputs", nargs=-1, required=True, type=ANY)
@click.option("--out", type=FOLDER, required=True, help="Folder for the results.")
@click.option(
    "--write",
    default="labels,overlay",
    show_default=True,
    help="What to write, separated by commas: " + ", ".join(predict_job.WRITERS) + ".",
)
@json_option
def predict(model: Path, inputs: tuple[Path, ...], out: Path, write: str, as_json: bool) -> None:
    """Label photos with MODEL: a project (its best run), a run's folder or a model file."""
    kinds = tuple(kind.strip() for kind in write.split(",") if kind.strip())
    request = predict_job.PredictRequest(model=model, inputs=inputs, out=out, write=kinds)
    finish(lambda reporter: predict_job.run(request, reporter), as_json)


@segstudio.command()
@click.argument("project", type=FOLDER)
@click.option("--run", default="best", show_default=True, help="A run's name, latest or best.")
@click.option("--out", type=FILE, required=True, help="The HTML file to write.")
@json_option
def report(project: Path, run: str, out: Path, as_json: bool) -> None:
    """Write "Is this good?": one HTML page in plain words."""
    request = report_job.ReportRequest(project, run=run, out=out)
    finish(lambda reporter: report_job.run(request, reporter), as_json)


@segstudio.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say which versions, devices, weights and folders there are, and what is wrong with them."""
    finish(lambda reporter: doctor_job.run(doctor_job.DoctorRequest(), reporter), as_json)


for _command in (benchmark, *RUN_COMMANDS, *STUDY_COMMANDS):
    segstudio.add_command(_command)


def _has_display() -> bool:
    """Say whether a window could open here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _show_window(arguments: list[str]) -> int:
    """Open the window; only here does the command line touch Qt."""
    from segstudio.gui.app import run as run_window

    return run_window(arguments)


def open_window() -> None:
    """Open the window without a terminal (the `segstudio-window` program)."""
    sys.exit(_show_window(sys.argv[1:]))


def main() -> None:
    """Run the command line; what nobody foresaw is told in one message, traced with --debug."""
    as_json = "--json" in sys.argv
    try:
        code = segstudio.main(prog_name="segstudio", standalone_mode=False, obj={})
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        if as_json:
            tell_as_json(SegStudioError(error.format_message()))
        sys.exit(USAGE)
    except SegStudioError as error:
        tell_failure(error, as_json=as_json)
        sys.exit(error.exit_code)
    # The last door: a traceback on a user's terminal would be a bug.
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        tell_failure(
            SegStudioError(
                f"SegStudio met a fault of its own: {type(error).__name__}: {error}.",
                meaning="Your photos and what was written before are safe.",
                remedy="Run it again as `segstudio --debug ...` and send us what that says.",
            ),
            as_json=as_json,
        )
        sys.exit(FAILED)
    sys.exit(code)
