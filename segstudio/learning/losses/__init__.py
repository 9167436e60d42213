"""The losses that a model can learn by, listed without importing torch.

To add one: write `losses/<name>.py` with a function `build(config, class_weights) -> Loss`, add one
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
    LossEntry(
        "focal",
        "Focal",
        "Counts pixels that are hard to tell more than easy ones.",
        "segstudio.learning.losses.focal:build",
    ),
    LossEntry(
        "dice",
        "Dice",
        "Counts how far shapes overlap, small classes as much as large ones.",
        "segstudio.learning.losses.overlap:build_dice",
    ),
    LossEntry(
        "log_dice",
        "Log-Dice",
        "As Dice, and harder on classes that are hardly found.",
        "segstudio.learning.losses.overlap:build_log_dice",
    ),
    LossEntry(
        "tversky",
        "Tversky",
        "As Dice, with a choice whether too much or too little is worse.",
        "segstudio.learning.losses.overlap:build_tversky",
    ),
    LossEntry(
        "jaccard",
        "Jaccard (IoU)",
        "As Dice, by the score that checking uses.",
        "segstudio.learning.losses.overlap:build_jaccard",
    ),
)


@dataclass(frozen=True, slots=True)
class Term:
    """One loss of a weighted sum; `share` is above 0."""

    share: float
    name: str


def loss_named(name: str) -> LossEntry:
    """Return the entry of that key; KeyError where there is none."""
    return {entry.name: entry for entry in LOSSES}[name]


def loss_terms(text: str) -> tuple[Term, ...]:
    """Take a sum such as `focal+dice` or `1*cross_entropy+0.5*dice` apart.

    Raises ValueError where a share is no number above 0 or a loss stands in it twice; whether the
    names are known is not looked at.
    """
    terms = tuple(_term(part.strip()) for part in text.split("+"))
    names = [term.name for term in terms]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'"{twice}" stands in the sum twice; give it one share')
    return terms


def _term(part: str) -> Term:
    share, star, name = part.rpartition("*")
    try:
        number = float(share) if star else 1.0
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError(f'"{share.strip()}" is not a share of a loss; write a number above 0')
    return Term(number, name.strip())
