"""How crops vary at random, photo and label together."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from segstudio.learning.config.fields import Settings, about, one_of

AUGMENTATIONS = {
    "none": "None: every crop as it is",
    "light": "Light",
    "usual": "Usual",
    "strong": "Strong, for few photos",
}
STRENGTHS: dict[str, dict[str, Any]] = {
    "none": {"flip_horizontal": False, "scale_min": 1.0, "scale_max": 1.0, "color_jitter": 0.0},
    "light": {"scale_min": 0.9, "scale_max": 1.2, "color_jitter": 0.15},
    "usual": {},
    "strong": {
        "scale_min": 0.5,
        "scale_max": 2.0,
        "rotate": 10.0,
        "perspective": 0.05,
        "color_jitter": 0.4,
        "gamma": 0.2,
        "hue": 8.0,
        "blur": 0.7,
        "noise": 5.0,
        "jpeg": 0.3,
        "grey": 0.05,
    },
}
"""What each ready set differs in from the usual one, whose strengths are the fields' defaults."""


class AugmentationSettings(Settings):
    """The random changes and their strengths; 0 is off."""

    title = "Variation of crops"

    augmentation: Annotated[str, AfterValidator(one_of(AUGMENTATIONS))] = Field(
        "usual",
        description="How strongly crops vary at random: a ready set of the strengths that "
        "follow, each of which can be set by itself.",
        json_schema_extra=about("Variation", choices=AUGMENTATIONS),
    )
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
    rot90: bool = Field(
        False,
        description="Turn crops by 0, 90, 180 or 270 degrees. For photos that look straight down.",
        json_schema_extra=about("Quarter turns"),
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
    rotate: float = Field(
        0,
        ge=0,
        le=180,
        description="Largest angle by which crops are turned to either side.",
        json_schema_extra=about("Turn", unit="°", zero="off"),
    )
    shift: float = Field(
        0,
        ge=0,
        le=0.5,
        description="How far crops may reach beyond the photo, as a share of their side.",
        json_schema_extra=about("Shift", zero="off"),
    )
    shear: float = Field(
        0,
        ge=0,
        le=45,
        description="Largest angle by which crops are slanted.",
        json_schema_extra=about("Slant", unit="°", zero="off"),
    )
    perspective: float = Field(
        0,
        ge=0,
        le=0.2,
        description="How far the corners of a crop move, as if seen from another place; a share "
        "of its side.",
        json_schema_extra=about("Perspective", zero="off"),
    )
    elastic: float = Field(
        0,
        ge=0,
        le=0.1,
        description="How far crops are bent as if on rubber; a share of their side.",
        json_schema_extra=about("Rubber", zero="off"),
    )
    grid_distortion: float = Field(
        0,
        ge=0,
        le=0.8,
        description="How much columns and rows of a crop are stretched and squeezed.",
        json_schema_extra=about("Uneven stretch", zero="off"),
    )
    optical_distortion: float = Field(
        0,
        ge=0,
        le=0.3,
        description="How strongly crops bulge or shrink in the middle, as by a simple lens.",
        json_schema_extra=about("Lens bulge", zero="off"),
    )
    color_jitter: float = Field(
        0.3,
        ge=0,
        le=1,
        description="How strongly brightness, contrast and colour vary at random; 0: not at all.",
        json_schema_extra=about("Colour variation", zero="off"),
    )
    gamma: float = Field(
        0,
        ge=0,
        le=1,
        description="How strongly the middle tones are lightened or darkened.",
        json_schema_extra=about("Middle tones", zero="off"),
    )
    hue: float = Field(
        0,
        ge=0,
        le=180,
        description="Largest angle on the colour wheel by which colours move; 180: any colour.",
        json_schema_extra=about("Hue", unit="°", zero="off"),
    )
    grey: float = Field(
        0,
        ge=0,
        le=1,
        description="Share of crops that lose all their colour.",
        json_schema_extra=about("Black and white", zero="off"),
    )
    blur: float = Field(
        0,
        ge=0,
        le=10,
        description="Largest blur of a crop, at the working size.",
        json_schema_extra=about("Blur", unit="px", zero="off"),
    )
    noise: float = Field(
        0,
        ge=0,
        le=64,
        description="Largest noise of a crop, in levels of 255.",
        json_schema_extra=about("Noise", zero="off"),
    )
    jpeg: float = Field(
        0,
        ge=0,
        le=1,
        description="How strongly crops are spoilt by JPEG compression; 1: down to the worst.",
        json_schema_extra=about("JPEG faults", zero="off"),
    )
    dropout: float = Field(
        0,
        ge=0,
        le=0.5,
        description="Share of a crop that is hidden at most; what is hidden is not learned from.",
        json_schema_extra=about("Hidden patches", zero="off"),
    )

    @model_validator(mode="before")
    @classmethod
    def _start_from_set(cls, values: object) -> object:
        """Take the strengths of the ready set where they are not given one by one."""
        if not isinstance(values, dict):
            return values
        return {**STRENGTHS.get(str(values.get("augmentation")), {}), **values}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Refuse a range whose end lies before its start."""
        if self.scale_min > self.scale_max:
            raise ValueError("scale_min must not be larger than scale_max")
        return self
