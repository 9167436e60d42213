"""The settings of a training, each declared once: form, command line, files and checks read it.

To add one: add one field to TrainConfig with its default, limits and help, and read it where it
acts. It reaches the form, `--set`, TOML files and every run's config.json by itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from segstudio.learning.losses import LOSSES
from segstudio.learning.models import MODELS, STAGES

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
CLASS_WEIGHTS = {
    "none": "All classes alike",
    "inverse": "Rare classes more",
    "effective": "Rare classes somewhat more",
}
OPTIMIZERS = {"adamw": "AdamW", "sgd": "SGD with momentum"}
SCHEDULES = {
    "one_cycle": "Up, then down (one cycle)",
    "poly": "Steadily down (polynomial)",
    "cosine": "Down along a cosine",
    "constant": "The same throughout",
}
SPLITS = {
    "given": "The project's own; else the folders train, val, test; else by presence",
    "presence": "Every class on both sides",
    "random": "At random",
}

Choices = Mapping[str, str]
"""Values and their titles in words."""


def nearest(word: str, known: Mapping[str, object]) -> str | None:
    """Return the known word that `word` may have meant."""
    match = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return match[0] if match else None


def _one_of(choices: Choices) -> Callable[[str], str]:
    """Return a check that a value is one of the choices and names the nearest right one."""

    def check(value: str) -> str:
        if value in choices:
            return value
        meant = nearest(value, choices)
        hint = f'did you mean "{meant}"?' if meant else f"it can be {', '.join(choices)}"
        raise ValueError(f'"{value}" is not a value that it can have; {hint}')

    return check


def _weights_source(value: str) -> str:
    """Accept the two words and anything that looks like a file."""
    if value in WEIGHTS or Path(value).suffix or Path(value).is_file():
        return value
    return _one_of({**WEIGHTS, "FILE": ""})(value)


def _weight_list(value: object) -> object:
    """Turn "1, 2, 0.5" into a list; the three words stay."""
    if isinstance(value, str) and value not in CLASS_WEIGHTS:
        try:
            value = tuple(float(part) for part in value.strip("[] ").split(","))
        except ValueError:
            return _one_of(CLASS_WEIGHTS)(str(value))
    if isinstance(value, tuple | list) and any(not 0 <= w < float("inf") for w in value):
        raise ValueError("the weights must be numbers of 0 or more")
    return value


_Models = {entry.name: entry.title for entry in MODELS}
_Losses = {entry.name: entry.title for entry in LOSSES}


def _about(
    label: str, *, unit: str = "", basic: bool = False, choices: Choices | None = None
) -> dict[str, Any]:
    """Return what a form needs beside the limits and the help."""
    return {"label": label, "unit": unit, "advanced": not basic, "choices": dict(choices or {})}


class TrainConfig(BaseModel):
    """All settings of one training; immutable, and unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model: Annotated[str, AfterValidator(_one_of(_Models))] = Field(
        "deeplabv3_mobilenet_v3_large",
        description="The network that learns. The small one is right for a laptop.",
        json_schema_extra=_about("Model", basic=True, choices=_Models),
    )
    weights: Annotated[str, AfterValidator(_weights_source)] = Field(
        "pretrained",
        description="What the network knows at the start: published weights, none, or a file.",
        json_schema_extra=_about("Start from", basic=True, choices=WEIGHTS),
    )
    train_layers: Annotated[str, AfterValidator(_one_of(TRAIN_LAYERS))] = Field(
        "head",
        description="What learns. The head alone is quick and fine for few photos; from scratch, "
        "everything has to learn.",
        json_schema_extra=_about("What learns", choices=TRAIN_LAYERS),
    )
    epochs: int = Field(
        20,
        ge=1,
        le=10_000,
        description="How often the training goes through all your training photos.",
        json_schema_extra=_about("Epochs", basic=True),
    )
    batch_size: int = Field(
        8,
        ge=1,
        le=256,
        description="How many crops are learned from at once; fewer need less memory.",
        json_schema_extra=_about("Batch size", unit="crops"),
    )
    accumulate: int = Field(
        1,
        ge=1,
        le=256,
        description="Batches gathered for one step: acts like a larger batch without its memory.",
        json_schema_extra=_about("Batches per step"),
    )
    crops_per_photo: int = Field(
        4,
        ge=1,
        le=1000,
        description="Random crops taken from every training photo in each epoch.",
        json_schema_extra=_about("Crops per photo"),
    )
    working_size: int = Field(
        480,
        ge=32,
        le=8192,
        description="Longest side that photos are brought to; smaller photos stay as they are. "
        "Larger sees finer things and takes longer.",
        json_schema_extra=_about("Working size", unit="px", basic=True),
    )
    crop_size: int = Field(
        192,
        ge=32,
        le=4096,
        description="Side of the square crops that are learned from.",
        json_schema_extra=_about("Crop size", unit="px"),
    )
    lr: float = Field(
        1e-3,
        gt=0,
        le=10,
        description="Step size of the learning. Leave it unless the loss jumps about (smaller).",
        json_schema_extra=_about("Learning rate"),
    )
    schedule: Annotated[str, AfterValidator(_one_of(SCHEDULES))] = Field(
        "one_cycle",
        description="How the learning rate changes over the run.",
        json_schema_extra=_about("Schedule", choices=SCHEDULES),
    )
    optimizer: Annotated[str, AfterValidator(_one_of(OPTIMIZERS))] = Field(
        "adamw",
        description="How steps are taken. AdamW needs little tuning.",
        json_schema_extra=_about("Optimiser", choices=OPTIMIZERS),
    )
    weight_decay: float = Field(
        1e-2,
        ge=0,
        le=1,
        description="Pull towards small weights, against learning photos by heart.",
        json_schema_extra=_about("Weight decay"),
    )
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="How much of the last step carries over (the first beta of AdamW).",
        json_schema_extra=_about("Momentum"),
    )
    loss: Annotated[str, AfterValidator(_one_of(_Losses))] = Field(
        "cross_entropy",
        description="How being wrong is measured.",
        json_schema_extra=_about("Loss", choices=_Losses),
    )
    class_weights: Annotated[str | tuple[float, ...], BeforeValidator(_weight_list)] = Field(
        "none",
        description="How much each class counts; one number per class, or a rule.",
        json_schema_extra=_about("Class weights", choices=CLASS_WEIGHTS),
    )
    patience: int = Field(
        0,
        ge=0,
        le=10_000,
        description="Stop when the validation score has not risen for so many epochs; 0: never.",
        json_schema_extra=_about("Patience", unit="epochs"),
    )
    flip_horizontal: bool = Field(
        True,
        description="Mirror half of the crops left to right.",
        json_schema_extra=_about("Mirror"),
    )
    flip_vertical: bool = Field(
        False,
        description="Turn half of the crops upside down. Off, for the sky is up.",
        json_schema_extra=_about("Upside down"),
    )
    scale_min: float = Field(
        0.75,
        ge=0.25,
        le=4,
        description="Smallest factor by which crops are shrunk at random.",
        json_schema_extra=_about("Scale from", unit="x"),
    )
    scale_max: float = Field(
        1.5,
        ge=0.25,
        le=4,
        description="Largest factor by which crops are enlarged at random.",
        json_schema_extra=_about("Scale to", unit="x"),
    )
    color_jitter: float = Field(
        0.3,
        ge=0,
        le=1,
        description="How strongly brightness, contrast and colour vary at random; 0: not at all.",
        json_schema_extra=_about("Colour variation"),
    )
    split: Annotated[str, AfterValidator(_one_of(SPLITS))] = Field(
        "given",
        description="How photos are dealt into training and validation while the project has "
        "no split; once made it stays.",
        json_schema_extra=_about("Split", choices=SPLITS),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Start of the random numbers; the same seed repeats a run.",
        json_schema_extra=_about("Seed"),
    )

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, values: object) -> object:
        """Let everything learn where nothing was learned before."""
        if not isinstance(values, dict):
            return values
        filled = dict(values)
        if filled.get("weights") == "none":
            filled.setdefault("train_layers", "all")
        return filled

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse settings that contradict each other."""
        if self.scale_min > self.scale_max:
            raise ValueError("scale_min must not be larger than scale_max")
        return self

    @property
    def from_scratch(self) -> bool:
        """Say whether the network starts from random weights."""
        return self.weights == "none"
