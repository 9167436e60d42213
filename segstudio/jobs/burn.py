"""Label images of a project, written anew from its annotations when the palette changed."""

from __future__ import annotations

from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress, Reporter
from segstudio.core.label_image import write_label
from segstudio.core.problems import Problem
from segstudio.core.rasterize import rasterize
from segstudio.project.project import Project


def burn(project: Project, report: Reporter) -> bool:
    """Rewrite the label images that are missing or were burnt with another palette.

    A photo whose annotation is damaged is told and has no label image then. Returns False where
    the user stopped before all were done.
    """
    palette, current = project.palette, project.labels_current()
    entries = [
        entry
        for entry in project.photos
        if entry.annotated and not (current and project.label_path(entry).is_file())
    ]
    if entries and not current:
        # Stopped half-way, the label images are of two palettes, whatever is undone then.
        project.mark_labels(None)
    for done, entry in enumerate(entries):
        if report.stop_requested:
            return False
        report(Progress("Making label images", done, len(entries), entry.name))
        try:
            annotation = project.annotation(entry)
        except SegStudioError as error:
            # A label image of another palette would be learned from with the wrong classes.
            project.label_path(entry).unlink(missing_ok=True)
            report(ProblemFound(Problem("error", entry.name, f"No label image: {error.what}")))
            continue
        if annotation is not None:
            label = rasterize(annotation, palette, (entry.width, entry.height)).label
            write_label(project.label_path(entry), label, palette)
    if entries:
        report(Progress("Making label images", len(entries), len(entries)))
    project.mark_labels(palette)
    return True
