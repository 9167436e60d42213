"""How evenly a split deals photos and pixels, and which photos kept aside it makes too easy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segstudio.core.palette import Palette
from segstudio.core.splits import PARTS, Amounts, Part
from segstudio.photos.bursts import Leak, find_leaks
from segstudio.photos.marks import PhotoMark


@dataclass(frozen=True, slots=True)
class Balance:
    """Photos per part; of each class, by name, its photos and its pixels in each part.

    `leaks` are the photos kept aside that look almost like one that trains.
    """

    photos: dict[Part, int]
    classes: dict[str, dict[Part, int]]
    pixels: dict[str, dict[Part, int]]
    leaks: tuple[Leak, ...] = ()

    def share(self, class_name: str, part: Part) -> float | None:
        """Return which share of a class's pixels a part holds, 0..1; None where it has none."""
        own = self.pixels[class_name]
        total = sum(own.values())
        return own[part] / total if total else None

    def as_json(self) -> dict[str, Any]:
        """Return the object of `--json`: counts, and shares of the pixels, null without any."""
        shares = {name: {part: self.share(name, part) for part in PARTS} for name in self.classes}
        return {
            "photos": self.photos,
            "classes": self.classes,
            "shares": shares,
            "leaks": [asdict(leak) for leak in self.leaks],
        }


def balance_of(
    parts: Mapping[str, Part], pixels: Amounts, marks: Mapping[str, PhotoMark], palette: Palette
) -> Balance:
    """Count what each part holds; photos in no part, and what no class has, are left out."""
    photos: Counter[tuple[int, Part]] = Counter()
    counts: Counter[tuple[int, Part]] = Counter()
    dealt = [(name, part) for name, part in parts.items() if name in pixels]
    for name, part in dealt:
        for class_id, count in pixels[name].items():
            photos[class_id, part] += count > 0
            counts[class_id, part] += count
    sizes = Counter(part for _, part in dealt)
    return Balance(
        {part: sizes[part] for part in PARTS},
        {e.name: {part: photos[e.id, part] for part in PARTS} for e in palette.trained},
        {e.name: {part: counts[e.id, part] for part in PARTS} for e in palette.trained},
        find_leaks(marks, parts),
    )
