"""How crops vary at random, photo and label together."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from segstudio.learning.config.fields import Settings, about


class AugmentationSettings(Settings):
    """The random changes and their strengths."""

    flip_horizontal: bool = Field(
        True,
        description="Mirror half of the crops left to right.",
        json_schema_extra=about("Mirror"),
    )
    flip_vertical: bool = Field(
        False,
        description="Turn half of the crops upside down. Off, for the sky is up.",
        json_schema_extra=about("Upside down"),
    )
    scale_min: float = Field(
        0.75,
        ge=0.25,
        le=4,
        description="Smallest factor by which crops are shrunk at random.",
        json_schema_extra=about("Scale from", unit="x"),
    )
    scale_max: float = Field(
        1.5,
        ge=0.25,
        le=4,
        description="Largest factor by which crops are enlarged at random.",
        json_schema_extra=about("Scale to", unit="x"),
    )
    color_jitter: float = Field(
        0.3,
        ge=0,
        le=1,
        description="How strongly brightness, contrast and colour vary at random; 0: not at all.",
        json_schema_extra=about("Colour variation"),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Refuse a range whose end lies before its start."""
        if self.scale_min > self.scale_max:
            raise ValueError("scale_min must not be larger than scale_max")
        return self
