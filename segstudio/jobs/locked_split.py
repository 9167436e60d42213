"""The split that a training goes by: the project's own, or one that is made and locked first."""

from __future__ import annotations

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.splits import split_by_folders
from segstudio.jobs import split as split_job
from segstudio.jobs.burn import burn
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import Split
from segstudio.project.project import Project


def locked_split(
    project: Project, config: TrainConfig, report: Reporter
) -> tuple[Split, TrainConfig]:
    """Return the project's split, locking one first where there is none, and what was used.

    Raises SegStudioError where no photo is annotated, Stopped where the user stopped the look at
    the photos.
    """
    annotated = [entry.name for entry in project.photos if entry.annotated]
    if not annotated:
        raise SegStudioError(
            f"The project {project.name} has no annotated photo.",
            meaning="A training learns from photos whose classes are outlined.",
            remedy="Import a CVAT or LabelMe export first.",
        )
    burn(project, report)
    if project.split is None:
        _lock_split(project, config, annotated, report)
    else:
        config = config.model_copy(update={"split": "given"})
    split = project.split
    assert split is not None
    if new := [name for name in annotated if name not in split.parts]:
        report(
            Message(
                f"{len(new)} annotated photos came after the split and are not used; "
                "split the photos anew to use them."
            )
        )
    return split, config


def _lock_split(
    project: Project, config: TrainConfig, annotated: list[str], report: Reporter
) -> None:
    """Lock the split that the settings ask for: by folders where photos lie in them, or dealt."""
    parts = split_by_folders(annotated)
    if config.split == "given" and parts is not None:
        project.set_split(Split(parts=parts, method="folders"), "Split photos by folders")
        report(Message("The folders train, val and test decide which photos check."))
        return
    ways: dict[str, split_job.SplitMethod] = {"random": "random", "pixels": "pixels"}
    request = split_job.SplitRequest(
        project,
        by=ways.get(config.split, "presence"),
        seed=config.seed,
        keep_bursts=config.keep_bursts,
    )
    result = split_job.run(request, report)
    counts = result.photos
    for note in result.notes:
        report(Message(note))
    report(
        Message(
            f"{counts['train']} photos train and {counts['val']} are kept aside to check; "
            "this split is locked, so that runs can be compared."
        )
    )
