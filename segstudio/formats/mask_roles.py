"""Which pictures of a source are masks and which are photos, and how that can be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from segstudio.formats.mask_names import (
    ARRAY_SUFFIXES,
    VARIANTS,
    addition,
    bare,
    variant,
    without_addition,
)
from segstudio.formats.photo_pool import PHOTO_FOLDERS, is_label_folder, label_folder

T = TypeVar("T")

_SAMPLE = 20
_ASIDE = ("segmentationobject", "instance", "visualization", "overlay", "scribble", "color_labels",
          "colormaps")  # fmt: skip

_LOSSLESS = (".png", ".bmp", ".tif", ".tiff", ".gif", ".webp")

# Stands for the suffix where all pictures right in a folder are meant.
_DIRECTLY = "/"

# Tells by its content whether a picture looks like a mask: few exact colours or values.
Looks = Callable[[str], bool]


@dataclass
class Roles:
    """Masks with the reason why each is one; `doubt` says why pictures were not taken for masks.

    `notes` tell what was left aside.
    """

    masks: dict[str, str] = field(default_factory=dict)
    doubt: str = ""
    notes: list[str] = field(default_factory=list)


def spread(members: Sequence[T], count: int) -> list[T]:
    """Return up to `count` members from the whole of a sequence."""
    step = max(1, -(-len(members) // count))
    return list(members[::step])


def masks_by_name(pictures: Sequence[str], home: str) -> Roles:
    """Find masks by their folders and by what their names add to those of photos.

    `home` is the name of the folder that holds all.
    """
    roles = Roles()
    inside = is_label_folder(home) and not any(map(label_folder, pictures))
    stems = {(_folder(p), bare(p)) for p in pictures if label_folder(p) is None}
    added = {
        (_folder(p), addition(p))
        for p in pictures
        if addition(p) and (_folder(p), without_addition(p)) in stems
    }
    for picture in pictures:
        folder = label_folder(picture)
        if _is_aside(picture):
            continue
        if folder is not None:
            roles.masks[picture] = f"a picture in a folder for masks ({folder})"
        elif inside and not _photo_folder(picture):
            roles.masks[picture] = f"a picture in a folder for masks ({home})"
        elif (_folder(picture), addition(picture)) in added:
            roles.masks[picture] = f'named like a photo with "{addition(picture)}" added'
        elif picture.lower().endswith(ARRAY_SUFFIXES) and not _photo_folder(picture):
            roles.masks[picture] = "an array of NumPy"
    return roles


def masks_by_look(pictures: Sequence[str], looks: Looks) -> Roles:
    """Find masks as the side of two parallel folders, or kinds of files, that looks like masks."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for picture in pictures:
        by_stem[without_addition(picture).casefold()].append(picture)
    groups = [group for group in by_stem.values() if len(group) > 1]
    sides: set[tuple[str, str]] = set()
    doubt = ""
    for group in spread(groups, _SAMPLE):
        likely = {picture for picture in group if looks(picture)}
        others = [picture for picture in group if picture not in likely]
        if not likely or not others:
            # Nobody keeps masks as camera files; the same names in several folders are common.
            if any(picture.lower().endswith(_LOSSLESS) for picture in group):
                kind = "masks" if likely else "photos"
                doubt = f"{' and '.join(group[:3])} have one name, and all look like {kind}"
            continue
        for mask in likely:
            sides.add(_side_of(mask, max(others, key=lambda other: _shared_end(other, mask))))
    found = {p: next((s for s in sorted(sides) if _belongs(p, s)), None) for p in pictures}
    if not sides or all(found.values()):
        return Roles(doubt=doubt)
    return Roles(
        {
            p: f"its pixels have few values and {s[0]}*{s[1]} lie beside photos of the same names"
            for p, s in found.items()
            if s is not None
        }
    )


def masks_as_named(pictures: Sequence[str], looks: Looks) -> Roles:
    """Find masks where the user says that there are some."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for picture in pictures:
        if not _photo_folder(picture) and not _is_aside(picture):
            groups[_folder(picture), PurePosixPath(picture).suffix.lower()].append(picture)
    likely = [g for g in groups.values() if any(looks(p) for p in spread(g, 3))]
    masks = {p: "named as a mask by you" for group in likely for p in group}
    doubt = (
        "" if masks else "every picture has many values or colours: photos, JPEG, smoothed edges"
    )
    return Roles(masks, doubt)


def masks_alone(pictures: Sequence[str], looks: Looks, colored: Looks) -> Roles:
    """Find masks where there are no photos: pictures of exact values, as no camera makes them.

    Those that have colours may also be drawings, which is said instead.
    """
    sample = spread([p for p in pictures if not _photo_folder(p)], _SAMPLE)
    if not sample or not all(looks(p) for p in sample):
        return Roles()
    if any(colored(p) for p in sample):
        text = f"{len(pictures)} picture(s) look like masks, but there are no photos beside them"
        return Roles(doubt=text)
    reason = "its pixels have few exact values, as those of all pictures here"
    return Roles({p: reason for p in pictures if not _photo_folder(p) and not _is_aside(p)})


def chosen(roles: Roles, listed: Container[str] = ()) -> Roles:
    """Leave one mask of every photo where names tell that there are several.

    Of `listed` ones the photo is known, whatever they are called.
    """
    kinds = {variant(mask) for mask in roles.masks if mask not in listed}
    first = next((kind for kind in VARIANTS if kind in kinds), "")
    arrays = {p for p in roles.masks if p.lower().endswith(ARRAY_SUFFIXES)}
    pictures = {bare(p).casefold() for p in roles.masks if p not in arrays}
    left: dict[str, list[str]] = defaultdict(list)
    kept: dict[str, str] = {}
    for mask, reason in roles.masks.items():
        kind = variant(mask)
        if mask in listed:
            kept[mask] = reason
        elif kind and kind != first:
            left[kind].append(mask)
        elif mask in arrays and bare(mask).casefold() in pictures:
            left["array"].append(mask)
        else:
            kept[mask] = reason
    notes = list(roles.notes)
    if left:
        count = sum(map(len, left.values()))
        instead = f"; {first} is read" if first else ""
        notes.append(
            f"{count} other version(s) of the masks ({', '.join(sorted(left))}) are left "
            f"aside{instead}"
        )
    doubt = roles.doubt
    if left and not kept:
        doubt = "the masks show single objects (instances) and no classes"
    return Roles(kept, doubt, notes)


def _folder(member: str) -> str:
    return member.rpartition("/")[0]


def _photo_folder(member: str) -> bool:
    return any(part.casefold() in PHOTO_FOLDERS for part in PurePosixPath(member).parent.parts)


def _is_aside(member: str) -> bool:
    """Tell pictures that are made from masks, or show single objects and no classes."""
    parts: Iterable[str] = (part.casefold() for part in PurePosixPath(member).parent.parts)
    return any(word in part for part in parts for word in _ASIDE)


def _shared_end(one: str, other: str) -> int:
    """Count the folders that two paths share, from the inner ones on."""
    pairs = zip(_folder(one).split("/")[::-1], _folder(other).split("/")[::-1], strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), 99)


def _side_of(mask: str, photo: str) -> tuple[str, str]:
    """Return the folder, or the folder and suffix, in which a mask differs from a photo."""
    own, other = mask.split("/"), photo.split("/")
    same = 0
    while same < min(len(own), len(other)) - 1 and own[same] == other[same]:
        same += 1
    start = "".join(f"{part}/" for part in own[:same])
    if len(own) > same + 1:
        return f"{start}{own[same]}/", ""
    return start, PurePosixPath(mask).suffix if len(other) == same + 1 else _DIRECTLY


def _belongs(member: str, side: tuple[str, str]) -> bool:
    start, kind = side
    if kind == _DIRECTLY:
        return _folder(member) == start.rstrip("/")
    return member.startswith(start) and PurePosixPath(member).suffix.endswith(kind)
