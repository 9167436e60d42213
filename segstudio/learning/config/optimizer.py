"""How long and by which steps the network learns."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from segstudio.learning.config.fields import ActsWhen, Settings, about, one_of

OPTIMIZERS = {
    "adamw": "AdamW",
    "adam": "Adam",
    "sgd": "SGD with momentum",
    "sgd_groups": "SGD, norms and biases without decay",
}
SCHEDULES = {
    "one_cycle": "Up, then down (one cycle)",
    "poly": "Steadily down (polynomial)",
    "cosine": "Down along a cosine",
    "constant": "The same throughout",
}
PRECISIONS = {
    "auto": "What is quickest here",
    "float32": "Full (float32)",
    "bfloat16": "Half (bfloat16)",
    "float16": "Half (float16)",
}


class OptimizerSettings(Settings):
    """Epochs, batches, steps, and when to stop."""

    title = "Steps"

    epochs: int = Field(
        20,
        ge=1,
        le=10_000,
        description="How often the training goes through all your training photos.",
        json_schema_extra=about("Epochs", basic=True),
    )
    batch_size: int = Field(
        8,
        ge=1,
        le=256,
        description="How many crops are learned from at once; fewer need less memory.",
        json_schema_extra=about("Batch size", unit="crops"),
    )
    accumulate: int = Field(
        1,
        ge=1,
        le=256,
        description="Batches gathered for one step: acts like a larger batch without its memory.",
        json_schema_extra=about("Batches per step"),
    )
    lr: float = Field(
        1e-3,
        gt=0,
        le=10,
        description="Step size of the learning. Leave it unless the loss jumps about (smaller).",
        json_schema_extra=about("Learning rate"),
    )
    schedule: Annotated[str, AfterValidator(one_of(SCHEDULES))] = Field(
        "one_cycle",
        description="How the learning rate changes over the run.",
        json_schema_extra=about("Schedule", choices=SCHEDULES),
    )
    warmup: Annotated[
        float,
        ActsWhen(lambda c: c.schedule != "one_cycle", "with schedules other than one cycle"),
    ] = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the run in which the learning rate rises to its full size; 0: none.",
        json_schema_extra=about("Warm-up", zero="none"),
    )
    optimizer: Annotated[str, AfterValidator(one_of(OPTIMIZERS))] = Field(
        "adamw",
        description="How steps are taken. AdamW needs little tuning.",
        json_schema_extra=about("Optimiser", choices=OPTIMIZERS),
    )
    weight_decay: float = Field(
        1e-2,
        ge=0,
        le=1,
        description="Pull towards small weights, against learning photos by heart.",
        json_schema_extra=about("Weight decay"),
    )
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="How much of the last step carries over (the first beta of Adam and AdamW).",
        json_schema_extra=about("Momentum"),
    )
    nesterov: Annotated[
        bool,
        ActsWhen(lambda c: "sgd" in c.optimizer and c.momentum > 0, "with SGD and momentum"),
    ] = Field(
        False,
        description="Look ahead along the last step before the next one (Nesterov's momentum).",
        json_schema_extra=about("Nesterov"),
    )
    clip_norm: float = Field(
        0,
        ge=0,
        le=1000,
        description="Longest step that the gradient may ask for, as its norm; 0: any.",
        json_schema_extra=about("Longest gradient", zero="any"),
    )
    precision: Annotated[str, AfterValidator(one_of(PRECISIONS))] = Field(
        "auto",
        description="Kind of numbers that the network computes in. Half is quicker where the "
        "device has it, and automatic measures that before the training.",
        json_schema_extra=about("Numbers", choices=PRECISIONS),
    )
    patience: int = Field(
        0,
        ge=0,
        le=10_000,
        description="Stop when the validation score has not risen for so many epochs; 0: never.",
        json_schema_extra=about("Patience", unit="epochs", zero="never stops early"),
    )
    min_delta: Annotated[float, ActsWhen(lambda c: c.patience > 0, "with a patience above 0")] = (
        Field(
            0.0,
            ge=0,
            le=1,
            description="Rise of the validation score that counts as one for the patience; the "
            "best model is kept whatever it is.",
            json_schema_extra=about("Smallest gain"),
        )
    )
    checkpoint_every: int = Field(
        0,
        ge=0,
        le=10_000,
        description="Keep the model of every so many epochs beside the best one; 0: only the best.",
        json_schema_extra=about("Keep a model every", unit="epochs", zero="only the best is kept"),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Chance decides the order of the photos and where crops are cut. The same "
        "number repeats a run; any other one shows how much of a score was luck.",
        json_schema_extra=about("Seed"),
    )
