"""The plain words for a photographer: one sentence per term, and how numbers are written."""

from __future__ import annotations

NOT_MEASURED = "\N{EN DASH}"
EPOCH = "Epoch: one pass over all your training photos."
LOSS = "Loss: how wrong the model still is; down is good."
IOU = "Overlap (IoU) of prediction and your outline: 0 none, 1 perfect."
MEAN_IOU = "Average of the classes; rare ones count as much as common ones."
LIKELY = (
    "The band: with other photos of this kind the score would likely lie in it (95 %). "
    "The fewer photos check, the wider it is."
)
VALIDATION = "Photos kept aside to check honestly; never learned from."
PATIENCE = "Stops when the checking photos have not improved for so many epochs."
FROZEN = (
    "The general seeing part stays fixed; only the last part learns your classes. "
    "Fast, and fine for few photos."
)
SEEING_LEARNS = (
    "The general seeing part learns too, not only the last part. "
    "That takes longer, as nothing of it can be stored."
)
PART_WORDS = {"train": "train", "val": "check", "test": "test"}
IGNORED = "Pixels that neither help nor hurt the score."


def what_learns(layers: str) -> str:
    """Return what the setting train_layers means for what the model knows at the start."""
    return FROZEN if layers in ("head", "last_layer") else SEEING_LEARNS


def number(value: float | None) -> str:
    """Return a score or a loss with two decimals; what was not measured is a dash, never 0."""
    return NOT_MEASURED if value is None else f"{value:.2f}"


def percent(share: float | None) -> str:
    """Return a share of 0..1 in percent; a little is never written as nothing."""
    if share is None:
        return NOT_MEASURED
    if share == 0:
        return "0 %"
    if share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.1f} %" if share < 0.9995 else "100 %"


def duration(seconds: float | None) -> str:
    """Return a time span in words: "40 s", "about 3 min", "about 2 h 10 min"."""
    if seconds is None:
        return "unknown"
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def megabytes(size: int) -> str:
    """Return an estimated size in bytes in words."""
    return f"about {size / 1e6:,.0f} MB" if size >= 1e6 else "less than 1 MB"


def plural(count: int, one: str, many: str = "") -> str:
    """Return "1 photo" or "5 photos"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
