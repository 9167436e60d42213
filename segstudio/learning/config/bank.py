"""Whether and how features of a frozen backbone are stored instead of being computed each time."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from segstudio.learning.config.fields import Settings, about, one_of

FEATURE_BANK = {
    "auto": "Where it can be used",
    "on": "Always; refuse what does not allow it",
    "off": "Never: compute them anew in every step",
}


class BankSettings(Settings):
    """The store of features: how much goes in and how much disk it may take."""

    title = "Stored features"

    feature_bank: Annotated[str, AfterValidator(one_of(FEATURE_BANK))] = Field(
        "auto",
        description="A part that does not learn answers alike each time; its answers are stored, "
        "which makes training many times quicker.",
        json_schema_extra=about("Stored features", choices=FEATURE_BANK),
    )
    bank_views: int = Field(
        4,
        ge=1,
        le=64,
        description="Random variations stored of every training photo, all of them from the middle "
        "of the run on. More vary more and take longer.",
        json_schema_extra=about("Stored variations", unit="per photo"),
    )
    bank_rank: int = Field(
        128,
        ge=0,
        le=2048,
        description="Numbers stored per place of a photo, the strongest combinations of what the "
        "backbone gives; 0: all that it gives.",
        json_schema_extra=about("Stored channels"),
    )
    bank_limit: float = Field(
        4.0,
        gt=0,
        le=10_000,
        description="Most disk space for stored features; the longest unused ones make room.",
        json_schema_extra=about("Disk for stored features", unit="GB"),
    )
