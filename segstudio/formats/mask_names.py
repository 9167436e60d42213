"""What the name of a mask says: which photo it is of, and which variant of its masks."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from segstudio.formats.photo_pool import is_label_folder
from segstudio.photos.names import stem
from segstudio.photos.reader import is_photo

ARRAY_SUFFIXES = (".npy", ".npz")

# What tools and people put behind, or before, a photo's name to call its mask.
_BEHIND = re.compile(
    r"(?i:[_\-. ](?:gt(?:fine|coarse)_)?(?P<word>labeltrainids|labelids|instancetrainids|"
    r"instanceids|train_id|train_color|color|masks?|labels?|segmentation|seg|gt|annotation|anno|"
    r"groundtruth))$|_L$"
)
_BEFORE = re.compile(r"^(?:mask|label|seg|gt)[_\-]", re.IGNORECASE)
# Of several masks of a photo that differ in these words, the first kind there is is read.
VARIANTS = ("labeltrainids", "train_id", "labelids", "", "color", "train_color")
LEFT_ASIDE = ("instanceids", "instancetrainids")


def is_mask_suffix(file: str) -> bool:
    """Tell by its suffix whether a file may hold a mask."""
    return is_photo(file) or file.lower().endswith(ARRAY_SUFFIXES)


def bare(name: str) -> str:
    """Return a file's name without folders and without the suffix of a picture or an array."""
    last = name.rsplit("/", 1)[-1]
    if last.lower().endswith(ARRAY_SUFFIXES):
        return last[:-4]
    return stem(last)


def addition(name: str) -> str:
    """Return what a mask's name has more than its photo's ("_mask"), "" where it has nothing."""
    base = bare(name)
    behind, before = _BEHIND.search(base), _BEFORE.match(base)
    if behind and behind.start() > 0:
        return behind[0]
    return before[0] if before and before.end() < len(base) else ""


def without_addition(name: str) -> str:
    """Return the name of a mask's photo, without folders and suffix."""
    base, more = bare(name), addition(name)
    if not more:
        return base
    return base[: -len(more)] if base.endswith(more) else base[len(more) :]


def variant(name: str) -> str:
    """Return which of a photo's masks this is where names tell ("labelids"), else ""."""
    found = _BEHIND.search(bare(name))
    word = (found["word"] or "").casefold() if found else ""
    return word if word in VARIANTS or word in LEFT_ASIDE else ""


def photo_path(name: str, photo: str) -> str:
    """Return where the photo called `photo` of a mask is looked for, without folders of masks."""
    kept = []
    for part in PurePosixPath(name).parent.parts:
        if not is_label_folder(part):
            kept.append(part)
        elif part.casefold().endswith("annot") and len(part) > len("annot"):
            kept.append(part[: -len("annot")])
    return "/".join((*kept, photo))
