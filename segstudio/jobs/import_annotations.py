"""Annotation exports into a project, which is made when it is not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Reporter
from segstudio.core.files import fingerprint, write_atomic
from segstudio.core.label_image import write_label
from segstudio.core.palette import Palette
from segstudio.formats.detect import Claim
from segstudio.formats.names import label_name, safe_name
from segstudio.formats.photo_pool import Photo, display_names
from segstudio.jobs.burn import burn
from segstudio.jobs.convert import import_report
from segstudio.jobs.import_burning import Ready, Rules, burn_all, name_pairs
from segstudio.jobs.import_labels import class_labels
from segstudio.jobs.import_reading import Collected, collected
from segstudio.jobs.import_report import ImportReport, keep_report
from segstudio.photos.reader import PhotoSize
from segstudio.project.entries import PhotoEntry
from segstudio.project.project import MANIFEST, Project


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import into a project, open or in a folder; None means: found, made or detected."""

    project: Project | Path
    sources: tuple[Path, ...]
    photos: Path | None = None
    palette: Path | None = None
    format: str | None = None


def run(request: ImportRequest, report: Reporter) -> ImportReport:
    """Add photos, annotations and label images; importing again updates what is there."""
    given = Palette.load(request.palette) if request.palette else None
    with (
        collected(request.sources, request.photos, request.format, report) as found,
        _project(request, given) as project,
    ):
        before, current = project.palette, project.labels_current()
        _extend_palette(project, given, found, report)
        _keep_originals(project, found.claims)
        taking = _Taking(project)
        known = taking.known_names(found)
        taken = {entry.name for entry in project.photos} - set(known.values())
        rules = Rules(project.palette, "exact", taking.write, photo_needed=True, keep=taking.keep)
        try:
            burned = burn_all(name_pairs(found.pairs, known, taken), rules, report)
        finally:
            # What was finished before a stop or a full disk is kept.
            project.store(taking.rows)
        imported = {entry.name for entry, _ in taking.rows}
        others = any(e.annotated and e.name not in imported for e in project.photos)
        if others and project.palette != before:
            burn(project, report)
        elif current or not others:
            project.mark_labels_current()
        result = import_report(found, burned)
        keep_report(project.root, result)
        return result


@contextmanager
def _project(request: ImportRequest, palette: Palette | None) -> Iterator[Project]:
    """Yield the caller's open project, or open or make the one in the folder."""
    root = request.project
    if isinstance(root, Project):
        yield root
        return
    there = (root / MANIFEST).exists() or (root / f"{MANIFEST}.bak").exists()
    with Project.open(root) if there else Project.create(root, palette) as project:
        yield project


def _extend_palette(
    project: Project, given: Palette | None, found: Collected, report: Reporter
) -> None:
    """Bring the project's palette up to date; ids that exist never change."""
    palette = project.palette
    if given is not None:
        if not project.photos:
            project.set_palette(given, "Use the palette file")
            return
        for entry in given.classes:
            if palette.find(entry.name) is None:
                free = all(entry.id != own.id for own in palette.classes)
                number = entry.id if free else palette.next_id()
                update = {"id": number, "aliases": (), "map_to": None}
                palette = palette.with_class(entry.model_copy(update=update))
    else:
        labels, doubts = class_labels(found, palette)
        found.problems += doubts
        for problem in doubts:
            report(ProblemFound(problem))
        fresh = not project.photos and palette == Palette.from_labels([])
        palette = Palette.from_labels(labels) if fresh else palette.with_labels(labels)
    project.set_palette(palette, "Add classes found by the import")


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
    rows: list[tuple[PhotoEntry, Annotation | None]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def known_names(self, found: Collected) -> dict[Photo, str]:
        """Return the photos that the project has already, by place or by name and content."""
        members = {pair.photo: pair.member for pair in found.pairs if pair.photo is not None}
        by_path = {entry.path: entry for entry in self.project.photos}
        by_name = {entry.name: entry for entry in self.project.photos}
        known: dict[Photo, str] = {}
        for photo, name in display_names(members).items():
            if photo.path is not None:
                entry = by_path.get(self.project.stored_path(photo.path))
                entry = entry or _same_content(by_name.get(name), photo.path)
            else:
                entry = by_name.get(name)
                copy = self.project.root / "photos" / name
                if entry and not (
                    copy.is_file() and copy.read_bytes() == photo.source.read(photo.member)
                ):
                    entry = None
            if entry is not None and entry.name not in known.values():
                known[photo] = entry.name
        return known

    def write(self, ready: Ready) -> str:
        """Write a label image and note the photo with its annotation."""
        place = f"labels/{label_name(ready.name)}"
        write_label(self.project.root / place, ready.label, self.project.palette)
        if ready.photo is not None:
            height, width = ready.label.shape
            self._note(ready.name, ready.photo, (width, height), ready.annotation)
        return place

    def keep(self, name: str, photo: Photo, size: PhotoSize) -> str:
        """Note a photo that no annotation names."""
        self._note(name, photo, (size.width, size.height), None)
        return "no annotation names this photo; the project keeps it as one to label"

    def _note(
        self, name: str, photo: Photo, size: tuple[int, int], annotation: Annotation | None
    ) -> None:
        path = photo.path
        if path is None:
            path = self.project.root / "photos" / name
            write_atomic(path, photo.source.read(photo.member))
        try:
            digest = fingerprint(path)
        except OSError as error:
            raise SegStudioError(f"{path} cannot be read any more: {error}.") from error
        entry = PhotoEntry(
            name=name,
            path=self.project.stored_path(path),
            width=size[0],
            height=size[1],
            annotated=annotation is not None,
            digest=digest,
        )
        with self.lock:
            self.rows.append((entry, annotation))


def _same_content(entry: PhotoEntry | None, path: Path) -> PhotoEntry | None:
    """Return the entry where its photo and the file at `path` are one, moved since."""
    try:
        return entry if entry is not None and fingerprint(path) == entry.digest else None
    except OSError:
        return None
