"""What exports call the parts of a split: train, val and test in their usual spellings."""

from __future__ import annotations

from pathlib import PurePosixPath

from segstudio.core.splits import Part

_PARTS: dict[str, Part] = {
    "train": "train", "training": "train", "trainannot": "train",
    "val": "val", "valid": "val", "validation": "val", "valannot": "val",
    "test": "test", "testing": "test", "testannot": "test",
}  # fmt: skip
# CVAT's subset of the photos that were put into none.
_NO_PART = "default"


def part_named(text: str) -> Part | None:
    """Return the part of a split that a word stands for, None where it is none."""
    return _PARTS.get(text.strip().casefold())


def subset_of(name: str) -> Part | None:
    """Return the part of a split that a path states, None where it states none."""
    parts = map(part_named, PurePosixPath(name).parent.parts)
    return next((part for part in parts if part is not None), None)


def subset_named(subset: str) -> str:
    """Return what a subset is called here: a part, "" for none, else its own name."""
    name = subset.strip().lower()
    return "" if name == _NO_PART else part_named(name) or name
