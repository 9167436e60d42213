"""What is said where features were to be stored and cannot be; needs no torch."""

from __future__ import annotations

import math
from pathlib import Path

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.learning.bank import sizing
from segstudio.learning.config import TrainConfig


def check_bank(config: TrainConfig) -> None:
    """Raise UsageError for feature_bank=on with what no disk is large enough for."""
    reason = sizing.why_not(config)
    if config.feature_bank == "on" and reason:
        raise cannot_store(reason)


def cannot_store(reason: str) -> UsageError:
    """Say why feature_bank=on is refused."""
    return UsageError(
        f"Features cannot be stored: {reason}.",
        meaning="feature_bank=on asks for a training from stored features only.",
        remedy="Use feature_bank=auto, or change what stands in the way.",
    )


def cannot_go_on(reason: str, short: int, folder: Path) -> SegStudioError:
    """Say why a run that learned from stored features has to wait; `short` bytes are not free.

    Its head answers to those features only: learning on from others would be another run.
    """
    room = f"free {math.ceil(short / 1e6):,} MB on the disk of {folder} and continue the run, or "
    ways = f"{room if short > 0 else ''}start a new run from its model, which may do without."
    return SegStudioError(
        f"The run cannot be continued now: its features cannot be stored, {reason}.",
        meaning="It learned from stored features, and goes on from the same ones; 1 GB of the disk "
        "stays free for the run itself. Nothing of it is lost.",
        remedy=ways[0].upper() + ways[1:],
    )
