"""The values that a project keeps: photos, the split, runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from segstudio.core.splits import Part


class PhotoEntry(BaseModel):
    """One photo of a project.

    `name` is its path relative to the folder it was imported from (POSIX separators), unique in
    the project; `path` where it is, relative to the project where possible; `width` and `height`
    the size of the upright photo in pixels; `digest` the fingerprint of its content.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    path: str
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    annotated: bool
    digest: str


class Split(BaseModel):
    """Which part each annotated photo belongs to, and how that was decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: dict[str, Part]
    method: str
    seed: int | None = None

    def names(self, part: Part) -> tuple[str, ...]:
        """Return the photos of a part, sorted."""
        return tuple(sorted(name for name, own in self.parts.items() if own == part))

    def counts(self) -> dict[Part, int]:
        """Return how many photos each part has."""
        found = Counter(self.parts.values())
        return {"train": found["train"], "val": found["val"], "test": found["test"]}


class RunInfo(BaseModel):
    """One training as its folder tells it; `val_miou` is None without validation photos.

    `purpose` is empty for a training of its own, else what several runs together are for: `fold`
    of a cross-validation, `curve` of a learning curve.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    status: str
    epochs: int
    val_miou: float | None
    model: str
    has_checkpoint: bool
    purpose: str = ""


class TrainingChoice(BaseModel):
    """What a training was last started with, or is meant to be: a preset, and `weights`."""

    model_config = ConfigDict(frozen=True)

    preset: str
    weights: str
