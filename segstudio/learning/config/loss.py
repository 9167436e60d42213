"""How being wrong is measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from segstudio.learning.config.fields import ActsWhen, Settings, about, one_of
from segstudio.learning.losses import LOSSES, loss_terms

CLASS_WEIGHTS = {
    "none": "All classes alike",
    "inverse": "Rare classes more",
    "effective": "Rare classes somewhat more",
}
_LOSSES = {entry.name: entry.title for entry in LOSSES}
_SUMS = {
    "focal+dice": "Focal and Dice",
    "cross_entropy+dice": "Cross-entropy and Dice",
}


def _loss_sum(value: str) -> str:
    """Accept losses and sums of them, and drop the spaces."""
    for term in loss_terms(value):
        one_of(_LOSSES)(term.name)
    return value.replace(" ", "")


def _in_sum(name: str) -> ActsWhen:
    """Mark a setting of one loss."""
    return ActsWhen(
        lambda config: name in [term.name for term in loss_terms(config.loss)],
        f"where the loss has {_LOSSES[name]} in it",
    )


def _weight_list(value: object) -> object:
    """Turn "1, 2, 0.5" into a list; the three words stay."""
    if isinstance(value, str) and value not in CLASS_WEIGHTS:
        try:
            value = tuple(float(part) for part in value.strip("[] ").split(","))
        except ValueError:
            return one_of(CLASS_WEIGHTS)(str(value))
    if isinstance(value, tuple | list) and not all(map(_is_weight, value)):
        raise ValueError("the weights must be numbers of 0 or more")
    if isinstance(value, tuple | list) and not any(value):
        raise ValueError("with all weights 0 there is nothing to learn")
    return value


def _is_weight(value: object) -> bool:
    """Say whether a value of a list, which a file may hold anything in, can be a weight."""
    return isinstance(value, int | float) and 0 <= value < float("inf")


class LossSettings(Settings):
    """The loss and how much each class counts in it."""

    title = "Loss and classes"

    loss: Annotated[str, AfterValidator(_loss_sum)] = Field(
        "cross_entropy",
        description="How being wrong is measured: one loss, or a sum of several with their shares, "
        "such as 1*cross_entropy+0.5*dice.",
        json_schema_extra=about("Loss", choices={**_LOSSES, **_SUMS}, typed=True),
    )
    focal_gamma: Annotated[float, _in_sum("focal")] = Field(
        2.0,
        ge=0,
        le=10,
        description="How much less pixels count that are easy to tell; 0: not less.",
        json_schema_extra=about("Focal: gamma"),
    )
    tversky_alpha: Annotated[float, _in_sum("tversky")] = Field(
        0.3,
        ge=0,
        le=10,
        description="How bad it is to see a class where it is not.",
        json_schema_extra=about("Tversky: too much"),
    )
    tversky_beta: Annotated[float, _in_sum("tversky")] = Field(
        0.7,
        ge=0,
        le=10,
        description="How bad it is to miss a class.",
        json_schema_extra=about("Tversky: missed"),
    )
    class_weights: Annotated[str | tuple[float, ...], BeforeValidator(_weight_list)] = Field(
        "none",
        description="How much each class counts; one number per class, or a rule.",
        json_schema_extra=about("Class weights", choices=CLASS_WEIGHTS, typed=True),
    )
