"""What both CVAT formats say before the first shape: labels, tasks, their sizes and frames."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from segstudio.formats.base import LabelName
from segstudio.formats.numbers import pixels, whole
from segstudio.formats.source import MAX_FILES
from segstudio.formats.xml import line_of, text_of

Size = tuple[int, int]

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_STEP = re.compile(r"\s*step\s*=\s*([0-9]{1,9})\s*")


@dataclass(frozen=True, slots=True)
class Task:
    """One task or job: its subset as written, its size (width, height) and its frame numbers.

    `size` and `frames` are None where they are not stated or make no sense; `step` is the distance
    of its frames. `photos` says that it was made of photos, not of a video.
    """

    subset: str = ""
    size: Size | None = None
    frames: range | None = None
    step: int = 1
    photos: bool = False


@dataclass(frozen=True, slots=True)
class Meta:
    """The head of a file: labels in their order, tasks by their id, the video's file name.

    A `project` may hold several tasks, whose photos are in folders of their subsets. `line` is
    where it stands in the file.
    """

    labels: tuple[LabelName, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    video: str = ""
    project: bool = False
    line: int | None = 1

    def number(self, task_id: str) -> str:
        """Return the id of the task that is meant; an only task is, whatever the id."""
        return next(iter(self.tasks)) if len(self.tasks) == 1 else task_id

    def task(self, task_id: str) -> Task:
        """Return the task of that id; of an unknown one, what all tasks have in common."""
        known = self.tasks.get(self.number(task_id))
        if known is not None:
            return known
        sizes = {task.size for task in self.tasks.values()}
        return Task(size=sizes.pop() if len(sizes) == 1 else None)


def read_meta(meta: etree._Element) -> Meta:
    """Read `<meta>` of a task, a job or a project."""
    found = [e for path in ("task", "job", "project/tasks/task") for e in meta.iterfind(path)]
    # A job states its size beside itself.
    beside = _size(meta)
    tasks = {text_of(element, "id"): _task(element, beside) for element in found}
    video = next((text_of(e, "source") for e in (*found, meta) if text_of(e, "source")), "")
    return Meta(
        labels=_labels(meta),
        tasks=tasks,
        video=video,
        project=meta.find("project") is not None,
        line=line_of(meta),
    )


def below_subset(name: str, subset: str) -> str:
    """Return a photo's name in the folder of its subset, where a project export has one."""
    if not name or subset in ("", "default") or name.startswith(f"{subset}/"):
        return name
    return f"{subset}/{name}"


def _labels(meta: etree._Element) -> tuple[LabelName, ...]:
    """Return the label list in its order; parts of skeletons are no classes."""
    found = []
    for label in meta.iterfind(".//labels/label"):
        name = label.findtext("name") or ""
        # Blanks are part of a name, line ends come from a program that indents.
        name = name.strip() if "\n" in name else name
        if not name.strip() or text_of(label, "parent"):
            continue
        color = text_of(label, "color")
        found.append(LabelName(name, color.lower() if _COLOR.fullmatch(color) else None))
    return tuple(found)


def _task(element: etree._Element, beside: Size | None) -> Task:
    step = _STEP.fullmatch(text_of(element, "frame_filter"))
    distance = max(1, int(step[1])) if step else 1
    return Task(
        subset=text_of(element, "subset"),
        size=_size(element) or beside,
        frames=_frames(element, distance),
        step=distance,
        photos=text_of(element, "mode") == "annotation",
    )


def _size(element: etree._Element) -> Size | None:
    width = pixels(text_of(element, "original_size/width"))
    height = pixels(text_of(element, "original_size/height"))
    return (width, height) if width and height else None


def _frames(element: etree._Element, step: int) -> range | None:
    """Return the numbers of all frames, None where first, last and count contradict each other."""
    try:
        first, last = (whole(text_of(element, key)) for key in ("start_frame", "stop_frame"))
        count = whole(text_of(element, "size"))
    except ValueError:
        return None
    frames = range(first, last + 1, step)
    return frames if first >= 0 and len(frames) == count <= MAX_FILES else None
