from __future__ import annotations

from conftest import Recorder

from segstudio.core.events import ProblemFound, Progress
from segstudio.core.label_image import read_label
from segstudio.jobs import split
from segstudio.jobs.burn import burn
from segstudio.project.project import Project


def test_label_images_follow_the_palette(tiny_project: Project, report: Recorder) -> None:
    tiny_project.set_palette(tiny_project.palette.merged(2, 255), "Ignore ground")
    assert not tiny_project.labels_current()
    assert burn(tiny_project, report)
    assert tiny_project.labels_current()
    for entry in tiny_project.photos:
        label = read_label(tiny_project.label_path(entry))
        assert (label[60, 50], label[5, 50], label[5, 2]) == (255, 1, 0)
    progress = [event for event in report.events if isinstance(event, Progress)]
    assert progress[-1].done == progress[-1].total == 6


def test_a_stopped_burn_does_not_count_as_done(tiny_project: Project) -> None:
    tiny_project.set_palette(tiny_project.palette.merged(2, 1), "Merge ground into sky")
    assert not burn(tiny_project, Recorder(stop_after=2))
    assert not tiny_project.labels_current()


def test_what_is_undone_after_a_stopped_burn_is_burnt_again(
    tiny_project: Project, report: Recorder
) -> None:
    before = [read_label(tiny_project.label_path(entry)) for entry in tiny_project.photos]
    tiny_project.set_palette(tiny_project.palette.merged(2, 1), "Merge ground into sky")
    burn(tiny_project, Recorder(stop_after=2))
    tiny_project.undo()
    assert not tiny_project.labels_current()
    assert burn(tiny_project, report)
    after = [read_label(tiny_project.label_path(entry)) for entry in tiny_project.photos]
    assert all((one == two).all() for one, two in zip(before, after, strict=True))


def test_a_damaged_annotation_is_told_and_the_others_are_made(
    tiny_project: Project, report: Recorder
) -> None:
    broken, *others = tiny_project.photos
    (tiny_project.root / "annotations" / f"{broken.name}.json").write_text("{")
    tiny_project.set_palette(tiny_project.palette.merged(2, 1), "Merge ground into sky")
    assert burn(tiny_project, report)
    told = [event.problem.path for event in report.events if isinstance(event, ProblemFound)]
    assert told == [broken.name]
    assert not tiny_project.label_path(broken).exists()
    assert all(read_label(tiny_project.label_path(entry)).max() == 1 for entry in others)
    parts = split.run(split.SplitRequest(tiny_project), report).photos
    assert sum(parts.values()) == len(others)
