"""Annotation exports into a project, which is made when it is not there."""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.files import fingerprint, write_atomic
from segstudio.core.label_image import LABELS, write_label
from segstudio.core.palette import Palette
from segstudio.core.palette_files import read_palette_file
from segstudio.core.palette_listing import PaletteFile
from segstudio.core.program import program
from segstudio.formats.detect import Claim
from segstudio.formats.photo_pool import Photo, display_names
from segstudio.formats.sizing import Drawn
from segstudio.jobs.burn import burn
from segstudio.jobs.convert import import_report
from segstudio.jobs.import_burning import BurnedAll, Ready, Rules, burn_all
from segstudio.jobs.import_collecting import Collected, collected
from segstudio.jobs.import_labels import (
    class_labels,
    palette_of,
    with_labels,
)
from segstudio.jobs.import_naming import name_pairs
from segstudio.jobs.import_reading import ReadRequest
from segstudio.jobs.import_renames import ignored_values, names_in
from segstudio.jobs.import_report import ImportReport, keep_report
from segstudio.jobs.import_split import take_given_split
from segstudio.jobs.palette_import import taken_over
from segstudio.photos.names import label_name, safe_name, stem
from segstudio.photos.reader import PhotoSize
from segstudio.project.entries import PhotoEntry
from segstudio.project.manifest import holds_project
from segstudio.project.photo_finder import stored_path
from segstudio.project.project import Project

# More often costs time, less often memory and what a crash takes away.
_STORED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest(ReadRequest):
    """What to import into a project, open or in a folder; labels extend its palette."""

    project: Project | Path
    palette: Path | None = None


def run(request: ImportRequest, report: Reporter) -> ImportReport:
    """Add photos, annotations and label images; importing again updates what is there."""
    given = read_palette_file(request.palette) if request.palette else None
    with collected(request, report) as found:
        if found.interrupted:
            # Half of the labels would number the classes differently.
            return import_report(request, found, BurnedAll(), Palette.from_labels([]), report)
        with _project(request, given.palette if given else None) as project:
            burned = _take_over(project, given, found, request.drawn, report)
            result = import_report(request, found, burned, project.palette, report)
            following = f'{program()} train "{project.root}"'
            place = f"The project is {project.root}. Next: {following}"
            result = replace(result, written=place)
            keep_report(project.root, result)
            return result


def _take_over(
    project: Project, given: PaletteFile | None, found: Collected, drawn: Drawn, report: Reporter
) -> BurnedAll:
    """Bring palette, originals, photos, annotations and label images into the project."""
    before, current = project.palette, project.labels_current()
    _extend_palette(project, given, found, report)
    _keep_originals(project, found.claims)
    palette = project.palette
    taking = _Taking(project, palette)
    known = taking.known_names(found)
    taken = taking.taken_names(found) - set(known.values())
    renames, ignored = names_in(palette, found), ignored_values(palette, found)
    found.problems += ignored
    for problem in ignored:
        report(ProblemFound(problem))
    rules = Rules(
        palette, "exact", taking.write, renames, drawn, photo_needed=True, keep=taking.keep
    )
    # A crash from here on may leave new label images beside old annotations.
    project.mark_labels(None)
    named = name_pairs(found.pairs, known, taken)
    try:
        burned = burn_all(named, rules, report)
    finally:
        # What was finished before a stop or a full disk is kept.
        taking.store()
    others = any(e.annotated and e.name not in taking.stored for e in project.photos)
    if others and palette != before:
        burn(project, report)
    elif current or not others:
        project.mark_labels(palette)
    take_given_split(project, named, burned, report)
    return burned


@contextmanager
def _project(request: ImportRequest, palette: Palette | None) -> Iterator[Project]:
    """Yield the caller's open project, or open or make the one in the folder."""
    root = request.project
    if isinstance(root, Project):
        yield root
        return
    with Project.open(root) if holds_project(root) else Project.create(root, palette) as project:
        yield project


def _extend_palette(
    project: Project, given: PaletteFile | None, found: Collected, report: Reporter
) -> None:
    """Bring the project's palette up to date; ids that exist never change.

    No edit to undo: without these classes the shapes of the import would not be painted.
    """
    palette = project.palette
    if given is not None:
        if not project.photos:
            project.set_palette(given.palette, "Use the palette file", undoable=False)
            return
        palette = taken_over(palette, given)
    else:
        labels, doubts = class_labels(found, palette)
        found.problems += doubts
        for problem in doubts:
            report(ProblemFound(problem))
        fresh = not project.photos and palette == Palette.from_labels([])
        palette = palette_of(labels) if fresh else with_labels(palette, labels)
    project.set_palette(palette, "Add classes found by the import", undoable=False)


def _keep_originals(project: Project, claims: Sequence[Claim]) -> None:
    """Copy the annotation files as they were read; another file of the same name stays apart."""
    folder = project.root / "annotations" / "originals"
    for claim in claims:
        source = claim.source
        place = claim.file if source.single_file else f"{source.path.name}/{claim.file}"
        try:
            data = source.read(claim.file)
            target = folder / safe_name(place)
        except SegStudioError:
            # The reader has told the same about this file already.
            continue
        if target.is_file() and target.read_bytes() != data:
            digest = hashlib.sha256(data).hexdigest()[:8]
            target = target.with_name(f"{target.stem}-{digest}{target.suffix}")
        if not target.is_file():
            write_atomic(target, data)


@dataclass
class _Taking:
    """Takes photos and annotations over into a project; its methods run on several threads."""

    project: Project
    palette: Palette
    rows: list[tuple[PhotoEntry, Annotation | None]] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def store(self) -> None:
        """Write what was noted since the last time into the project."""
        self.project.store(self.rows)
        self.stored |= {entry.name for entry, _ in self.rows}
        self.rows.clear()

    def known_names(self, found: Collected) -> dict[Photo, str]:
        """Return the photos that the project has already, by place or by name and content."""
        members = {pair.photo: pair.member for pair in found.pairs if pair.photo is not None}
        by_path = {entry.path: entry.name for entry in self.project.photos}
        renamed: dict[str, list[str]] = defaultdict(list)
        for entry in self.project.photos:
            # One that was renamed to stay distinct is called like it, with something behind.
            for place in (i for i, sign in enumerate(entry.name) if sign == "-"):
                renamed[entry.name[:place]].append(entry.name)
        known: dict[Photo, str] = {}
        settled: set[str] = set()
        for photo, name in display_names(members).items():
            own = by_path.get(stored_path(self.project.root, photo.path)) if photo.path else None
            if own is None:
                alike = (name, *renamed.get(stem(name), ()))
                own = next((other for other in alike if self._has(other, photo)), None)
            if own is not None and own not in settled:
                known[photo] = own
                settled.add(own)
        return known

    def taken_names(self, found: Collected) -> set[str]:
        """Return the names of the project's photos and of files that a copy would write over."""
        folder = self.project.root / "photos"
        named = {p.photo.path.resolve() for p in found.pairs if p.photo and p.photo.path}
        files = (path for path in folder.rglob("*") if path.is_file() and path not in named)
        return {entry.name for entry in self.project.photos} | {
            path.relative_to(folder).as_posix() for path in files
        }

    def _place(self, name: str) -> Path:
        """Return where the photo of that name is, or is to be copied to."""
        with contextlib.suppress(KeyError, SegStudioError):
            return self.project.photo_path(self.project.photo(name))
        return self.project.root / "photos" / name

    def _has(self, name: str, photo: Photo) -> bool:
        """Tell whether the photo that has this name here has the content of `photo`."""
        try:
            if photo.path is not None:
                return self.project.photo(name).digest == fingerprint(photo.path)
            place = self._place(safe_name(name))
            return place.is_file() and place.read_bytes() == photo.read()
        except (OSError, KeyError, SegStudioError):
            return False

    def write(self, ready: Ready) -> str:
        """Write a label image and note the photo with its annotation."""
        place = f"{LABELS}/{label_name(ready.name)}"
        write_label(self.project.root / place, ready.label, self.palette)
        if ready.photo is not None:
            height, width = ready.label.shape
            self._note(ready.name, ready.photo, (width, height), ready.annotation)
        return place

    def keep(self, name: str, photo: Photo, size: PhotoSize) -> None:
        """Note a photo without annotation."""
        self._note(name, photo, (size.width, size.height), None)

    def _note(
        self, name: str, photo: Photo, size: tuple[int, int], annotation: Annotation | None
    ) -> None:
        path = photo.path
        if path is None:
            path = self._place(name)
            if not path.is_file():
                write_atomic(path, photo.read())
        try:
            digest = fingerprint(path)
        except OSError as error:
            raise SegStudioError(f"{path} cannot be read any more: {error}.") from error
        entry = PhotoEntry(
            name=name,
            path=stored_path(self.project.root, path),
            width=size[0],
            height=size[1],
            annotated=annotation is not None,
            digest=digest,
        )
        with self.lock:
            self.rows.append((entry, annotation))
            if len(self.rows) >= _STORED_AT_ONCE:
                self.store()
