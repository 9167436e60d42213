"""A source of masks as a whole: which files are masks, of which photos, and what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.labelmap import LEGEND_FILES, Legend, is_legend, legend_rank, read_legend
from segstudio.formats.mask_arrays import read_mask_array
from segstudio.formats.mask_deciding import Sample, decide
from segstudio.formats.mask_lists import Listing, read_lists
from segstudio.formats.mask_meanings import Meaning
from segstudio.formats.mask_names import (
    ARRAY_SUFFIXES,
    addition,
    bare,
    is_mask_suffix,
    photo_path,
    without_addition,
)
from segstudio.formats.mask_pictures import MaskPicture, read_mask_picture
from segstudio.formats.mask_pixels import Pixels, Unusable, is_smooth, pixels_of
from segstudio.formats.mask_roles import (
    Roles,
    chosen,
    masks_alone,
    masks_as_named,
    masks_by_look,
    masks_by_name,
    spread,
)
from segstudio.formats.photo_pool import PHOTO_FOLDERS, is_label_folder
from segstudio.formats.source import Source
from segstudio.formats.split_parts import subset_of

_SAMPLE, _LARGE_SAMPLE = 20, 200
_FEW_COLORS = 64
# Values that leave open whether 255 or 1 is a class, an object or ignored.
_DOUBTFUL = (frozenset({0, 255}), frozenset({0, 1}))
_BESIDE = ("", "../")


@dataclass(frozen=True, slots=True)
class MaskFile:
    """One mask: its photo (a path without suffix), its part of a split, and what it holds."""

    photo: str
    subset: str
    meaning: Meaning
    reason: str


@dataclass(frozen=True, slots=True)
class MaskSet:
    """All masks of a source; `doubt` says why pictures are not taken, and `doubted` is one."""

    files: Mapping[str, MaskFile] = field(default_factory=dict)
    doubt: str = ""
    doubted: str = ""


def mask_set(source: Source) -> MaskSet:
    """Find the masks of a source where names or contents tell them; tells it what is notable."""
    return _analysed(source, named=False)


def named_mask_set(source: Source) -> MaskSet:
    """Find the masks of a source that the user says holds some."""
    known = source.once(mask_set)
    return known if known.files else _analysed(source, named=True)


def load_mask(source: Source, file: str) -> MaskPicture:
    """Decode a mask; SegStudioError where it cannot be."""
    data, shown = source.read(file), source.shown(file)
    if file.lower().endswith(ARRAY_SUFFIXES):
        return read_mask_array(data, shown)
    return read_mask_picture(data, shown)


def _analysed(source: Source, named: bool) -> MaskSet:
    """Decide what every picture of a source is, and what the masks among them hold."""
    pictures = [file for file in source.files() if source.single_file or is_mask_suffix(file)]
    if not pictures:
        return MaskSet()
    listing = read_lists(source, pictures)
    roles = chosen(_roles(source, pictures, listing, named), listing.pairs)
    if not roles.masks:
        return MaskSet({}, roles.doubt, pictures[0])
    photos = frozenset(p for p in pictures if p not in roles.masks)
    groups: dict[str, list[str]] = defaultdict(list)
    legends = _legends(source)
    for mask in roles.masks:
        groups[_nearest(mask, legends)].append(mask)
    files: dict[str, MaskFile] = {}
    told = [Problem("info", source.path.name, note) for note in roles.notes] + listing.problems
    stems = frozenset(bare(photo).casefold() for photo in photos)
    for place, masks in groups.items():
        legend = legends.get(place)
        samples = _samples(source, masks)
        meaning, notes = decide(samples, legend, _object_name(masks, photos))
        told += legend.problems if legend else ()
        told += [Problem("info", str(PurePosixPath(masks[0]).parent), note) for note in notes]
        for mask in masks:
            photo = listing.pairs.get(mask) or photo_path(mask, _photo_name(mask, stems))
            subset = subset_of(mask) or listing.part(photo)
            files[mask] = MaskFile(photo, subset, meaning, roles.masks[mask])
    source.problems += tuple(told)
    return MaskSet(dict(sorted(files.items())))


def _roles(source: Source, pictures: Sequence[str], listing: Listing, named: bool) -> Roles:
    """Tell masks from photos by lists, by names, by content, by what the user says."""

    def looks(file: str) -> bool:
        return _looks_like_mask(source, file)

    if source.single_file:
        return _single(source, pictures[0], named)
    home = source.path.resolve().name if source.local_path("") else source.path.stem
    roles = masks_by_name(pictures, home)
    paired = dict.fromkeys(listing.pairs, "a list names it beside its photo")
    roles.masks = {p: r for p, r in {**roles.masks, **paired}.items() if p not in _photos(listing)}
    if not roles.masks:
        roles = masks_by_look(pictures, looks)
    if not roles.masks and named:
        roles = masks_as_named(pictures, looks)
    if not roles.masks and not roles.doubt:
        listed = bool(_legends(source))
        roles = masks_alone(pictures, looks, lambda p: not listed and _is_colored(source, p))
    return roles


def _photos(listing: Listing) -> frozenset[str]:
    return frozenset(listing.pairs.values()) - frozenset(listing.pairs)


def _single(source: Source, file: str, named: bool) -> Roles:
    """Tell whether the one file that the user named is a mask."""
    if named:
        return Roles({file: "named as a mask by you"})
    if not is_mask_suffix(file):
        return Roles()
    if is_label_folder(source.path.resolve().parent.name) or addition(file):
        return Roles({file: "a picture that is named like a mask"})
    if _looks_like_mask(source, file):
        return Roles({file: "a picture of few exact values or colours"})
    return Roles(doubt="it looks like a photo")


def _looks_like_mask(source: Source, file: str) -> bool:
    """Tell by its content whether a picture has as few values or colours as a mask."""
    try:
        if source.read(file)[:2] == b"\xff\xd8":
            return False
        pixels = pixels_of(load_mask(source, file))
    except (SegStudioError, Unusable):
        return False
    return len(pixels.values) <= _FEW_COLORS and (pixels.colored or not is_smooth(pixels))


def _is_colored(source: Source, file: str) -> bool:
    """Tell whether a picture that looks like a mask has colours, not values."""
    return pixels_of(load_mask(source, file)).colored


def _samples(source: Source, masks: Sequence[str]) -> list[Sample]:
    """Decode some masks of a folder; those that cannot be are told when they are read."""
    some = spread(masks, _SAMPLE)
    samples = [sample for mask in some if (sample := _sample(source, mask)) is not None]
    seen = {value for _, pixels in samples if not pixels.colored for value in pixels.values}
    grey = {v & 255 for _, pixels in samples if pixels.colored for v in pixels.values}
    if len(masks) > _SAMPLE and any(
        values <= kind for values in (seen, grey) for kind in _DOUBTFUL
    ):
        more = [mask for mask in spread(masks, _LARGE_SAMPLE) if mask not in some]
        samples += [sample for mask in more if (sample := _sample(source, mask)) is not None]
    return samples


def _sample(source: Source, mask: str) -> Sample | None:
    try:
        pixels: Pixels = pixels_of(load_mask(source, mask))
    except (SegStudioError, Unusable):
        return None
    return mask, pixels


def _legends(source: Source) -> dict[str, Legend]:
    """Return the lists of classes by the folder that they are for, "" for the top."""
    found: dict[str, Legend] = {}
    names = [file for file in source.files() if is_legend(file)] or _legends_beside(source)
    for name in sorted(names, key=legend_rank):
        folder = "" if name.startswith("../") else str(PurePosixPath(name).parent).removeprefix(".")
        if folder in found:
            continue
        try:
            legend = read_legend(source.read(name), source.shown(name))
        except SegStudioError:
            continue
        if legend is not None and (legend.entries or legend.problems):
            found[folder] = legend
    return found


def _legends_beside(source: Source) -> list[str]:
    """Return lists outside a source: masks are often opened without the folder above them."""
    root = source.local_path("")
    if root is None or not (source.single_file or is_label_folder(source.path.resolve().name)):
        return []
    names = [f"{up}{name}" for up in _BESIDE for name in LEGEND_FILES]
    return [name for name in names if (root / name).is_file()]


def _nearest(mask: str, legends: Mapping[str, Legend]) -> str:
    """Return the folder whose list counts for a mask: the nearest above it, or the only one."""
    folders = [str(folder) for folder in PurePosixPath(mask).parents]
    above = ("" if folder == "." else folder for folder in folders)
    return next((f for f in above if f in legends), next(iter(legends), ""))


def _photo_name(mask: str, stems: frozenset[str]) -> str:
    """Return the name of a mask's photo; what it adds may also be part of the photo's own name."""
    return bare(mask) if bare(mask).casefold() in stems else without_addition(mask)


def _object_name(masks: Sequence[str], photos: frozenset[str]) -> str:
    """Return what masks of two values show: their folder's name where that is a class."""
    folders = {PurePosixPath(mask).parent for mask in masks}
    last = folders.pop().parts if len(folders) == 1 else ()
    above = {part.casefold() for photo in photos for part in PurePosixPath(photo).parent.parts}
    own = last[-1] if len(last) > 1 else ""
    usual = is_label_folder(own) or subset_of(f"{own}/x") or own.casefold() in PHOTO_FOLDERS | above
    return own if own and not usual and any(map(is_label_folder, last)) else "object"
