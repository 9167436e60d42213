"""Annotation exports to label images, without a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.label_image import LABELS, refuse_foreign_labels, write_label
from segstudio.core.palette import Palette
from segstudio.core.problems import Problem
from segstudio.core.rasterize import Raster
from segstudio.jobs.import_burning import BurnedAll, Ready, Rules, burn_all
from segstudio.jobs.import_collecting import Collected, collected
from segstudio.jobs.import_labels import class_labels, never_seen, palette_of
from segstudio.jobs.import_naming import Named, name_pairs
from segstudio.jobs.import_reading import ReadRequest
from segstudio.jobs.import_renames import ignored_values, names_in
from segstudio.jobs.import_report import ImportItem, ImportReport, detections, write_report
from segstudio.photos.names import label_name

# So many names of files are told.
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertRequest(ReadRequest):
    """What to convert into the folder `out`; a palette of None is made of the labels found."""

    out: Path
    palette: Path | None = None
    raster: Raster = "exact"


def run(request: ConvertRequest, report: Reporter) -> ImportReport:
    """Write labels/, palette.json and report.json; SegStudioError where nothing can be read."""
    palette = Palette.load(request.palette) if request.palette else None

    def write(ready: Ready) -> str:
        place = f"{LABELS}/{label_name(ready.name)}"
        write_label(request.out / place, ready.label, rules.palette)
        return place

    if not (request.out / "palette.json").exists():
        refuse_foreign_labels(request.out)
    with collected(request, report) as found:
        if found.interrupted:
            # Half of the labels would number the classes differently.
            nothing = palette or Palette.from_labels([])
            return import_report(request, found, BurnedAll(), nothing, report)
        doubts: list[Problem] = []
        if palette is None:
            labels, doubts = class_labels(found)
            palette = palette_of(labels)
        doubts += ignored_values(palette, found)
        found.problems += doubts
        for problem in doubts:
            report(ProblemFound(problem))
        renames = names_in(palette, found)
        rules = Rules(palette, request.raster, write, renames, request.drawn)
        palette.save(request.out / "palette.json")
        named = name_pairs(found.pairs, {})
        burned = burn_all(named, rules, report)
        burned.items = _called_as_in_the_source(burned.items, named)
    burned.problems += _left_over(request.out, burned, report)
    result = import_report(request, found, burned, palette, report)
    place = f"Written to {request.out}: {LABELS}/, palette.json, report.json and report.csv."
    result = replace(result, written=place)
    write_report(request.out, result)
    return result


def _left_over(out: Path, burned: BurnedAll, report: Reporter) -> list[Problem]:
    """Warn of label images that the folder has of an earlier conversion, with other classes."""
    folder = out / LABELS
    written = {item.label for item in burned.items}
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    left = sorted(name for name in files if f"{LABELS}/{name}" not in written)
    if not left:
        return []
    names = ", ".join(left[:_SHOWN]) + (" and others" if len(left) > _SHOWN else "")
    text = (
        f"{len(left)} label image(s) of an earlier conversion are still there ({names}); "
        "palette.json and the report are not about them, and their pixel values may mean other "
        "classes. Convert into an empty folder, or delete them"
    )
    problem = Problem("warning", str(folder), text)
    report(ProblemFound(problem))
    return [problem]


def _called_as_in_the_source(
    items: Sequence[ImportItem], named: Sequence[Named]
) -> list[ImportItem]:
    """Give photos whose label images had to be called otherwise their own names back."""
    own = {row.name: row.original for row in named if row.original is not None}
    times = Counter((*(row.name for row in named), *own.values()))
    names = {name: original for name, original in own.items() if times[original] == 1}
    return [replace(item, photo=names.get(item.photo, item.photo)) for item in items]


def import_report(
    request: ReadRequest, found: Collected, burned: BurnedAll, palette: Palette, report: Reporter
) -> ImportReport:
    """Put both halves of an import together, and tell of classes that are painted over."""
    unseen = never_seen(burned.shapes, palette, burned.classes)
    for problem in unseen:
        report(ProblemFound(problem))
    refused = [ImportItem(p.path, None, "skipped", "", (p,)) for p in found.refused]
    formats = dict.fromkeys(claim.format.name for claim in found.claims)
    return ImportReport(
        format=", ".join(formats),
        items=(*burned.items, *refused),
        problems=(*found.problems, *burned.problems, *unseen),
        classes=burned.classes,
        detection=detections(found.claims),
        interrupted=found.interrupted or burned.interrupted,
        sources=request.sources,
        photo_folder=request.photos,
        ignored=burned.ignored,
    )
