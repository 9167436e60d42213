"""Names of photos and label images: safe on every system, in the target, never two alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from segstudio.core.errors import SegStudioError
from segstudio.photos.reader import PHOTO_SUFFIXES

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
# Most file systems allow 255 bytes; a temporary file's name is a little longer.
_MAX_BYTES = 200
# Systems allow 1024 (macOS) to 4096 bytes for a file's name with all its folders.
_MAX_PATH_BYTES = 800


def stem(name: str) -> str:
    """Return a name without the suffix of a photo; other dots belong to the name."""
    lower = name.lower()
    for suffix in PHOTO_SUFFIXES:
        if lower.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def safe_name(name: str) -> str:
    """Return a photo's name as it may be used for a file, unchanged where it already may.

    Raises SegStudioError for names that are empty, absolute, endless or lead out of their folder.
    """
    parts = name.split("/")
    if all(part.strip() in ("", ".") for part in parts):
        raise SegStudioError("the annotation names no photo")
    if name.startswith("/") or re.match(r"[A-Za-z]:[/\\]", name) or ".." in parts:
        raise SegStudioError(f'the name "{name}" leads out of the target folder and was refused')
    safe = "/".join(_safe_part(part) for part in parts if part not in ("", "."))
    if len(safe.encode("utf-8", "surrogateescape")) > _MAX_PATH_BYTES:
        raise SegStudioError(f'the name "{name[:60]}..." is longer than a file may be called')
    return safe


def label_name(photo: str) -> str:
    """Return the name of a photo's label image: its extension replaced by .png."""
    return f"{stem(photo)}.png"


def file_key(name: str) -> str:
    """Return what two names share that are one file on some systems: case and composed accents."""
    return unicodedata.normalize("NFC", name).casefold()


class DistinctNames:
    """Gives out names such that no two label images fall on one path on any system."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {file_key(label_name(name)) for name in taken}
        self._tried: dict[str, int] = {}

    def choose(self, name: str) -> str:
        """Return `name` where it is free, else one like `a-png.png` for `a.png` beside `a.jpg`."""
        base, suffix = stem(name), name[len(stem(name)) :]
        chosen, number = name, self._tried.get(name, 1)
        while file_key(label_name(chosen)) in self._taken:
            counter = "" if number == 1 else f"-{number}"
            chosen, number = f"{base}-{suffix.lstrip('.') or 'x'}{counter}{suffix}", number + 1
        self._tried[name] = number
        self._taken.add(file_key(label_name(chosen)))
        return chosen


def _safe_part(part: str) -> str:
    """Make one folder or file name usable everywhere."""
    safe = _FORBIDDEN.sub("_", part)
    if safe.endswith((" ", ".")):
        safe = f"{safe[:-1]}_"
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    if stem(safe).startswith(".") and stem(safe).lower() in (".jpg", ".jpeg", ".png"):
        safe = f"_{safe}"
    if len(safe.encode("utf-8", "surrogateescape")) > _MAX_BYTES:
        digest = hashlib.sha256(safe.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        suffix = safe[len(stem(safe)) :]
        short = safe.encode("utf-8", "ignore")[: _MAX_BYTES - 20].decode("utf-8", "ignore")
        safe = f"{short}-{digest}{suffix}"
    return safe
