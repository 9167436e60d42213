"""Which pixel values become which when a palette changes, told from names and order alone."""

from __future__ import annotations

from collections.abc import Collection

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.palette import Palette


def paints_alike(before: Palette, after: Palette) -> bool:
    """True where no photo can look different in its label image; colours do not count."""
    return _painting(before) == _painting(after)


def relabelled(before: Palette, after: Palette, labels: Collection[str]) -> dict[int, int] | None:
    """Return pixel value before -> after for a photo with shapes of these labels.

    None where that depends on the place: shapes lie over each other in another order or come and
    go, or pixels of one value get several.
    """
    if _layers(before, labels) != _layers(after, labels):
        return None
    pairs = {before.background_id: after.background_id}
    for label in labels:
        old, new = before.painted(label), after.painted(label)
        if old is None or new is None:
            continue
        if pairs.setdefault(old, new) != new:
            return None
    return pairs


def _layers(palette: Palette, labels: Collection[str]) -> object:
    """Return what decides which of the shapes lies on top; equal where the same ones do."""
    orders = {label: own.paint_order for label in labels if (own := palette.find(label))}
    if IGNORE_LABEL in labels and IGNORE_LABEL not in orders:
        # Where regions to ignore lie depends on all classes, also on those without a shape.
        return orders.keys(), {own.id: own.paint_order for own in palette.classes}
    ranks = {order: rank for rank, order in enumerate(sorted(set(orders.values())))}
    return {label: ranks[order] for label, order in orders.items()}


def _painting(palette: Palette) -> object:
    names = {
        name: (entry.painted_id, entry.paint_order)
        for entry in palette.classes
        for name in (entry.name, *entry.aliases)
    }
    return names, palette.background_id
