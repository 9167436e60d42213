"""Why a training broke off, in words; the best model and the last state of it are kept."""

from __future__ import annotations

from segstudio.core.errors import SegStudioError
from segstudio.learning.device import device_lost, out_of_memory
from segstudio.learning.learner import NotANumber


def what_broke(
    error: NotANumber | RuntimeError | MemoryError, epoch: int, best_epoch: int | None, learned: int
) -> str:
    """Say what ended the run in this epoch, `learned` crops after it began.

    Raises SegStudioError where there is no earlier model to keep nor a sound one now, and `error`
    itself where it is no loss that is no number, no device that failed and no lack of memory.
    """
    short = isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and out_of_memory(error)
    )
    if isinstance(error, RuntimeError) and not short and not device_lost(error):
        raise error
    what, meaning, remedy = _words(error, epoch, short=short)
    # Memory that does not suffice leaves the weights as they are; the others may have spoilt them.
    if best_epoch is None and not (short and learned):
        raise SegStudioError(
            f"{what}, before there was a model to keep.", meaning=meaning, remedy=remedy
        ) from error
    best = "What was learned until then" if best_epoch is None else "The best model"
    of = "" if best_epoch is None else f", of epoch {best_epoch},"
    return f"{what}. {meaning} {best}{of} is kept. {remedy}"


def _words(
    error: NotANumber | RuntimeError | MemoryError, epoch: int, *, short: bool
) -> tuple[str, str, str]:
    """Return what happened, what it means and what to try."""
    if short:
        return (
            f"Memory did not suffice in epoch {epoch}",
            "So the training ends here.",
            "Close other programs and continue the run.",
        )
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
