"""The window's state: which project is open and which photo is looked at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segstudio.core.palette import Palette
from segstudio.project.entries import PhotoEntry, Split
from segstudio.project.project import Project


class Session(QObject):
    """Holds the open project and the current photo and says what changed.

    Lives in the GUI thread. Setters compare before they emit. Failures are SegStudioError.
    """

    project_changed = Signal()
    palette_changed = Signal()
    photos_changed = Signal()
    split_changed = Signal()
    runs_changed = Signal()
    training_changed = Signal()
    history_changed = Signal()
    current_photo_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._current_photo: str | None = None
        self._training = False
        self.closing = False
        """True while the window only waits for the running job to end; pages begin nothing more."""

    @property
    def project(self) -> Project | None:
        """The open project, or None."""
        return self._project

    @property
    def palette(self) -> Palette | None:
        """The open project's palette, or None."""
        return self._project.palette if self._project is not None else None

    @property
    def photos(self) -> tuple[PhotoEntry, ...]:
        """The open project's photos in order; empty without a project."""
        return self._project.photos if self._project is not None else ()

    @property
    def current_photo(self) -> str | None:
        """The name of the photo that is looked at, or None."""
        return self._current_photo

    @property
    def current_entry(self) -> PhotoEntry | None:
        """The entry of the photo that is looked at, or None."""
        return next((entry for entry in self.photos if entry.name == self._current_photo), None)

    def open_project(self, root: Path) -> None:
        """Open the project at `root`; the one open before is closed once the new one is there."""
        if self._project is not None and self._project.root == root.resolve():
            return
        self._take(Project.open(root))

    def create_project(self, root: Path, palette: Palette | None = None) -> None:
        """Make a project in the folder `root` and open it."""
        self._take(Project.create(root, palette))

    def take_project(self, project: Project) -> None:
        """Go on with a project that is open for writing already."""
        self._take(project)

    def close_project(self) -> None:
        """Close the open project, if any."""
        if self._project is not None:
            self._take(None)

    def set_palette(self, palette: Palette, what: str) -> None:
        """Store an edited palette; `what` names the edit in the undo history."""
        if self._project is None or palette == self._project.palette:
            return
        self._project.set_palette(palette, what=what)
        self.palette_changed.emit()
        self.history_changed.emit()

    def set_split(self, split: Split, what: str) -> None:
        """Lock a split; `what` names the edit in the undo history."""
        if self._project is None or split == self._project.split:
            return
        self._project.set_split(split, what=what)
        self.split_changed.emit()
        self.history_changed.emit()

    @property
    def training(self) -> bool:
        """True while a training of the page Train runs."""
        return self._training

    def set_training(self, training: bool) -> None:
        """Say that a training begins or has ended."""
        if training != self._training:
            self._training = training
            self.training_changed.emit()

    @property
    def can_undo(self) -> bool:
        """True when there is an edit to take back."""
        return self._project is not None and self._project.can_undo

    @property
    def can_redo(self) -> bool:
        """True when there is an edit to bring back."""
        return self._project is not None and self._project.can_redo

    def undo(self) -> None:
        """Take back the last palette or split edit."""
        self._step_history(back=True)

    def redo(self) -> None:
        """Bring back the edit that was last taken back."""
        self._step_history(back=False)

    def set_current_photo(self, name: str | None) -> None:
        """Look at the photo `name`; None looks at nothing and emits an empty name."""
        if name != self._current_photo:
            self._current_photo = name
            self.current_photo_changed.emit(name or "")

    def step_photo(self, step: int) -> None:
        """Look at the photo `step` places further in the project's order, stopping at the ends."""
        names = [entry.name for entry in self.photos]
        if not names:
            return
        current = self._current_photo
        index = names.index(current) + step if current in names else 0
        self.set_current_photo(names[min(max(index, 0), len(names) - 1)])

    def note_import(self) -> None:
        """Say that a job changed the project's photos, annotations and palette."""
        self._keep_photo_valid()
        self.palette_changed.emit()
        self.photos_changed.emit()
        self.split_changed.emit()
        self.history_changed.emit()

    def note_split(self) -> None:
        """Say that a training locked a split."""
        self.split_changed.emit()

    def note_runs(self) -> None:
        """Say that a job added a run or scores."""
        self.runs_changed.emit()

    def _take(self, project: Project | None) -> None:
        before, self._project = self._project, project
        if before is not None:
            before.close()
        self._keep_photo_valid()
        self.project_changed.emit()
        self.palette_changed.emit()
        self.photos_changed.emit()
        self.split_changed.emit()
        self.runs_changed.emit()
        self.history_changed.emit()

    def _keep_photo_valid(self) -> None:
        photos = self.photos
        if self.current_entry is None:
            self.set_current_photo(photos[0].name if photos else None)

    def _step_history(self, *, back: bool) -> None:
        project = self._project
        if project is None or not (project.can_undo if back else project.can_redo):
            return
        palette, split = project.palette, project.split
        project.undo() if back else project.redo()
        if project.palette != palette:
            self.palette_changed.emit()
        if project.split != split:
            self.split_changed.emit()
        self.history_changed.emit()
