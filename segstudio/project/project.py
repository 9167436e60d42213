"""A project: one folder with everything that belongs to one set of photos."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.files import cannot_write, read_json, write_atomic, write_json
from segstudio.core.label_image import LABELS, refuse_foreign_labels
from segstudio.core.palette import Palette
from segstudio.photos.names import label_name
from segstudio.project.entries import PhotoEntry, RunInfo, Split, TrainingChoice
from segstudio.project.history import History, State
from segstudio.project.lock import ProjectLock
from segstudio.project.manifest import MANIFEST, Manifest, holds_project
from segstudio.project.photo_finder import PhotoFinder
from segstudio.project.runs import find_run, list_runs, new_run_folder

_ANNOTATION: TypeAdapter[Annotation] = TypeAdapter(Annotation)
_PHOTOS: TypeAdapter[tuple[PhotoEntry, ...]] = TypeAdapter(tuple[PhotoEntry, ...])


class Project:
    """An open project folder. Photos are only ever read; every write keeps the last good state."""

    def __init__(self, root: Path, lock: ProjectLock | None) -> None:
        self.root = root
        self._lock = lock
        # The window and its job thread share one open project.
        self._writing = threading.RLock()
        try:
            self._manifest = Manifest.model_validate(read_json(root / MANIFEST))
            photos = root / "photos.json"
            begun = photos.exists() or photos.with_name("photos.json.bak").exists()
            self._photos = _PHOTOS.validate_python(read_json(photos) if begun else ())
        except ValidationError as error:
            raise SegStudioError(
                f"The project {root} cannot be read: {error.errors()[0]['msg']}.",
                meaning="Its files are damaged, or a newer SegStudio wrote them.",
                remedy="Update SegStudio, or copy the .bak files in that folder over the others.",
            ) from error
        self._by_name = {entry.name: entry for entry in self._photos}
        self._finder = PhotoFinder(root)
        self._history = History.load(
            root / "history.json", State(what="Opened", palette=self.palette, split=self.split)
        )

    # Opening and closing

    @classmethod
    def create(cls, root: Path, palette: Palette | None = None) -> Project:
        """Make a project and open it; SegStudioError where it would write over what is there."""
        if holds_project(root):
            raise SegStudioError(
                f"There is a project in {root} already.", remedy="Open it, or choose a new folder."
            )
        refuse_foreign_labels(root)
        manifest = Manifest(palette=palette or Palette.from_labels([]))
        write_json(root / MANIFEST, manifest.model_dump(mode="json", by_alias=True))
        return cls.open(root)

    @classmethod
    def open(cls, root: Path, *, write: bool = True) -> Project:
        """Open a project; for writing it is locked against other processes.

        Raises SegStudioError where it is none, is damaged, or is in use by another process.
        """
        root = root.resolve()
        if not holds_project(root):
            raise SegStudioError(
                f"{root} is not a SegStudio project.",
                meaning=f"A project is a folder with a file {MANIFEST} in it.",
                remedy="Choose the project's folder, or make a project by importing annotations.",
            )
        lock = ProjectLock(root) if write else None
        if lock:
            lock.acquire()
        try:
            return cls(root, lock)
        except BaseException:
            if lock:
                lock.release()
            raise

    def close(self) -> None:
        """Let other processes write."""
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What is in it

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.root.name

    @property
    def palette(self) -> Palette:
        """The classes."""
        return self._manifest.palette

    @property
    def split(self) -> Split | None:
        """The locked split, None before the first."""
        return self._manifest.split

    @property
    def training_choice(self) -> TrainingChoice | None:
        """What to train with, None before anything was chosen."""
        return self._manifest.training

    @property
    def photos(self) -> tuple[PhotoEntry, ...]:
        """All photos in the order of their names."""
        return self._photos

    def photo(self, name: str) -> PhotoEntry:
        """Return the photo of that name; KeyError where there is none."""
        return self._by_name[name]

    def photo_path(self, entry: PhotoEntry) -> Path:
        """Return where the photo is, also when it was moved; SegStudioError where it is gone."""
        return self._finder.find(entry, self._photos)

    def label_path(self, entry: PhotoEntry) -> Path:
        """Return where the photo's label image is or will be."""
        return self.root / LABELS / label_name(entry.name)

    def annotation(self, entry: PhotoEntry) -> Annotation | None:
        """Return the photo's shapes, None where it was never annotated."""
        path = self._annotation_path(entry.name)
        if not entry.annotated:
            return None
        try:
            return _ANNOTATION.validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise SegStudioError(
                f"The annotation {path} is missing or damaged.",
                remedy="Import the export again; the originals are in annotations/originals.",
            ) from error

    @property
    def cache(self) -> Path:
        """The folder for what can be computed anew; safe to delete."""
        return self.root / "cache"

    # Changing it

    def store(self, photos: Sequence[tuple[PhotoEntry, Annotation | None]]) -> None:
        """Add or replace photos with their annotations; a photo without one keeps its old one."""
        self._check_writable()
        with self._writing:
            by_name = dict(self._by_name)
            for entry, annotation in photos:
                known = by_name.get(entry.name)
                if annotation is not None:
                    path = self._annotation_path(entry.name)
                    write_atomic(path, _ANNOTATION.dump_json(annotation, indent=1))
                annotated = annotation is not None or (known is not None and known.annotated)
                by_name[entry.name] = entry.model_copy(update={"annotated": annotated})
            rows = tuple(by_name[name] for name in sorted(by_name))
            value = _PHOTOS.dump_python(rows, mode="json")
            write_json(self.root / "photos.json", value, keep_backup=True)
            self._by_name, self._photos = by_name, rows

    def set_palette(self, palette: Palette, what: str, *, undoable: bool = True) -> None:
        """Change the palette; `what` names the edit. One that is not undoable starts undo anew."""
        if undoable:
            self._edit(what, {"palette": palette})
        elif palette != self.palette:
            state = State(what=what, palette=palette, split=self.split)
            with self._writing:
                self._apply(History(states=(state,), cursor=0))

    def set_split(self, split: Split, what: str) -> None:
        """Lock a split; `what` names the edit for undo."""
        self._edit(what, {"split": split})

    def set_training_choice(self, choice: TrainingChoice) -> None:
        """Remember what to train with; it is no edit to undo."""
        if choice != self.training_choice:
            self._write({"training": choice})

    @property
    def can_undo(self) -> bool:
        """Whether an edit can be undone."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether an undone edit can be done again."""
        return self._history.can_redo

    def undo(self) -> str:
        """Take the last edit back and return its name; SegStudioError where there is none."""
        with self._writing:
            undone = self._history.current.what
            self._apply(self._history.moved(-1))
            return undone

    def redo(self) -> str:
        """Do the last undone edit again and return its name; SegStudioError where there is none."""
        with self._writing:
            self._apply(self._history.moved(+1))
            return self._history.current.what

    # Label images and runs

    @property
    def burnt_with(self) -> Palette | None:
        """The palette that all label images were burnt with, None where they are in doubt."""
        return self._manifest.burnt_with

    def labels_current(self) -> bool:
        """Whether the label images were burnt with the palette as it is now, colours included."""
        return self.burnt_with == self.palette

    def mark_labels(self, burnt_with: Palette | None) -> None:
        """Remember the palette that all label images were burnt with; None: they are in doubt."""
        self._write({"burnt_with": burnt_with})

    def runs(self) -> tuple[RunInfo, ...]:
        """Return the runs, oldest first."""
        return list_runs(self.root / "runs")

    def run(self, wanted: str) -> RunInfo:
        """Return a run by folder name, `latest` or `best`; UsageError where there is none."""
        return find_run(self.root / "runs", wanted)

    def new_run_folder(self, name: str) -> Path:
        """Make the folder of a new run."""
        self._check_writable()
        return new_run_folder(self.root / "runs", name)

    # Inside

    def _annotation_path(self, name: str) -> Path:
        return self.root / "annotations" / f"{name}.json"

    def _edit(self, what: str, change: dict[str, object]) -> None:
        with self._writing:
            before = self._history.current
            after = before.model_copy(update=change)
            if after != before:
                self._apply(self._history.after(after.model_copy(update={"what": what})))

    def _apply(self, history: History) -> None:
        state = history.current
        self._check_writable()
        # In this order: a history ahead of the manifest is noticed and dropped.
        history.save(self.root / "history.json")
        self._write({"palette": state.palette, "split": state.split})
        self._history = history

    def _write(self, update: dict[str, object]) -> None:
        self._check_writable()
        with self._writing:
            manifest = self._manifest.model_copy(update=update)
            value = manifest.model_dump(mode="json", by_alias=True)
            write_json(self.root / MANIFEST, value, keep_backup=True)
            self._manifest = manifest

    def _check_writable(self) -> None:
        if self._lock is None:
            raise cannot_write(self.root, PermissionError("the project is open for reading only"))
