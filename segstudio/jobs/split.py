"""The job that decides which photos train, check and test, and locks that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.palette import IGNORE
from segstudio.core.problems import Problem
from segstudio.core.splits import (
    PARTS,
    Amounts,
    Fractions,
    Part,
    Together,
    checked_fractions,
    cut_where_needed,
    random_split,
    split_by_folders,
    stratified,
    stratified_by_pixels,
)
from segstudio.jobs.balance import Balance, balance_of
from segstudio.jobs.burn import burn
from segstudio.jobs.label_counts import count_labels
from segstudio.jobs.leaks import leak_words
from segstudio.jobs.opening import opened
from segstudio.jobs.photo_marks import photo_marks
from segstudio.photos.bursts import Burst, find_bursts
from segstudio.photos.marks import PhotoMark
from segstudio.project.entries import PhotoEntry, Split
from segstudio.project.project import Project

SplitMethod = Literal["presence", "pixels", "random", "given"]
SPLIT_METHODS: tuple[SplitMethod, ...] = get_args(SplitMethod)
SPLIT_WHAT = "Split photos"
# A part that misses its share of the photos by more is told.
_FAR_OFF = 0.1


class Stopped(SegStudioError):
    """The user stopped before every photo was looked at (exit code 130)."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """How to deal out the annotated photos; the shares need not sum to 1.

    `given` takes the folders train, val and test. Without `lock` the split is only shown.
    """

    project: Project | Path
    train: float = 0.8
    val: float = 0.2
    test: float = 0.0
    by: SplitMethod = "presence"
    seed: int = 0
    keep_bursts: bool = True
    lock: bool = True


@dataclass(frozen=True, slots=True)
class SplitResult:
    """A split with how evenly it deals, beside the one `before` and one by chance.

    `bursts` are the photos that show nearly the same; `notes` say what could not be had.
    """

    split: Split
    after: Balance
    before: Balance | None
    chance: Balance
    bursts: tuple[Burst, ...]
    notes: tuple[str, ...]
    locked: bool

    @property
    def photos(self) -> dict[Part, int]:
        """How many photos each part has."""
        return self.after.photos

    @property
    def classes(self) -> dict[str, dict[Part, int]]:
        """Of each class how many photos of each part show it."""
        return self.after.classes

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            **self.after.as_json(),
            "method": self.split.method,
            "seed": self.split.seed or 0,
            "before": self.before.as_json() if self.before else None,
            "chance": self.chance.as_json(),
            "bursts": [asdict(burst) for burst in self.bursts],
            "notes": list(self.notes),
            "locked": self.locked,
        }

    def as_text(self) -> str:
        """Return a small table for the terminal."""
        rows = {"photos": self.photos, **self.classes}
        width = max(map(len, rows))
        head = f"{'':<{width}}  " + "  ".join(f"{part:>5}" for part in PARTS)
        table = [
            f"{name:<{width}}  "
            + "  ".join(f"{counts[part]:>5}" for part in PARTS)
            + (_share_words(self.after, name) if name in self.classes else "")
            for name, counts in rows.items()
        ]
        state = "This split is locked." if self.locked else "Only shown: nothing was changed."
        return "\n".join([f"{head}  pixels", *table, *self.notes, self._burst_words(), state])

    def _burst_words(self) -> str:
        grouped = sum(len(burst.photos) for burst in self.bursts)
        if not grouped:
            return "No photos show nearly the same."
        return f"{grouped} photos in {len(self.bursts)} groups show nearly the same."


def run(request: SplitRequest, report: Reporter) -> SplitResult:
    """Split the annotated photos of a project and lock the result.

    Raises SegStudioError where the project has no annotated photo or where folders should decide
    and do not, Stopped where the user stopped it, UsageError for senseless shares.
    """
    fractions = checked_fractions(request.train, request.val, request.test)
    with opened(request.project) as project:
        pixels, marks = look_at(project, report)
        bursts = find_bursts(marks)
        together = [burst.photos for burst in bursts] if request.keep_bursts else []
        groups, cut = cut_where_needed(pixels, together, fractions)
        parts = _deal(request, pixels, fractions, groups)
        method = "folders" if request.by == "given" else request.by
        split = Split(parts=parts, method=method, seed=request.seed)
        before = project.split
        chance = random_split(pixels, fractions, request.seed)
        palette = project.palette
        after = balance_of(parts, pixels, marks, palette)
        if request.lock:
            project.set_split(split, SPLIT_WHAT)
        return SplitResult(
            split=split,
            after=after,
            before=balance_of(before.parts, pixels, marks, palette) if before else None,
            chance=balance_of(chance, pixels, marks, palette),
            bursts=bursts,
            notes=_notes(request, after, fractions, cut=cut),
            locked=request.lock,
        )


def look_at(
    project: Project, report: Reporter
) -> tuple[dict[str, dict[int, int]], dict[str, PhotoMark]]:
    """Return the pixels by class and the marks of every annotated photo, burning stale labels.

    A photo whose label image cannot be read is told and left out. Raises SegStudioError where no
    photo is annotated, Stopped where the user stopped.
    """
    entries = [entry for entry in project.photos if entry.annotated]
    if not entries:
        raise SegStudioError(
            f"The project {project.name} has no annotated photo to split.",
            remedy="Import a CVAT or LabelMe export first.",
        )
    burn(project, report)
    pixels = label_pixels(project, entries, report)
    marks = photo_marks(project, [entry for entry in entries if entry.name in pixels], report)
    if report.stop_requested:
        raise Stopped(
            "Stopped before all photos were looked at; the split stays as it was.",
            remedy="Begin again: what was looked at is remembered.",
        )
    return pixels, marks


def label_pixels(
    project: Project, entries: Iterable[PhotoEntry], report: Reporter
) -> dict[str, dict[int, int]]:
    """Return the pixels by class of these photos, ignored ones left out; damaged ones are told."""
    pixels = {}
    for entry, found in count_labels(project, list(entries), report):
        if found.pixels is None:
            text = "In no part: its label image is missing or damaged."
            report(ProblemFound(Problem("warning", entry.name, text)))
        else:
            pixels[entry.name] = {i: n for i, n in found.pixels.items() if i != IGNORE and n}
    return pixels


def _deal(
    request: SplitRequest, pixels: Amounts, fractions: Fractions, groups: Together
) -> dict[str, Part]:
    """Deal the photos out by the method that is asked for."""
    if request.by == "random":
        return random_split(pixels, fractions, request.seed, groups)
    if request.by == "pixels":
        return stratified_by_pixels(pixels, fractions, request.seed, groups)
    if request.by == "presence":
        presence = {name: frozenset(own) for name, own in pixels.items()}
        return stratified(presence, fractions, request.seed, groups)
    parts = split_by_folders(pixels)
    if parts is None:
        raise SegStudioError(
            "The photos do not lie in folders that say which train.",
            meaning="Every photo must lie in a folder train, val or test.",
            remedy="Split by presence, by pixels or at random instead.",
        )
    return parts


def _notes(
    request: SplitRequest, after: Balance, fractions: Fractions, *, cut: bool
) -> tuple[str, ...]:
    """Say what could not be had, and which photos kept aside are too easy."""
    notes = []
    if cut and request.by != "given":
        notes.append(
            "Too few groups of photos that look alike to fill every part: the groups were cut into "
            "stretches, and photos at the cuts have much alike on the other side."
        )
    total = sum(after.photos.values())
    for part in PARTS if request.by != "given" else ():
        share = after.photos[part] / total
        if abs(share - fractions[part]) > _FAR_OFF and total > 1 / _FAR_OFF:
            notes.append(
                f"{part} has {share:.0%} of the photos instead of {fractions[part]:.0%}: photos "
                "that show nearly the same were kept together."
            )
    notes += _missing(after)
    if after.leaks:
        notes.append(leak_words(after.leaks))
    return tuple(notes)


def _missing(after: Balance) -> list[str]:
    """Name the classes that a part with photos does not show."""
    notes = []
    for part in (part for part in PARTS if after.photos[part]):
        names = [
            name
            for name, counts in after.classes.items()
            if not counts[part] and any(counts.values())
        ]
        if names:
            listed = ", ".join(names)
            notes.append(f"No photo in {part} shows {listed}: too few photos or groups do.")
    return notes


def _share_words(balance: Balance, name: str) -> str:
    shares = [balance.share(name, part) for part in PARTS]
    return "  " + " ".join("  -" if s is None else f"{s * 100:3.0f} %" for s in shares)
