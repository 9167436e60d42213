"""project.json, the file that makes a folder a project."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from segstudio.core.palette import Palette
from segstudio.project.entries import Split, TrainingChoice

MANIFEST = "project.json"


def holds_project(root: Path) -> bool:
    """Tell whether there is a project in a folder; its last good state counts."""
    return (root / MANIFEST).is_file() or (root / f"{MANIFEST}.bak").is_file()


class Manifest(BaseModel):
    """project.json: palette, split, what label images were burnt with, and how to train."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: int = Field(1, alias="schema", ge=1, le=1)
    palette: Palette
    split: Split | None = None
    burnt_with: Palette | None = None
    training: TrainingChoice | None = None
