"""How being wrong is measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from segstudio.learning.config.fields import Settings, about, one_of
from segstudio.learning.losses import LOSSES

CLASS_WEIGHTS = {
    "none": "All classes alike",
    "inverse": "Rare classes more",
    "effective": "Rare classes somewhat more",
}
_LOSSES = {entry.name: entry.title for entry in LOSSES}


def _weight_list(value: object) -> object:
    """Turn "1, 2, 0.5" into a list; the three words stay."""
    if isinstance(value, str) and value not in CLASS_WEIGHTS:
        try:
            value = tuple(float(part) for part in value.strip("[] ").split(","))
        except ValueError:
            return one_of(CLASS_WEIGHTS)(str(value))
    if isinstance(value, tuple | list) and any(not 0 <= w < float("inf") for w in value):
        raise ValueError("the weights must be numbers of 0 or more")
    return value


class LossSettings(Settings):
    """The loss and how much each class counts in it."""

    title = "Loss and classes"

    loss: Annotated[str, AfterValidator(one_of(_LOSSES))] = Field(
        "cross_entropy",
        description="How being wrong is measured.",
        json_schema_extra=about("Loss", choices=_LOSSES),
    )
    class_weights: Annotated[str | tuple[float, ...], BeforeValidator(_weight_list)] = Field(
        "none",
        description="How much each class counts; one number per class, or a rule.",
        json_schema_extra=about("Class weights", choices=CLASS_WEIGHTS),
    )
