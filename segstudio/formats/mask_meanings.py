"""What the values and colours of masks stand for: decided for a folder, checked for every file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from segstudio.core.annotation import IGNORE_LABEL, Shape
from segstudio.core.colors import hex_color
from segstudio.core.palette import IGNORE
from segstudio.formats.base import LabelName
from segstudio.formats.labelmap import Entry, Legend
from segstudio.formats.mask_pixels import (
    REMEDY,
    Pixels,
    Unusable,
    as_grey,
    color_of,
    is_grey,
    is_smooth,
    palette_color,
)

BACKGROUND = "background"
# What the one class of masks is called that nothing names.
OBJECT = "object"
# So many colours or values that no list names are ignored and told; more refuse the file.
_FEW = 8
_MOST_COLORS = 64
# What lists call the value 255 where it is no class.
_VOID = frozenset(
    {IGNORE_LABEL, "void", "ignore", "ignored", "unlabeled", "unlabelled", "border", "boundary"}
)


@dataclass(frozen=True)
class Meaning:
    """What the masks of a folder hold.

    `object_name` is the class of masks with two values, 0 and `object_value`. `grey` says that
    their colours are grey and stand for values, `by_palette` that the colours of indexed pictures
    count and not their indices, `colors` how many colours a sample without a list has.
    """

    legend: Legend | None = None
    object_name: str = ""
    object_value: int = 0
    grey: bool = False
    by_palette: bool = False
    colors: int = 0


@dataclass
class Understood:
    """A mask as shapes, with the labels that it uses and what had to be told."""

    shapes: tuple[Shape, ...]
    labels: tuple[LabelName, ...]
    warnings: list[str] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def understand(pixels: Pixels, meaning: Meaning) -> Understood:
    """Return a mask's shapes, one per class; Unusable says why there are none."""
    if pixels.colored and meaning.grey:
        if not is_grey(pixels):
            raise Unusable("it has colours, but the other masks are grey", "Leave it out.")
        pixels = as_grey(pixels)
    if not pixels.colored:
        _refuse_wide(pixels)
    if meaning.object_name and not pixels.colored:
        names, labels = _two_values(pixels, meaning)
    elif meaning.legend is not None:
        names, labels = _listed(pixels, meaning, meaning.legend)
    elif pixels.colored:
        names, labels = _by_own_colors(pixels, meaning)
    else:
        names, labels = _by_own_values(pixels)
    warnings = _ignored(pixels, names, meaning)
    ordered = list(dict.fromkeys(names.get(v, IGNORE_LABEL) for v in pixels.values))
    table = np.array([ordered.index(names.get(v, IGNORE_LABEL)) for v in pixels.values], np.int64)
    masks = pixels.runs.masks(table)
    shapes = tuple(Shape(ordered[number], mask) for number, mask in sorted(masks.items()))
    return Understood(shapes, labels, warnings, pixels.notes)


_Names = dict[int, str]


def _refuse_wide(pixels: Pixels) -> None:
    """Refuse values that are no class ids."""
    wide = [v for v in pixels.values if IGNORE < v < 65535]
    if wide:
        raise Unusable(
            f"its pixels have 16 bits and values up to {wide[-1]}, which are no class ids: they "
            "are probably instance ids (class * 1000 + number, as in Cityscapes' instanceIds)",
            "Use the masks of class ids (labelIds), or save id // 1000 as an 8-bit PNG.",
        )


def _two_values(pixels: Pixels, meaning: Meaning) -> tuple[_Names, tuple[LabelName, ...]]:
    """Name background and object."""
    names = {0: BACKGROUND, meaning.object_value: meaning.object_name}
    others = [v for v in pixels.values if v not in names]
    if others:
        raise Unusable(
            f"it has {len(others)} value(s) besides 0 and {meaning.object_value} ({_some(others)})"
            ", which the other masks do not have: smoothed edges, JPEG, or another kind of mask",
            REMEDY,
        )
    # 255 only stands for "here it is", 1 may be a class's own number.
    own = 1 if meaning.object_value == 1 else None
    label = LabelName(meaning.object_name, None, own, made_up=meaning.object_name == OBJECT)
    return names, (LabelName(BACKGROUND, "#000000", 0, made_up=True), label)


def _listed(
    pixels: Pixels, meaning: Meaning, legend: Legend
) -> tuple[_Names, tuple[LabelName, ...]]:
    """Name what a list names."""
    names: _Names = {}
    for value in pixels.values:
        found = _in_list(pixels, meaning, legend, value)
        if found is not None:
            names[value] = found
    used = set(names.values())
    labels = (_label(entry, legend.numbered) for entry in legend.entries)
    return names, tuple(
        label
        for label in labels
        if label is not None and (not legend.standard or label.name in used)
    )


def _in_list(pixels: Pixels, meaning: Meaning, legend: Legend, value: int) -> str | None:
    """Return the name that a list has for a value or colour."""
    color = color_of(value) if pixels.colored else None
    if meaning.by_palette and not pixels.colored:
        color = palette_color(pixels, value)
    if color is not None:
        name = legend.by_color.get(color)
        if name is None and color == (0, 0, 0):
            return BACKGROUND
        return name
    entry = legend.by_value.get(value)
    return entry.name if entry is not None and not is_ignored(entry) else None


def is_ignored(entry: Entry) -> bool:
    """Tell whether a list means that a class is neither trained nor scored."""
    reserved = entry.value == IGNORE and entry.name.casefold() in _VOID
    outside = entry.value is not None and not 0 <= entry.value <= IGNORE
    return reserved or outside or entry.name == IGNORE_LABEL


def _label(entry: Entry, numbered: bool) -> LabelName | None:
    """Return what the palette shall know of a class, None where it is not to be trained."""
    if is_ignored(entry):
        return None
    color = hex_color(entry.color) if entry.color else None
    keeps = numbered and entry.value != IGNORE
    return LabelName(entry.name, color, entry.value if keeps else None)


def _by_own_colors(pixels: Pixels, meaning: Meaning) -> tuple[_Names, tuple[LabelName, ...]]:
    """Make every colour a class, black the background, where they are few and exact."""
    count = max(len(pixels.values), meaning.colors)
    rare = sum(int(c) for c in pixels.runs.counts < max(2, pixels.runs.counts.sum() // 5000))
    if count > _MOST_COLORS or (len(pixels.values) > 16 and 2 * rare > len(pixels.values)):
        raise _near_colors(pixels, count, "and no list (labelmap.txt) says what they stand for")
    names = {v: BACKGROUND if v == 0 else hex_color(color_of(v)) for v in pixels.values}
    labels = [LabelName(name, hex_color(color_of(v))) for v, name in names.items()]
    return names, tuple(labels)


def _near_colors(pixels: Pixels, count: int, why: str) -> Unusable:
    """Say that there are too many colours for classes, and where they may come from."""
    known = float(np.sort(pixels.runs.counts)[-16:].sum() / pixels.runs.counts.sum())
    if count > len(pixels.values):
        cause = "single objects may have a colour each, which is no class"
    elif pixels.kind == "JPEG":
        cause = "it is a JPEG, which changes colours"
    elif known > 0.8:
        cause = "its edges were smoothed (anti-aliased)"
    else:
        cause = "it looks like a photo or a smoothed picture"
    whose = "it has" if count <= len(pixels.values) else "the masks together have"
    return Unusable(f"{whose} {count} colours {why}; {cause}", REMEDY)


def _by_own_values(pixels: Pixels) -> tuple[_Names, tuple[LabelName, ...]]:
    """Make every value a class of that id."""
    if is_smooth(pixels):
        raise Unusable(
            f"it has {len(pixels.values)} grey values: a photo, or a mask whose edges were smoothed"
            " (anti-aliased) or that was saved as JPEG",
            REMEDY,
        )
    labels = [value_label(pixels, v) for v in pixels.values if v < IGNORE]
    return {label.id: label.name for label in labels if label.id is not None}, tuple(labels)


def value_label(pixels: Pixels, value: int) -> LabelName:
    """Make a label for a value that nothing names, in the colour that the picture shows it in."""
    color = palette_color(pixels, value)
    grey = color is not None and color[0] == color[1] == color[2]
    shown = None if color is None or (grey and value) else hex_color(color)
    return LabelName(BACKGROUND if value == 0 else f"class {value}", shown, value, made_up=True)


def _ignored(pixels: Pixels, names: Mapping[int, str], meaning: Meaning) -> list[str]:
    """Tell which values or colours no list names; Unusable where they are too many."""
    unknown = [v for v in pixels.values if v not in names and (pixels.colored or v < IGNORE)]
    if not unknown or meaning.legend is None:
        return []
    legend = meaning.legend.file
    what = "colour" if pixels.colored or meaning.by_palette else "value"
    if len(unknown) > _FEW or (pixels.kind == "JPEG" and pixels.colored):
        if pixels.colored:
            raise _near_colors(pixels, len(unknown), f"that are not in {legend}")
        raise Unusable(
            f"it has {len(unknown)} {what}s that are not in {legend} ({_some(unknown)})",
            f"Add them to {legend}, or export the masks again.",
        )
    shown = [_shown(pixels, v, meaning) for v in unknown]
    count = sum(int(pixels.runs.counts[pixels.runs.values == v].sum()) for v in unknown)
    return [
        f"{len(unknown)} {what}(s) are not in {legend} ({', '.join(shown)}): {count:,} pixels are "
        "ignored, neither trained nor scored"
        + ("" if meaning.legend.standard else f"; add a line for them to {legend}")
    ]


def _shown(pixels: Pixels, value: int, meaning: Meaning) -> str:
    """Return a value or colour as text."""
    if pixels.colored:
        return hex_color(color_of(value))
    color = palette_color(pixels, value) if meaning.by_palette else None
    return hex_color(color) if color else str(value)


def _some(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:5])) + (", ..." if len(values) > 5 else "")
