"""Measures every model on this computer, each in a process of its own, and keeps the figures."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.files import read_json
from segstudio.core.problems import Problem
from segstudio.jobs.model_costs import ModelCost, keep_cost
from segstudio.learning.models import MODELS

STAGE = "Measuring models"
_POLL_SECONDS = 0.1
_HEADINGS = (
    "model",
    "a step of the head",
    "of everything",
    "per crop",
    "per crop",
    "memory",
    "memory",
    "parameters",
    "size",
    "a photo",
)


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """Which models, with which batch of crops (px), on which device."""

    models: tuple[str, ...] = tuple(entry.name for entry in MODELS)
    batch_size: int = 4
    crop_size: int = 224
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What was measured, in the order of the request, and what could not be."""

    costs: tuple[ModelCost, ...]
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "models": [cost.model_dump() for cost in self.costs],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return the figures as a table, ratios to the first model first."""
        if not self.costs:
            return "No model was measured."
        first = self.costs[0]
        rows = [_HEADINGS, *(_row(cost, first) for cost in self.costs)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        about = (
            f"{first.device}: steps of {first.batch} crops of {first.crop} px, first the head "
            f"alone, then everything; a photo of {first.photo} px to predict."
        )
        return "\n".join([about, *lines])


def run(request: MeasureRequest, report: Reporter) -> ModelFigures:
    """Measure the models one after another; a stop keeps those that are done."""
    costs: list[ModelCost] = []
    problems: list[Problem] = []
    titles = {entry.name: entry.title for entry in MODELS}
    for done, name in enumerate(request.models):
        if report.stop_requested:
            break
        report(Progress(STAGE, done, len(request.models), titles[name]))
        try:
            cost = _measured(name, request, report)
        except SegStudioError as error:
            problems.append(Problem("warning", name, error.what))
            report(ProblemFound(problems[-1]))
            continue
        if cost is not None:
            keep_cost(cost)
            costs.append(cost)
    return ModelFigures(tuple(costs), tuple(problems), report.stop_requested)


def _measured(name: str, request: MeasureRequest, report: Reporter) -> ModelCost | None:
    """Measure one model; None where the user stopped it, SegStudioError where it failed."""
    with tempfile.TemporaryDirectory(prefix="segstudio-measure-") as folder:
        path = Path(folder) / "cost.json"
        sizes = (str(request.batch_size), str(request.crop_size))
        command = ("segstudio.learning.measuring", name, *sizes, request.device, str(path))
        with _process(command) as process:
            while process.poll() is None:
                if report.stop_requested:
                    return None
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL_SECONDS)
        try:
            return ModelCost.model_validate(read_json(path))
        except (SegStudioError, ValidationError) as error:
            raise SegStudioError(
                f"{name} could not be measured: its process ended with {process.returncode}.",
                meaning="The memory may not suffice for it.",
                remedy="Close other programs and measure again.",
            ) from error


@contextlib.contextmanager
def _process(command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of ours in a process of its own, which never outlives the block."""
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _row(cost: ModelCost, first: ModelCost) -> tuple[str, ...]:
    """Return the cells of a model, compared with the first."""
    return (
        cost.model,
        f"{cost.head_seconds / first.head_seconds:.1f} x",
        f"{cost.whole_seconds / first.whole_seconds:.1f} x",
        f"{cost.head_seconds:.3f} s",
        f"{cost.whole_seconds:.3f} s",
        _megabytes(cost.head_memory),
        _megabytes(cost.whole_memory),
        f"{cost.parameters / 1e6:.1f} M",
        f"{cost.megabytes:.0f} MB",
        f"{cost.photo_seconds:.2f} s",
    )


def _megabytes(size: int | None) -> str:
    return "not known" if size is None else f"{size / 1e6:,.0f} MB"
