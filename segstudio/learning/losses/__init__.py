"""The losses that a model can learn by, listed without importing torch.

To add one: write `losses/<name>.py` with a function `build(class_weights) -> Loss`, add one
LossEntry here, and run the tests, whose contract holds for every entry.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LossEntry:
    """A loss: its key, its title and note in words, and where it is built."""

    name: str
    title: str
    note: str
    build: str


LOSSES = (
    LossEntry(
        "cross_entropy",
        "Cross-entropy",
        "Counts every pixel; the usual choice.",
        "segstudio.learning.losses.cross_entropy:build",
    ),
)


def loss_named(name: str) -> LossEntry:
    """Return the entry of that key; KeyError where there is none."""
    return {entry.name: entry for entry in LOSSES}[name]
