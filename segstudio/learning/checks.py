"""Refusing settings that do not fit a project's classes or each other, before anything is done."""

from __future__ import annotations

from segstudio.core.errors import UsageError
from segstudio.core.palette import Palette
from segstudio.learning.bank.refusal import check_bank
from segstudio.learning.config import TrainConfig


def check_settings(config: TrainConfig, palette: Palette) -> None:
    """Raise UsageError for what neither a photo nor weights are needed to know."""
    _check_class_weights(config, palette)
    check_bank(config)


def _check_class_weights(config: TrainConfig, palette: Palette) -> None:
    """Refuse a list of class weights that is shorter or longer than that of the classes."""
    listed, classes = config.class_weights, palette.trained
    if isinstance(listed, str) or len(listed) == len(classes):
        return
    raise UsageError(
        f"class_weights lists {len(listed)} numbers, but the palette has {len(classes)} classes.",
        meaning="There must be one number per trained class, in the order of their ids: "
        f"{', '.join(entry.name for entry in classes)}.",
        remedy="Give one number per class, or use class_weights=inverse.",
    )
