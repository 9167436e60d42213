"""How photos are dealt out, brought to size and cut into crops."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from segstudio.learning.config.fields import Settings, about, one_of

SPLITS = {
    "given": "Folders train, val, test; else classes evenly",
    "presence": "Every class evenly",
    "pixels": "Pixels of classes evenly",
    "random": "By chance",
}


class DataSettings(Settings):
    """Split, sizes and crops."""

    title = "Photos and crops"

    working_size: int = Field(
        480,
        ge=32,
        le=8192,
        description="Longest side that photos are brought to; smaller photos stay as they are. "
        "Larger sees finer things and takes longer.",
        json_schema_extra=about("Working size", unit="px", basic=True),
    )
    crop_size: int = Field(
        192,
        ge=32,
        le=4096,
        description="Side of the square crops that are learned from.",
        json_schema_extra=about("Crop size", unit="px"),
    )
    crops_per_photo: int = Field(
        4,
        ge=1,
        le=1000,
        description="Random crops taken from every training photo in each epoch.",
        json_schema_extra=about("Crops per photo"),
    )
    split: Annotated[str, AfterValidator(one_of(SPLITS))] = Field(
        "given",
        description="How photos are dealt into training and validation while the project has "
        "no split; once made it stays.",
        json_schema_extra=about("Split", choices=SPLITS),
    )
    keep_bursts: bool = Field(
        True,
        description="Whether photos that show nearly the same (a burst, frames of a video) are "
        "dealt as one when the split is made; apart, they make the score look too good.",
        json_schema_extra=about("Keep bursts together"),
    )
