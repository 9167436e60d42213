"""What a mean hides: classes that are rare, never found or taken for another, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.presence import presence

RARE_PHOTOS = 3
_SWALLOWED, _HARDLY = 0.5, 0.05


def alerts(names: Sequence[str], photos: Sequence[ConfusionMatrix]) -> tuple[str, ...]:
    """Return what to know before believing the scores of these photos; empty where nothing.

    `names` are the classes in the order of the matrices.
    """
    scored = [photo for photo in photos if photo.counts.any()]
    if not scored:
        return ()
    total = sum(scored, ConfusionMatrix.zeros(len(names)))
    one = _one_class(names, total)
    return (*one, *_rare(names, scored), *(() if one else _lost(names, scored, total)))


def _one_class(names: Sequence[str], total: ConfusionMatrix) -> list[str]:
    """Return the sentence of a model that says the same everywhere."""
    predicted = np.flatnonzero(total.counts.sum(0))
    if len(predicted) != 1 or np.count_nonzero(total.counts.sum(1)) < 2:
        return []
    return [
        f"Every pixel of every photo is taken for {names[predicted[0]]}: the model has not learned "
        "to tell classes apart yet. Train longer, or with a smaller learning rate."
    ]


def _rare(names: Sequence[str], photos: Sequence[ConfusionMatrix]) -> list[str]:
    """Return the sentences of classes that are on too few of these photos to be judged."""
    outlined = [one.outlined for one in presence(photos, len(names))]
    pairs = list(zip(names, outlined, strict=True))
    told = []
    if absent := [name for name, count in pairs if not count]:
        told.append(f"Outlined on none of these photos, so nothing is known of: {_list(absent)}.")
    few = [f"{name} ({_photos(count)})" for name, count in pairs if 0 < count < RARE_PHOTOS]
    if few:
        told.append(f"On too few of these photos for a score to mean much: {_list(few)}.")
    return told


def _lost(
    names: Sequence[str], photos: Sequence[ConfusionMatrix], total: ConfusionMatrix
) -> list[str]:
    """Return the sentences of classes that were never found, made up, or taken for another."""
    told = []
    counts = total.counts
    for index, one in enumerate(presence(photos, len(names))):
        outlined, predicted = int(counts[index].sum()), int(counts[:, index].sum())
        if predicted and not outlined:
            where = _photos(one.extra)
            told.append(f"{names[index]} was predicted on {where}, but is outlined on none.")
        if not outlined:
            continue
        others = counts[index].copy()
        others[index] = 0
        worst = int(others.argmax())
        share = int(others[worst]) / outlined
        taken = f"{share:.0%} of it is taken for {names[worst]}"
        if not predicted:
            told.append(f"{names[index]} was never found, though {_photos(one.outlined)} show it: ")
            told[-1] += f"{taken}."
        elif share > _SWALLOWED or counts[index, index] < _HARDLY * outlined:
            told.append(f"{names[index]} is mostly lost: {taken}.")
    return told


def _list(words: Sequence[str]) -> str:
    return ", ".join(words)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
