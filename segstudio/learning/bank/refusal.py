"""What is said where features were to be stored and cannot be; needs no torch."""

from __future__ import annotations

from segstudio.core.errors import UsageError
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
