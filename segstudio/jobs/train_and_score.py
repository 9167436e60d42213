"""Trains, then scores the best checkpoint on the photos kept aside, so that a review can begin."""

from __future__ import annotations

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.jobs import evaluate, train
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.jobs.train import TrainRequest, TrainResult


def run(request: TrainRequest, report: Reporter) -> TrainResult:
    """Train and score; a scoring that fails or is stopped costs nothing of the training."""
    result = train.run(request, report)
    if result.val_miou is None or report.stop_requested:
        return result
    try:
        scoring = EvaluateRequest(request.project, result.run, "val", request.device)
        evaluate.run(scoring, report)
    except SegStudioError as error:
        report(Message(f"The run is kept, but it could not be scored: {error.what}"))
    except (RuntimeError, MemoryError) as error:
        _tell_lost(error, report)
    return result


def _tell_lost(error: RuntimeError | MemoryError, report: Reporter) -> None:
    """Say that the device or its memory failed; raise what is anything else."""
    from segstudio.learning.device import device_lost, out_of_memory

    if isinstance(error, MemoryError) or out_of_memory(error):
        why = "memory did not suffice"
    elif device_lost(error):
        why = "the device failed"
    else:
        raise error
    report(Message(f"The run is kept, but it could not be scored: {why}."))
