"""The command that measures SegStudio itself."""

from __future__ import annotations

from pathlib import Path

import click

from segstudio.cli_options import FOLDER, finish, json_option
from segstudio.learning.presets import PRESETS
from segstudio.terminal import JobResult, TerminalReporter

_WHAT = click.Choice(["training", "import", "window", "models"])


@click.command()
@click.argument("what", type=_WHAT, default="window")
@click.option("--project", type=FOLDER, help="training: on these photos; default: the sample.")
@click.option(
    "--preset",
    type=click.Choice([preset.name for preset in PRESETS]),
    default="normal",
    show_default=True,
    help="training: whose number of crops is measured.",
)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="training: one setting; default: ResNet-50 with random weights, whose head learns.",
)
@click.option(
    "--seeds",
    type=click.IntRange(0, 20),
    default=0,
    help="training: as many whole trainings each way, to compare their scores; default: 0.",
)
@json_option
def benchmark(
    what: str,
    project: Path | None,
    preset: str,
    assignments: tuple[str, ...],
    seeds: int,
    as_json: bool,
) -> None:
    """Measure SegStudio itself, beside the plain way of doing the same where there is one.

    training: what a crop costs from stored features and otherwise. import: photos per second.
    window: time to show, and its event loop's lag while training. models: seconds, memory and size
    of each; the window shows them where a model is chosen.
    """

    def job(reporter: TerminalReporter) -> JobResult:
        if what == "training":
            from segstudio.jobs import benchmark_training

            chosen = assignments or benchmark_training.RESNET
            request = benchmark_training.TrainingBenchmark(project, preset, chosen, seeds)
            return benchmark_training.run(request, reporter)
        if what == "import":
            from segstudio.jobs import benchmark_import

            return benchmark_import.run(reporter)
        if what == "models":
            from segstudio.jobs import measure_models

            return measure_models.run(measure_models.MeasureRequest(), reporter)
        from segstudio.gui.benchmark import measure_window

        return measure_window(reporter)

    finish(job, as_json)
