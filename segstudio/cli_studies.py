"""The commands around a training: what it will see, scores of several runs, a rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from segstudio.cli_options import FILE, FOLDER, finish, json_option
from segstudio.jobs import crop_previews as crop_previews_job
from segstudio.jobs import cross_validate as cross_validate_job
from segstudio.jobs import find_lr as find_lr_job
from segstudio.jobs import learning_curve as learning_curve_job
from segstudio.learning.config import TrainConfig
from segstudio.learning.presets import PRESETS
from segstudio.learning.settings import parse_settings
from segstudio.terminal import JobResult, TerminalReporter

_Command = TypeVar("_Command", bound=Callable[..., Any])
_SETTINGS = (
    click.argument("project", type=FOLDER),
    click.option(
        "--preset",
        type=click.Choice([preset.name for preset in PRESETS]),
        default="quick",
        help="How long and how thoroughly each run learns; default: quick.",
    ),
    click.option("--config", type=FILE, help="Settings in a TOML file."),
    click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="One setting."),
    json_option,
)
_DEVICE = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default="auto",
    show_default=True,
    help="What computes.",
)


def _settings(command: _Command) -> _Command:
    """Add what says which settings to take. Click lists options in the opposite order."""
    for option in reversed(_SETTINGS):
        command = option(command)
    return command


def _training(command: _Command) -> _Command:
    """Add what says how each run is trained."""
    return _settings(_DEVICE(command))


@click.command()
@click.option("--out", type=FOLDER, required=True, help="Folder for the sheet, crops.png.")
@click.option(
    "--count", type=click.IntRange(1, 400), default=crop_previews_job.COUNT, help="Crops."
)
@_settings
def preview(
    project: Path, preset: str, config: Path | None, assignments: tuple[str, ...], **rest: Any
) -> None:
    """Show what the network will see: random crops with their labels, on one sheet."""
    as_json = rest.pop("as_json")

    def job(settings: TrainConfig, reporter: TerminalReporter) -> JobResult:
        request = crop_previews_job.CropPreviewRequest(project, settings, **rest)
        return crop_previews_job.run(request, reporter)

    finish(partial(_with_settings, job, preset, config, assignments), as_json)


@click.command("cross-validate")
@click.option(
    "--folds",
    type=click.IntRange(2, 100),
    default=cross_validate_job.FOLDS,
    show_default=True,
    help="Runs to train; each photo is kept aside in one of them.",
)
@_training
def cross_validate(
    project: Path, preset: str, config: Path | None, assignments: tuple[str, ...], **rest: Any
) -> None:
    """Score on every photo: each is predicted by a model that never saw it.

    Trains a run for each part of the photos and leaves the project's split as it is; Ctrl+C keeps
    the runs that are finished.
    """
    as_json = rest.pop("as_json")

    def job(settings: TrainConfig, reporter: TerminalReporter) -> JobResult:
        request = cross_validate_job.CrossValidateRequest(project, settings, **rest)
        return cross_validate_job.run(request, reporter)

    finish(partial(_with_settings, job, preset, config, assignments), as_json)


@click.command("learning-curve")
@_training
def learning_curve(
    project: Path, preset: str, config: Path | None, assignments: tuple[str, ...], **rest: Any
) -> None:
    """Say whether more labelling would help: train on 25, 50, 75 and 100 % of the photos."""
    as_json = rest.pop("as_json")

    def job(settings: TrainConfig, reporter: TerminalReporter) -> JobResult:
        request = learning_curve_job.LearningCurveRequest(project, settings, **rest)
        return learning_curve_job.run(request, reporter)

    finish(partial(_with_settings, job, preset, config, assignments), as_json)


@click.command("find-lr")
@click.option("--out", type=FILE, help="Write what was tried to this CSV file.")
@_training
def find_lr(
    project: Path, preset: str, config: Path | None, assignments: tuple[str, ...], **rest: Any
) -> None:
    """Suggest a learning rate: try ever larger ones on the training photos. Nothing is kept."""
    as_json = rest.pop("as_json")

    def job(settings: TrainConfig, reporter: TerminalReporter) -> JobResult:
        return find_lr_job.run(find_lr_job.FindRateRequest(project, settings, **rest), reporter)

    finish(partial(_with_settings, job, preset, config, assignments), as_json)


def _with_settings(
    job: Callable[[TrainConfig, TerminalReporter], JobResult],
    preset: str,
    config: Path | None,
    assignments: tuple[str, ...],
    reporter: TerminalReporter,
) -> JobResult:
    """Read the settings, whose mistakes are told like those of the job, and begin."""
    return job(parse_settings(preset, config, assignments), reporter)


STUDY_COMMANDS = (preview, cross_validate, learning_curve, find_lr)
