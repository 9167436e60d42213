"""Deciding from a sample what the masks of a folder hold."""

from __future__ import annotations

from collections.abc import Sequence

from segstudio.core.class_lines import Color
from segstudio.core.palette import IGNORE
from segstudio.formats.labelmap import Legend
from segstudio.formats.mask_meanings import BACKGROUND, Meaning, is_ignored
from segstudio.formats.mask_names import variant
from segstudio.formats.mask_pixels import Pixels, as_grey, color_of, is_grey, palette_color
from segstudio.formats.mask_standards import CITYSCAPES_IDS, CITYSCAPES_TRAIN_IDS, VOC

Sample = tuple[str, Pixels]

_STANDARDS = {
    "labeltrainids": CITYSCAPES_TRAIN_IDS,
    "train_id": CITYSCAPES_TRAIN_IDS,
    "train_color": CITYSCAPES_TRAIN_IDS,
    "labelids": CITYSCAPES_IDS,
}
# Ids are small numbers; a lowest value like this was chosen for the eye.
_SPREAD = 32
_WHITE: Color = (255, 255, 255)
_BLACK: Color = (0, 0, 0)


def decide(
    samples: Sequence[Sample], legend: Legend | None, object_name: str
) -> tuple[Meaning, list[str]]:
    """Return what masks hold, judged by a sample, and what of it the user should know."""
    colored = [pixels for _, pixels in samples if pixels.colored]
    grey = bool(colored) and all(map(is_grey, colored)) and not _known(colored, legend)
    single = [pixels for _, pixels in samples if not pixels.colored]
    if grey:
        single, colored = [*single, *map(as_grey, colored)], []
    if legend is None or not legend.entries:
        legend = _standard(samples, single, colored)
    found = frozenset(v for pixels in single for v in pixels.values if v <= IGNORE)
    if (value := _object_value(single, found, legend)) is not None:
        name = _only_class(legend) or object_name
        meaning = Meaning(legend, name, value, grey=grey)
        return meaning, [f'the masks hold 0 and {value}: {value} is the class "{name}"']
    notes: list[str] = []
    by_palette = legend is not None and _palette_counts(single, legend, notes)
    distinct = {v for pixels in colored for v in pixels.values} if legend is None else ()
    meaning = Meaning(legend, grey=grey, by_palette=by_palette, colors=len(distinct))
    if legend is not None and legend.standard:
        notes.append(f"the names are those of {legend.file}; other names can be given to them")
    if found and not by_palette:
        notes.append(f"what the pixel values stand for: {_table(found, legend)}")
    if legend is None and IGNORE in found and min(found - {0}) >= _SPREAD:
        notes.append(
            "the values look like greys to be seen; if 255 is a class, put a table classes.csv "
            "with the columns id and name beside the masks, and a row for 255"
        )
    return meaning, notes


def _known(colored: Sequence[Pixels], legend: Legend | None) -> bool:
    """Tell whether a list has the colours of all pictures, black aside."""
    if legend is None or not legend.by_color:
        return False
    colors = {color_of(v) for pixels in colored for v in pixels.values} - {_BLACK}
    return bool(colors) and colors <= legend.by_color.keys()


def _standard(
    samples: Sequence[Sample], single: Sequence[Pixels], colored: Sequence[Pixels]
) -> Legend | None:
    """Return the well-known list that masks without one go by, None for others."""
    kinds = {variant(mask) for mask, _ in samples}
    if len(kinds) == 1 and (kind := kinds.pop()) in _STANDARDS:
        return _STANDARDS[kind]
    names = " ".join(mask.casefold() for mask, _ in samples)
    if colored and "_gtfine_color" in names:
        return CITYSCAPES_IDS
    indexed = [pixels for pixels in single if pixels.palette is not None]
    if indexed and len(indexed) == len(samples) and all(map(_is_voc, indexed)):
        return VOC
    if "segmentationclass" in names and colored and _known(colored, VOC):
        return VOC
    return None


def _is_voc(pixels: Pixels) -> bool:
    """Tell whether an indexed picture uses Pascal VOC's colours and classes."""
    classes = {e.value: e.color for e in VOC.entries if e.value is not None}
    same = all(palette_color(pixels, v) == c for v, c in classes.items() if v < IGNORE)
    return same and all(value in classes for value in pixels.values)


def _object_value(
    single: Sequence[Pixels], found: frozenset[int], legend: Legend | None
) -> int | None:
    """Return the value of the one object where masks hold nothing else, None for other masks."""
    if legend is not None and _only_class(legend) is None:
        return None
    if IGNORE in found and found <= {0, IGNORE}:
        white = all(palette_color(p, IGNORE) in (None, _WHITE) for p in single)
        return IGNORE if white else None
    return 1 if legend is None and 1 in found and found <= {0, 1} else None


def _only_class(legend: Legend | None) -> str | None:
    """Return the name of a list's only class besides the background, None for other lists."""
    if legend is None:
        return None
    names = {entry.name for entry in legend.entries if entry.name.casefold() != BACKGROUND}
    return names.pop() if len(names) == 1 else None


def _palette_counts(single: Sequence[Pixels], legend: Legend, notes: list[str]) -> bool:
    """Tell whether the colours of indexed pictures are those of the list, which then count."""
    indexed = [pixels for pixels in single if pixels.palette is not None]
    if not indexed or not legend.by_color or len(indexed) < len(single):
        return False
    used = {(v, palette_color(p, v)) for p in indexed for v in p.values if v != IGNORE}
    stated = {value: entry.color for value, entry in legend.by_value.items()}
    if legend.numbered or all(stated.get(value) == color for value, color in used):
        return False
    named = {(v, legend.by_color.get(color)) for v, color in used if color is not None}
    known = all(name is not None for _, name in named) and len(named) == len(used)
    if known:
        notes.append(
            f"the colours of the masks are those of {legend.file}, but their values are not its "
            "positions: the colours count"
        )
    else:
        notes.append(
            f"the colours of the masks are not those of {legend.file}: their values count, as "
            "positions in it from 0"
        )
    return known


def _table(found: frozenset[int], legend: Legend | None) -> str:
    """Say which value stands for which class."""
    said = []
    for value in sorted(found):
        if legend is None:
            unnamed = f"class {value}" if value else f"{BACKGROUND} (rename it if it is a class)"
            said.append(f"{value} = {'ignored' if value == IGNORE else unnamed}")
        else:
            entry = legend.by_value.get(value)
            named = entry is not None and not is_ignored(entry)
            said.append(f"{value} = {entry.name if entry and named else 'ignored'}")
    return ", ".join(said[:40]) + (", ..." if len(said) > 40 else "")
