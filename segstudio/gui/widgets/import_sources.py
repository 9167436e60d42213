"""Where the user says what to import: the export and the photos, by drop or by button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from segstudio.core.errors import SegStudioError
from segstudio.gui.dropped import sort_dropped
from segstudio.gui.theme import GRID
from segstudio.gui.widgets.basics import button, column, set_state
from segstudio.gui.widgets.import_options import ImportOptions
from segstudio.gui.widgets.source_slot import SourceSlot

_EXPORTS = "Annotation exports (*.xml *.zip *.json);;All files (*)"


class ImportSources(QWidget):
    """Two slots and the Import button."""

    start_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sources: tuple[Path, ...] = ()
        self.photos: Path | None = None
        self._busy = False
        files = button("&Files or zip…", icon_name="file")
        files.clicked.connect(self._choose_files)
        folder = button("F&older…", icon_name="folder")
        folder.clicked.connect(self._choose_folder)
        photos = button("&Photos folder…", icon_name="folder")
        photos.clicked.connect(self._choose_photos)
        self.export_slot = SourceSlot(
            "file",
            "Annotation export",
            "Drop files, a folder of them, or a zip",
            [files, folder],
        )
        self.photo_slot = SourceSlot(
            "photo", "Photos", "Not needed when they lie beside the export", [photos]
        )
        self.options = ImportOptions()
        self.start_button = button("&Import", role="primary", size="large")
        self.start_button.clicked.connect(self.start_clicked)
        self.export_slot.cleared.connect(self._clear_sources)
        self.photo_slot.cleared.connect(self._clear_photos)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.export_slot, 1)
        layout.addWidget(self.photo_slot, 1)
        starting = column(self.start_button, self.options)
        layout.addLayout(starting)
        self._show()

    def choose(self, paths: tuple[Path, ...]) -> None:
        """Take files and folders, sorted into exports and photos by what is in them.

        Raises SegStudioError that names what is neither.
        """
        dropped = sort_dropped(paths)
        if dropped.sources:
            self.sources = tuple(dict.fromkeys((*self.sources, *dropped.sources)))
        if dropped.photos is not None:
            self.photos = dropped.photos
        self._show()
        if dropped.other:
            names = ", ".join(path.name for path in dropped.other)
            raise SegStudioError(
                f"There is neither an annotation export nor a photo in {names}.",
                meaning="SegStudio reads exports of CVAT, LabelMe and labelme, COCO files and "
                "folders of label images, also inside a zip.",
                remedy="Export from CVAT as CVAT for images 1.1, for example, then drop that file.",
            )

    def clear(self) -> None:
        """Forget what was chosen."""
        self.sources, self.photos = (), None
        self._show()

    def set_busy(self, busy: bool) -> None:
        """Allow no start while a job runs."""
        self._busy = busy
        self._show()

    def mark_drop(self, over: bool) -> None:
        """Show that files are being dragged over the page."""
        for slot in (self.export_slot, self.photo_slot):
            set_state(slot, "drop" if over else "card", "role")

    def _show(self) -> None:
        self.export_slot.show_paths(self.sources)
        self.photo_slot.show_paths((self.photos,) if self.photos else ())
        self.start_button.setEnabled(bool(self.sources) and not self._busy)
        missing = "" if self.sources else "Choose an annotation export first."
        self.start_button.setToolTip("Another job is running." if self._busy else missing)

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Annotation export", "", _EXPORTS)
        if names:
            self.choose(tuple(Path(name) for name in names))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the annotation export")
        if name:
            self.choose((Path(name),))

    def _choose_photos(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the photos")
        if name:
            self.photos = Path(name)
            self._show()

    def _clear_sources(self) -> None:
        self.sources = ()
        self._show()

    def _clear_photos(self) -> None:
        self.photos = None
        self._show()
