"""Class lists from and to files, as the classes page offers them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from segstudio.core.palette_files import (
    PALETTE_KINDS,
    PaletteKind,
    read_palette_file,
    write_palette_file,
)
from segstudio.gui.class_edits import PaletteEdits
from segstudio.gui.session import Session
from segstudio.gui.widgets.import_classes import ImportClassesDialog
from segstudio.jobs.palette_import import described, taken_over

_READ = "Class lists (*.json *.txt);;All files (*)"


class ClassFiles:
    """Asks for files, and before classes are taken over."""

    def __init__(self, session: Session, edits: PaletteEdits, parent: QWidget) -> None:
        self._session = session
        self._edits = edits
        self._parent = parent

    def ask_import(self) -> None:
        """Let the user choose a class list, then ask whether to take it over."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Import classes", "", _READ)
        if name:
            self.import_file(Path(name))

    def import_file(self, path: Path) -> None:
        """Show what a class list would change, and store it as one edit when that is wanted.

        Raises SegStudioError where it is no class list.
        """
        before = self._session.palette
        if before is None:
            return
        file = read_palette_file(path)
        after = taken_over(before, file)
        lines = described(before, after, file)
        dialog = ImportClassesDialog(path.name, file.kind, lines, self._parent)
        dialog.take.setEnabled(after != before)
        self._edits.told.connect(dialog.show_count)
        self._edits.attempt(after)
        wanted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        if wanted:
            self._edits.store(after, f"Classes of {path.name}")
        else:
            self._edits.leave()

    def ask_export(self) -> None:
        """Let the user choose where to and as what the classes are written."""
        filters = {f"{kind.title} (*.json)": kind for kind in PALETTE_KINDS}
        name, chosen = QFileDialog.getSaveFileName(
            self._parent, "Export classes", PALETTE_KINDS[0].file, ";;".join(filters)
        )
        if name:
            path = Path(name)
            self.export_file(path if path.suffix else path.with_suffix(".json"), filters[chosen])

    def export_file(self, path: Path, kind: PaletteKind) -> None:
        """Write the classes; SegStudioError where the file cannot be written."""
        palette = self._session.palette
        if palette is not None:
            write_palette_file(palette, path, kind)
