"""Third step of every import: pairs are named, sized, rasterised and handed to a writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from segstudio.core.annotation import Annotation, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.palette import IGNORE, Palette
from segstudio.core.problems import Problem
from segstudio.core.rasterize import Raster, rasterize
from segstudio.formats.numbers import shorten
from segstudio.formats.pairing import Wanted
from segstudio.formats.photo_pool import Photo
from segstudio.formats.sizing import Drawn, fit
from segstudio.jobs.import_naming import Named, repeated_names
from segstudio.jobs.import_pairing import Pair
from segstudio.jobs.import_reading import WORKERS
from segstudio.jobs.import_report import ClassCount, ImportItem, Status
from segstudio.jobs.import_unseen import (
    Covered,
    covered_labels,
    covered_shapes,
    empty_shapes,
    unknown_labels,
    without_annotation,
)
from segstudio.photos.names import label_name
from segstudio.photos.reader import PhotoSize, check_photo


@dataclass(frozen=True, slots=True)
class Ready:
    """A label image, uint8 (H, W) palette ids, ready to be written under the photo's `name`."""

    name: str
    label: npt.NDArray[np.uint8]
    annotation: Annotation
    photo: Photo | None


# Writes a label image and returns where it is, as the report shall say it.
Writer = Callable[[Ready], str]
# Takes over a photo that has no annotation.
Keeper = Callable[[str, Photo, PhotoSize], None]


@dataclass(frozen=True)
class Rules:
    """How pairs are turned into label images.

    `renames` says what labels are called in the palette where that differs; `keep` is for photos
    without annotation.
    """

    palette: Palette
    raster: Raster
    write: Writer
    renames: Mapping[str, str] = field(default_factory=dict)
    drawn: Drawn = "auto"
    photo_needed: bool = False
    keep: Keeper | None = None


@dataclass
class BurnedAll:
    """The items in the order of their names and what was counted on the way.

    `shapes` counts those that were painted or should have been, per label of the palette.
    """

    items: list[ImportItem] = field(default_factory=list)
    shapes: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    classes: dict[str, ClassCount] = field(default_factory=dict)
    ignored: ClassCount = field(default_factory=ClassCount)
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One finished item; `unknown` are shapes whose label the palette does not name.

    `covered` counts the shapes per label that others cover fully, each as of one photo.
    """

    item: ImportItem
    labels: tuple[str, ...] = ()
    pixels: npt.NDArray[np.int64] | None = None
    unknown: tuple[tuple[Shape, str], ...] = ()
    covered: Mapping[str, Covered] = field(default_factory=dict)


def burn_all(named: Sequence[Named], rules: Rules, report: Reporter) -> BurnedAll:
    """Convert all pairs on several threads; one that fails is skipped and told.

    Raises SegStudioError where the target cannot be written.
    """
    result = BurnedAll()
    pixels = np.zeros(256, np.int64)
    photos = np.zeros(256, np.int64)
    unknown: dict[str, list[tuple[Shape, str]]] = {}
    covered: dict[str, Covered] = {}
    bare: list[Problem] = []
    _tell(result, repeated_names(named), report)

    def work(row: Named) -> _Outcome | None:
        return None if report.stop_requested else _convert(row, rules)

    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        outcomes = zip(named, pool.map(work, named), strict=True)
        for done, (row, outcome) in enumerate(outcomes, start=1):
            if outcome is None:
                result.interrupted = True
                continue
            result.items.append(outcome.item)
            problems = outcome.item.problems
            if row.pair.wanted is None:
                problems, last = problems[:-1], problems[-1:]
                bare += last
            _tell(result, problems, report)
            result.shapes.update(outcome.labels)
            if outcome.pixels is not None:
                pixels += outcome.pixels
                photos += outcome.pixels > 0
            for shape, source in outcome.unknown:
                unknown.setdefault(shape.label, []).append((shape, source))
            for label, found in outcome.covered.items():
                covered[label] = covered[label].with_more(found) if label in covered else found
            report(Progress("Making label images", done, len(named), outcome.item.photo))
    finally:
        # After a full disk or Ctrl+C nobody waits for what has not begun.
        pool.shutdown(cancel_futures=True)
    _tell(result, without_annotation(bare), report)
    _tell(result, unknown_labels(unknown, rules.palette), report)
    _tell(result, covered_labels(covered), report)
    result.classes = {
        entry.name: ClassCount(int(photos[entry.id]), int(pixels[entry.id]))
        for entry in rules.palette.trained
    }
    result.ignored = ClassCount(int(photos[IGNORE]), int(pixels[IGNORE]))
    return result


def _tell(result: BurnedAll, problems: Iterable[Problem], report: Reporter) -> None:
    for problem in problems:
        result.problems.append(problem)
        report(ProblemFound(problem))


def _convert(row: Named, rules: Rules) -> _Outcome:
    """Convert one pair, or say why it is skipped."""
    pair, name = row.pair, row.name
    problems: list[Problem] = []
    if row.original is not None and (pair.reason is None or rules.keep is not None):
        original = shorten(row.original)
        text = f'"{original}" is taken or no name for a file; it becomes {label_name(name)}'
        problems.append(Problem("warning", name, text))
    if pair.photo is not None and pair.member != pair.photo.member:
        text = f'its name was stored in an old character set and read as "{pair.member}"'
        problems.append(Problem("info", name, text))
    if pair.reason is not None and (pair.wanted is not None or rules.keep is None):
        return _skipped(row, pair.reason, problems)
    try:
        size = _photo_size(pair, name)
    except SegStudioError as error:
        return _skipped(row, error.what, problems)
    if pair.wanted is None:
        return _kept(row, size, rules, problems)
    if size is None and rules.photo_needed:
        return _skipped(
            row,
            "there is no photo of this name here; choose the folder that has it (Photos, --photos)",
            problems,
        )
    try:
        fitted = fit(_whole(pair.wanted, rules.renames), size, rules.drawn)
    except SegStudioError as error:
        return _skipped(row, str(error), problems)
    annotation = replace(fitted.annotation, photo=name)
    problems += [Problem(severity, name, text) for severity, text in fitted.notes]
    if size is None:
        text = f"{name}: there is no photo of this name; the label image has the stated size"
        problems.append(Problem("warning", annotation.source, text, annotation.line))
    dimensions = (annotation.width or 0, annotation.height or 0)
    burned = rasterize(annotation, rules.palette, dimensions, rules.raster)
    problems += empty_shapes(annotation, burned.empty)
    label = rules.write(Ready(name, burned.label, annotation, pair.photo))
    status: Status = "converted" if size is not None else "converted-without-photo"
    return _Outcome(
        ImportItem(name, label, status, pair.match, tuple(problems)),
        tuple(shape.label for shape in annotation.shapes),
        burned.pixels,
        tuple((s, annotation.source) for s in annotation.shapes if s.label in burned.unknown),
        covered_shapes(annotation, burned.hidden),
    )


def _whole(wanted: Wanted, renames: Mapping[str, str]) -> Annotation:
    """Fetch an annotation's shapes and call their labels as the palette does."""
    shapes = wanted.shapes()
    if renames:
        shapes = tuple(replace(s, label=renames.get(s.label, s.label)) for s in shapes)
    return replace(wanted.annotation, shapes=shapes)


def _photo_size(pair: Pair, name: str) -> PhotoSize | None:
    """Return the size of the pair's photo after making sure that it can be read."""
    if pair.photo is None:
        return None
    with pair.photo.open() as stream:
        return check_photo(stream, name)


def _kept(
    row: Named,
    size: PhotoSize | None,
    rules: Rules,
    problems: list[Problem],
) -> _Outcome:
    """Hand a photo without annotation to the project."""
    pair, name = row.pair, row.name
    if pair.photo is None or size is None or rules.keep is None:
        return _skipped(row, pair.reason or "", problems)
    rules.keep(name, pair.photo, size)
    text = f"{pair.reason}; the project keeps it as one to label"
    return _Outcome(ImportItem(name, None, "skipped", "", (*problems, Problem("info", name, text))))


def _skipped(row: Named, reason: str, problems: Sequence[Problem]) -> _Outcome:
    """Return a skipped item; the problem stands at the annotation's place in its file."""
    pair, name = row.pair, row.name
    text = f"skipped: {reason}".replace("\n", " ")
    if pair.wanted is None:
        told = Problem("warning", name, text)
    else:
        annotation = pair.wanted.annotation
        declared = annotation.photo or name
        told = Problem("error", annotation.source, f"{declared}: {text}", annotation.line)
    told_all = (*problems, told)
    asked = ""
    if pair.wanted is not None and pair.candidates:
        annotation = pair.wanted.annotation
        asked = annotation.source if pair.wanted.one_photo else annotation.photo
    item = ImportItem(name, None, "skipped", pair.match, told_all, pair.candidates, asked)
    return _Outcome(item)
