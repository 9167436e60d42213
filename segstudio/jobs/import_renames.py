"""What the labels of an export are called in a palette that has other names for them."""

from __future__ import annotations

from collections import Counter

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.palette import IGNORE, Palette, is_background
from segstudio.core.problems import Problem
from segstudio.jobs.import_collecting import Collected
from segstudio.jobs.import_labels import names_by_id


def names_in(palette: Palette, found: Collected) -> dict[str, str]:
    """Return what the palette calls labels that it does not have under the name they bear.

    They are known by pixel value, by colour, or as background, whatever that is called.
    """
    used = (pair.wanted.labels for pair in found.pairs if pair.wanted)
    labels = {*(label.name for label in found.labels), *(name for names in used for name in names)}
    unknown = [name for name in labels if palette.find(name) is None]
    colors = Counter(entry.color.lower() for entry in palette.classes)
    by_color = {e.color.lower(): e.name for e in palette.classes if colors[e.color.lower()] == 1}
    renames = {name: by_color[name] for name in unknown if name in by_color}
    zero = IGNORE_LABEL if palette.background == IGNORE else palette.name_of(palette.background)
    renames |= {name: zero for name in unknown if is_background(name)}
    renames |= dict.fromkeys(_without_class(palette, found), IGNORE_LABEL)
    return renames | names_by_id(found, palette)


def ignored_values(palette: Palette, found: Collected) -> list[Problem]:
    """Tell which pixel values of label images the palette has no class for, so that none counts."""
    first = palette.name_of(palette.background)
    return [
        Problem(
            "warning",
            "palette",
            f"{name} of the label images is not in the palette; its pixels are ignored, neither "
            f'trained nor scored, as what no shape covers would become "{first}"',
        )
        for name in _without_class(palette, found)
    ]


def _without_class(palette: Palette, found: Collected) -> list[str]:
    """Return the unnamed pixel values that would turn into a real class where they are left out."""
    ids = {entry.id for entry in palette.classes} | {None}
    if palette.background == IGNORE or is_background(palette.name_of(palette.background)):
        return []
    unnamed = (label for label in found.labels if label.made_up and label.id not in ids)
    return [label.name for label in unnamed if palette.find(label.name) is None]
