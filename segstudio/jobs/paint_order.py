"""A proposal of what is painted over what: classes of small shapes over those of large ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.annotation import Geometry, Mask
from segstudio.core.errors import SegStudioError
from segstudio.core.events import Quiet, Reporter
from segstudio.core.palette import Palette, PaletteClass
from segstudio.jobs.label_counts import count_labels
from segstudio.jobs.relabelling import paints_alike
from segstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class Outlines:
    """What is outlined in a project: photos per label, and each shape's share of its photo.

    `pixels_only` is True where no shape has corners, as in projects made from label images.
    """

    photos: Mapping[str, int]
    shares: Mapping[str, Sequence[float]]
    pixels_only: bool


def look_at_outlines(project: Project, report: Reporter) -> Outlines:
    """Read every annotation; ends early when asked to stop. A damaged one counts as none."""
    photos: Counter[str] = Counter()
    shares: defaultdict[str, list[float]] = defaultdict(list)
    pixels_only = True
    for entry in project.photos:
        if report.stop_requested:
            break
        try:
            annotation = project.annotation(entry)
        except SegStudioError:
            continue
        shapes = annotation.shapes if annotation else ()
        photos.update({shape.label for shape in shapes})
        for shape in shapes:
            pixels_only = pixels_only and isinstance(shape.geometry, Mask)
            shares[shape.label].append(area(shape.geometry) / (entry.width * entry.height))
    return Outlines(dict(photos), dict(shares), pixels_only)


def area(geometry: Geometry) -> float:
    """Return the pixels that a shape covers; of an outline what the shoelace formula says."""
    if isinstance(geometry, Mask):
        return float(np.fromstring(geometry.runs, np.int64, sep=" ")[1::2].sum())
    x, y = np.array(geometry.outline(), np.float64).reshape(-1, 2).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def small_on_top(palette: Palette, outlines: Outlines) -> Palette:
    """Return the palette ordered by the median share of a class's shapes, the largest lowest.

    Classes without shapes lie under all others, as nothing of them is painted. The palette itself
    where no two classes have shapes.
    """
    medians = {
        entry.id: float(np.median(shares))
        for entry in palette.classes
        if (shares := _shares(entry, outlines))
    }
    if len(medians) < 2:
        return palette
    entries = sorted(
        palette.classes,
        key=lambda e: (
            -medians.get(e.id, np.inf),
            e.id in medians or e.id != palette.background,
            e.paint_order,
            e.id,
        ),
    )
    return palette.ordered([entry.id for entry in entries])


def covered_classes(
    project: Project, outlines: Outlines, report: Reporter
) -> tuple[PaletteClass, ...]:
    """Return the classes that are outlined and have no pixel in any label image.

    None are where the label images are not of the palette as it is now, or the job is stopped.
    """
    palette, burnt = project.palette, project.burnt_with
    if burnt is None or not paints_alike(burnt, palette):
        return ()
    unseen = {palette.painted(label) for label in outlines.photos}
    annotated = [entry for entry in project.photos if entry.annotated]
    looked = 0
    for _, found in count_labels(project, annotated, Quiet(report)):
        looked += 1
        if found.pixels is None:
            return ()
        unseen -= found.pixels.keys()
        # Mostly the first photos show all.
        if not unseen:
            return ()
    if looked < len(annotated):
        return ()
    return tuple(entry for entry in palette.trained if entry.id in unseen)


def _shares(entry: PaletteClass, outlines: Outlines) -> list[float]:
    return [s for name in (entry.name, *entry.aliases) for s in outlines.shares.get(name, ())]
