"""The job that looks before a training whether it can work, and says what speaks against it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Literal

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Reporter
from segstudio.core.palette import IGNORE
from segstudio.core.splits import split_by_folders
from segstudio.jobs.burn import burn
from segstudio.jobs.label_counts import count_labels
from segstudio.jobs.leaks import leak_words, leaks_so_far
from segstudio.learning.config.data import SPLITS
from segstudio.photos.bursts import Leak
from segstudio.project.entries import PhotoEntry, Split
from segstudio.project.project import Project

Level = Literal["good", "warning", "error"]
FEW_PHOTOS = 5
FEW_PIXELS = 0.001
DISK_NEEDED = 1 << 30
_PRESS = 'press "Small shapes on top" there'


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the list: how grave it is, what was found, and what to do about it."""

    level: Level
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Preflight:
    """All that was found; an error means that a training cannot start."""

    findings: tuple[Finding, ...]

    @property
    def can_start(self) -> bool:
        """Whether nothing found forbids to start."""
        return all(finding.level != "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a project offers to a training.

    `photos` pixel counts per palette id of every annotated photo, by name, without ignored ones;
    `unlabelled` how many photos have no outlines; `split` None before the first; `free_bytes` on
    the project's disk; `odd_sizes` the photos whose label image has another number of pixels;
    `covered` the ids of classes that are outlined and yet have no pixel; `leaks` the photos kept
    aside that look almost like one that trains.
    """

    classes: dict[int, str]
    background: int
    photos: dict[str, dict[int, int]]
    unlabelled: int
    missing: tuple[str, ...]
    split: Split | None
    free_bytes: int
    odd_sizes: tuple[str, ...] = ()
    covered: frozenset[int] = frozenset()
    leaks: tuple[Leak, ...] = ()


def run(project: Project, report: Reporter) -> Preflight:
    """Bring the label images up to date, count their pixels and judge what is there.

    A stopped job judges the photos that were counted so far.
    """
    return judge(gather(project, report))


def gather(project: Project, report: Reporter) -> Facts:
    """Collect the facts; photos and label images that did not change are not read again."""
    annotated = [entry for entry in project.photos if entry.annotated]
    if annotated:
        burn(project, report)
    counts, missing, odd_sizes = _pixel_counts(project, annotated, report)
    classes = {entry.id: entry.name for entry in project.palette.trained}
    seen = {i for pixels in counts.values() for i, count in pixels.items() if count}
    return Facts(
        classes=classes,
        background=project.palette.background_id,
        photos=counts,
        unlabelled=len(project.photos) - len(annotated),
        missing=missing,
        split=project.split,
        free_bytes=shutil.disk_usage(project.root).free,
        odd_sizes=odd_sizes,
        covered=_outlined(project, annotated, classes.keys() - seen, report),
        leaks=leaks_so_far(project, annotated, report),
    )


def judge(facts: Facts) -> Preflight:
    """Turn facts into findings, the gravest first."""
    order = {"error": 0, "warning": 1, "good": 2}
    findings = [finding for check in _CHECKS for finding in check(facts)]
    return Preflight(tuple(sorted(findings, key=lambda finding: order[finding.level])))


def _check_photos(facts: Facts) -> list[Finding]:
    if not facts.photos:
        advice = "Import a CVAT or LabelMe export first."
        return [Finding("error", "No photo has outlines to learn from.", advice)]
    split = facts.split
    if split is None:
        text = f"{_counted(len(facts.photos), 'outlined photo')}, not yet dealt out."
        advice = "About a fifth is kept aside for checking when the training starts."
        if split_by_folders(facts.photos):
            advice = "Their folders train, val and test decide which are kept aside for checking."
        return [Finding("good", text, advice)]
    train = sum(name in facts.photos for name in split.names("train"))
    val = sum(name in facts.photos for name in split.names("val"))
    if train == 0:
        return [Finding("error", "No photo is set to train.", "Split the photos anew.")]
    found = []
    if train < FEW_PHOTOS:
        text = f"Only {_counted(train, 'photo')} to train."
        found.append(Finding("warning", text, "It will learn these by heart; outline a few more."))
    else:
        found.append(Finding("good", f"{_counted(train, 'photo')} to train."))
    if val == 0:
        text = "No photo is kept aside to check."
        advice = "Nobody will know how good the model is: scores stay empty."
        found.append(Finding("warning", text, advice))
    else:
        found.append(Finding("good", f"{_counted(val, 'photo')} kept aside to check honestly."))
    return [*found, *_check_leaks(facts), *_check_undealt(facts, split)]


def _check_leaks(facts: Facts) -> list[Finding]:
    if not facts.leaks:
        return []
    names = _listed([leak.photo for leak in facts.leaks], most=2)
    advice = "Split anew with bursts kept together; later scores are lower then, and honest."
    return [Finding("warning", f"{leak_words(facts.leaks)} ({names})", advice)]


def _check_undealt(facts: Facts, split: Split) -> list[Finding]:
    undealt = [name for name in facts.photos if name not in split.parts]
    if not undealt:
        return []
    text = f"{_counted(len(undealt), 'outlined photo')} came after the split and would not be used."
    return [Finding("warning", text, "Split the photos anew.")]


def _check_classes(facts: Facts) -> list[Finding]:
    if not facts.photos:
        return []
    names = set(facts.photos)
    train = names & set(facts.split.names("train")) if facts.split else names
    totals = {class_id: _pixels(facts, names, class_id) for class_id in facts.classes}
    learned = {class_id: _pixels(facts, train, class_id) for class_id in facts.classes}
    scored = sum(learned.values()) or 1
    covered = [facts.classes[i] for i, count in totals.items() if not count and i in facts.covered]
    # Where shapes cover everything there is no background, and nothing is wrong with that.
    none = {i for i, count in totals.items() if not count} - {facts.background, *facts.covered}
    empty = [facts.classes[i] for i in sorted(none)]
    unseen = [facts.classes[i] for i, count in totals.items() if count and not learned[i]]
    rare = [facts.classes[i] for i, count in learned.items() if 0 < count / scored < FEW_PIXELS]
    found = []
    if covered:
        text = f"{_listed(covered)}: outlined, but covered by other classes on every photo."
        advice = f"Move {'it' if len(covered) == 1 else 'them'} up on the Classes page: {_PRESS}."
        found.append(Finding("warning", text, advice))
    if sum(count > 0 for count in totals.values()) < 2:
        text = "Fewer than two classes have pixels; there is nothing to tell apart."
        return [Finding("error", text, "Check the classes and the import."), *found]
    if empty:
        text = f"{_listed(empty)} {'has' if len(empty) == 1 else 'have'} no pixels in any photo."
        advice = "What is not outlined cannot be learned: outline some, merge or remove it."
        found.append(Finding("warning", text, advice))
    if unseen:
        text = f"{_listed(unseen)}: only in photos that are kept aside, so it is not learned."
        found.append(Finding("warning", text, f'Split the photos anew: "{SPLITS["presence"]}".'))
    if rare:
        text = f"{_listed(rare)}: less than a thousandth of all pixels."
        found.append(Finding("warning", text, "Rare classes are learned badly; outline more."))
    usable = sum(count > 0 for count in totals.values())
    found.append(Finding("good", f"{_counted(usable, 'class', 'classes')} with pixels."))
    return found


def _check_labels(facts: Facts) -> list[Finding]:
    """Look for label images that are not what an import makes, or hold next to nothing."""
    found = []
    strange = {i for counts in facts.photos.values() for i in counts} - set(facts.classes)
    if strange:
        where = [name for name, counts in facts.photos.items() if strange & set(counts)]
        ids = _listed([str(i) for i in sorted(strange)])
        text = f"Label images hold values that are no class ({ids}), in {_listed(where)}."
        found.append(Finding("warning", text, "They are left out of the training; import again."))
    if facts.odd_sizes:
        text = f"Label images of another size than their photo: {_listed(facts.odd_sizes)}."
        advice = "The photo was changed after the import; import again."
        found.append(Finding("error", text, advice))
    bare = [name for name, counts in facts.photos.items() if not any(counts.values())]
    drawn = facts.photos.keys() - bare
    if bare:
        text = f"Nothing but ignored pixels: {_listed(bare)}."
        found.append(Finding("warning", text, "Nothing can be learned from these photos."))
    thin = sorted(name for name in drawn if _nearly_empty(facts, facts.photos[name]))
    if thin and facts.background != IGNORE:
        verb = "holds" if len(thin) == 1 else "hold"
        text = f"{_counted(len(thin), 'photo')} {verb} almost only background: {_listed(thin)}."
        found.append(Finding("warning", text, "Fine where nothing is there; else outline it."))
    return found


def _nearly_empty(facts: Facts, counts: dict[int, int]) -> bool:
    total = sum(counts.values())
    return total - counts.get(facts.background, 0) < FEW_PIXELS * total


def _check_unlabelled(facts: Facts) -> list[Finding]:
    found = []
    if facts.unlabelled:
        text = f"{_counted(facts.unlabelled, 'photo')} without outlines stay out of the training."
        found.append(Finding("good", text, "The model can label them afterwards."))
    if facts.missing:
        text = f"{_counted(len(facts.missing), 'photo')} cannot be used: {_listed(facts.missing)}."
        advice = "The photo or its label image was moved or is damaged; import again."
        found.append(Finding("warning", text, advice))
    return found


def _check_disk(facts: Facts) -> list[Finding]:
    large = facts.free_bytes >= 1e9
    size = f"{facts.free_bytes / 1e9:.1f} GB" if large else f"{facts.free_bytes / 1e6:.0f} MB"
    free = f"{size} free on the project's disk."
    if facts.free_bytes < DISK_NEEDED:
        return [Finding("warning", f"Only {free}", "A run needs up to 1 GB; free some space.")]
    return [Finding("good", free)]


_CHECKS: tuple[Callable[[Facts], list[Finding]], ...] = (
    _check_photos,
    _check_classes,
    _check_labels,
    _check_unlabelled,
    _check_disk,
)


def _pixels(facts: Facts, names: set[str], class_id: int) -> int:
    return sum(facts.photos[name].get(class_id, 0) for name in names)


def _pixel_counts(
    project: Project, entries: list[PhotoEntry], report: Reporter
) -> tuple[dict[str, dict[int, int]], tuple[str, ...], tuple[str, ...]]:
    """Return the counts by photo, the photos that cannot be used, and those of another size."""
    counts: dict[str, dict[int, int]] = {}
    missing: list[str] = []
    odd_sizes: list[str] = []
    for entry, found in count_labels(project, entries, report):
        if found.lost or found.pixels is None:
            missing.append(entry.name)
        else:
            counts[entry.name] = {i: n for i, n in found.pixels.items() if i != IGNORE}
            if sum(found.pixels.values()) != entry.width * entry.height:
                odd_sizes.append(entry.name)
    return counts, tuple(missing), tuple(odd_sizes)


def _outlined(
    project: Project, entries: list[PhotoEntry], ids: Set[int], report: Reporter
) -> frozenset[int]:
    """Return which of the classes `ids` any shape is painted as; reads annotations only for some.

    A damaged annotation counts as none: its photo is told of elsewhere.
    """
    found: set[int] = set()
    for entry in entries:
        if report.stop_requested or not ids - found:
            break
        with contextlib.suppress(SegStudioError):
            annotation = project.annotation(entry)
            labels = {shape.label for shape in annotation.shapes} if annotation else set()
            found |= {i for label in labels if (i := project.palette.painted(label)) is not None}
    return frozenset(found & ids)


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _listed(names: list[str] | tuple[str, ...], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
