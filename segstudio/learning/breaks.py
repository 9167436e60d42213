"""Why a training broke off, in words; the best model and the last state of it are kept."""

from __future__ import annotations

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.run_history import Standing
from segstudio.learning.device import device_lost, out_of_memory
from segstudio.learning.learner import NotANumber


def tell_break(
    error: NotANumber | RuntimeError | MemoryError,
    epoch: int,
    standing: Standing,
    report: Reporter,
) -> None:
    """Say what ended the run in this epoch.

    Raises SegStudioError where there is no earlier model to keep nor a sound one now, and `error`
    itself where it is no loss that is no number, no device that failed and no lack of memory.
    """
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and out_of_memory(error)):
        report(
            Message(
                f"Memory did not suffice in epoch {epoch}, so the training ends here. The best "
                "model so far is kept; close other programs and continue the run."
            )
        )
        return
    if isinstance(error, RuntimeError) and not device_lost(error):
        raise error
    what, meaning, remedy = _words(error, epoch)
    if standing.best_epoch is None:
        raise SegStudioError(
            f"{what}, before there was a model to keep.", meaning=meaning, remedy=remedy
        ) from error
    best = f"The best model, of epoch {standing.best_epoch}, is kept."
    report(Message(f"{what}. {meaning} {best} {remedy}"))


def _words(error: NotANumber | RuntimeError, epoch: int) -> tuple[str, str, str]:
    """Return what happened, what it means and what to try."""
    if isinstance(error, NotANumber):
        return (
            f"The loss became no number in epoch {epoch}",
            "The steps were too large, and the weights ran away.",
            "Try a smaller learning rate, for example --set lr=0.0003.",
        )
    return (
        f"The device failed in epoch {epoch} ({str(error).splitlines()[0].rstrip('.')})",
        "It computes nothing more until the program is started again.",
        "Start the program again and continue the run; if it happens again, use the device cpu.",
    )
