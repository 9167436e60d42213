"""The job behind the Explore page: what the photos' label images hold, and which need a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.events import PhotoExplored, PhotoState, Reporter
from segstudio.core.palette import IGNORE, Palette
from segstudio.jobs.burn import burn
from segstudio.jobs.label_counts import LabelCount, count_labels
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import Project

# Where less of a photo is outlined, a stray click was likely taken for an outline.
THIN = 0.001


@dataclass(frozen=True, slots=True)
class Explored:
    """What a look at the project in `root` brought; not complete where it was stopped."""

    root: Path
    photos: tuple[PhotoExplored, ...]
    complete: bool


class Totals:
    """Pixels and photos of every class, added up photo by photo."""

    def __init__(self) -> None:
        self._pixels: Counter[int] = Counter()
        self._photos: Counter[int] = Counter()
        self.counted = 0

    def add(self, photo: PhotoExplored) -> None:
        """Count one more photo; one without outlines or label image adds nothing."""
        if photo.pixels:
            self.counted += 1
            for class_id, pixels in photo.pixels.items():
                self._pixels[class_id] += pixels
                self._photos[class_id] += pixels > 0

    def share(self, class_id: int) -> float:
        """Return a class's share of all pixels that are not ignored, 0..1."""
        known = self._pixels.total() - self._pixels[IGNORE]
        return self._pixels[class_id] / known if known else 0.0

    def photos(self, class_id: int) -> int:
        """Return how many photos show a class."""
        return self._photos[class_id]

    @property
    def ignored(self) -> float:
        """The share of all pixels that are ignored, 0..1."""
        total = self._pixels.total()
        return self._pixels[IGNORE] / total if total else 0.0


def run(project: Project, report: Reporter) -> Explored:
    """Bring the label images up to date and look at each photo, told as a PhotoExplored event.

    Label images that did not change since the last look are not read again.
    """
    palette = project.palette
    photos: list[PhotoExplored] = []
    if burn(project, report):
        for entry, count in count_labels(project, project.photos, report):
            photos.append(judge(entry, count, palette))
            report(photos[-1])
    return Explored(project.root, tuple(photos), len(photos) == len(project.photos))


def judge(entry: PhotoEntry, count: LabelCount, palette: Palette) -> PhotoExplored:
    """Say how a photo's labels look under a palette; the gravest thing is told."""
    pixels = count.pixels or {}
    state, words = _judged(entry, count, palette)
    return PhotoExplored(entry.name, pixels, state, words)


def share_of(pixels: Mapping[int, int], class_id: int) -> float:
    """Return a class's share of one photo's pixels that are not ignored, 0..1."""
    known = sum(pixels.values()) - pixels.get(IGNORE, 0)
    return pixels.get(class_id, 0) / known if known else 0.0


def outlined_share(pixels: Mapping[int, int], background: int) -> float:
    """Return the share of one photo that is neither background nor ignored, 0..1."""
    total = sum(pixels.values())
    left_out = sum(pixels.get(i, 0) for i in {background, IGNORE})
    return (total - left_out) / total if total else 0.0


def _judged(entry: PhotoEntry, count: LabelCount, palette: Palette) -> tuple[PhotoState, str]:
    if count.lost:
        return "lost", "The photo was not found where it was. Put it back, or import it again."
    if not entry.annotated:
        return "bare", "Nothing is outlined on this photo yet."
    pixels = count.pixels
    if pixels is None:
        return "damaged", "Its label image cannot be made or read. Import its outlines again."
    total = sum(pixels.values())
    if total != entry.width * entry.height:
        return "odd", "Its label image has another size than the photo. Import its outlines again."
    classes = {known.id for known in palette.trained} | {IGNORE}
    unknown = sorted(set(pixels) - classes)
    if unknown:
        numbers = ", ".join(str(i) for i in unknown[:4])
        return "odd", f"Its label image holds numbers that no class has: {numbers}."
    return _thinness(pixels, palette.background_id)


def _thinness(pixels: Mapping[int, int], background: int) -> tuple[PhotoState, str]:
    """Say whether next to nothing is outlined; ignored pixels are nobody's outline either."""
    outlined = outlined_share(pixels, background)
    if outlined == 0:
        return "thin", "Its outlines cover nothing: all of it is background or ignored."
    if outlined < THIN:
        return "thin", f"Only {outlined * 100:.3f} % of it is outlined. A stray click?"
    return "sound", ""
