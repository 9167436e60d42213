"""Which network learns, what it knows at the start, and which part of it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from segstudio.learning.config.fields import ActsWhen, Settings, about, one_of
from segstudio.learning.models import MODELS, STAGES, model_named

WEIGHTS = {
    "pretrained": "Published weights (downloaded once)",
    "none": "None: learn from scratch",
}
TRAIN_LAYERS = {
    "head": "The head; the backbone stays as it is",
    "last_layer": "The head's last layer",
    **{name: f"The backbone from {name} on, and the head" for name in reversed(STAGES)},
    "all": "Everything",
}
_MORE_LEARNS = ActsWhen(
    lambda config: config.train_layers not in ("head", "last_layer"),
    "where more than the head learns",
)
_TEACHABLE = ActsWhen(
    lambda config: config.is_teachable, "with DeepLabV3 or FCN, where half of the backbone learns"
)
_MODELS = {entry.name: entry.title for entry in MODELS}


def _weights_source(value: str) -> str:
    """Accept the two words and anything that looks like a file."""
    if value in WEIGHTS or Path(value).suffix or Path(value).is_file():
        return value
    return one_of({**WEIGHTS, "FILE": ""})(value)


class ModelSettings(Settings):
    """The network and its start."""

    title = "Model"

    model: Annotated[str, AfterValidator(one_of(_MODELS))] = Field(
        "deeplabv3_mobilenet_v3_large",
        description="The network that learns. The small one is right for a laptop.",
        json_schema_extra=about("Model", basic=True, choices=_MODELS),
    )
    weights: Annotated[str, AfterValidator(_weights_source)] = Field(
        "pretrained",
        description="What the network knows at the start: published weights, none, or a file.",
        json_schema_extra=about("Start from", basic=True, choices=WEIGHTS),
    )
    train_layers: Annotated[str, AfterValidator(one_of(TRAIN_LAYERS))] = Field(
        "head",
        description="What learns. The head alone is quick and fine for few photos; from scratch, "
        "everything has to learn.",
        json_schema_extra=about("What learns", choices=TRAIN_LAYERS),
    )
    unfreeze_after: Annotated[int, _MORE_LEARNS] = Field(
        0,
        ge=0,
        le=10_000,
        description="Epochs at the start in which the head learns alone, before all that is to "
        "learn does; 0: none.",
        json_schema_extra=about("Head alone for", unit="epochs", zero="never"),
    )
    backbone_lr: Annotated[float, _MORE_LEARNS] = Field(
        1.0,
        gt=0,
        le=10,
        description="Learning rate of the backbone as a share of the head's, where it learns; "
        "0.1 keeps more of what it knows.",
        json_schema_extra=about("Backbone's rate", unit="x"),
    )

    auxiliary_loss: Annotated[float, _TEACHABLE] = Field(
        0.0,
        ge=0,
        le=10,
        description="How much an auxiliary head in the middle of the backbone counts beside the "
        "loss while it learns, usually 0.4; it is no part of the model. 0: none.",
        json_schema_extra=about("Auxiliary loss", zero="none"),
    )

    @model_validator(mode="after")
    def _place_for_auxiliary(self) -> Self:
        """Refuse an auxiliary head where the model has no place for one."""
        if self.auxiliary_loss and not model_named(self.model).auxiliary:
            fit = ", ".join(entry.name for entry in MODELS if entry.auxiliary)
            raise ValueError(f"auxiliary_loss must be 0 for {self.model}; it acts with {fit}")
        return self

    @property
    def is_teachable(self) -> bool:
        """Whether the model has a place for an auxiliary head, and something before it learns."""
        place = model_named(self.model).auxiliary
        stages = ("all", *STAGES)
        if not place or self.train_layers not in stages:
            return False
        return stages.index(self.train_layers) <= stages.index(place)

    @property
    def auxiliary_acts(self) -> bool:
        """Whether an auxiliary head is asked for and can teach."""
        return self.auxiliary_loss > 0 and self.is_teachable

    def layers_in(self, epoch: int) -> str:
        """Return what learns in an epoch, counted from 1."""
        return "head" if epoch <= self.unfreeze_after else self.train_layers

    @property
    def from_scratch(self) -> bool:
        """Say whether the network starts from random weights."""
        return self.weights == "none"
