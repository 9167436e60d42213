"""The frames of a video as annotations, out of the tracks of a CVAT file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import gcd

from segstudio.core.annotation import Annotation, Shape
from segstudio.core.problems import Problem
from segstudio.formats.base import Item
from segstudio.formats.cvat_meta import Meta, Task
from segstudio.formats.cvat_tracks import Gap, Stated, Track
from segstudio.formats.numbers import shorten
from segstudio.formats.source import MAX_FILES
from segstudio.formats.split_parts import subset_named

# More shapes than this are not worked out: no video is so long and so full.
_MOST_FILLED = 1_000_000
_SHOWN = 8


@dataclass
class _Moment:
    """What is to be seen in a frame, in the order of the tracks; `stated` if the file says so."""

    line: int | None
    stated: bool = False
    parts: list[Stated | Gap] = field(default_factory=list)


@dataclass
class _Scene:
    """One task: its tracks, its frames as far as they are known, the folder of its photos."""

    task: Task
    folder: str
    subset: str
    step: int
    frames: range | None
    tracks: list[Track]
    moments: dict[int, _Moment] = field(default_factory=dict)

    def gaps(self) -> Iterator[tuple[Track, Gap]]:
        """Yield where tracks leave out frames."""
        for track in self.tracks:
            yield from ((track, gap) for gap in track.gaps(self.step, self.frames))

    def can_hold_its_gaps(self) -> bool:
        """Tell whether no gap is longer than the video, as after a wrong frame number."""
        longest = len(self.task.frames) if self.task.frames else MAX_FILES
        return all(len(gap.frames) <= longest for _, gap in self.gaps())

    def collect(self, filled: bool) -> None:
        """Sort the shapes of all tracks by frames, with the gaps between them if wanted."""
        for track in self.tracks:
            for stated in track.shapes:
                moment = self.moments.setdefault(stated.frame, _Moment(stated.line))
                moment.stated = True
                if not stated.outside:
                    moment.parts.append(stated)
            for gap in track.gaps(self.step, self.frames) if filled else ():
                for frame in gap.frames:
                    self.moments.setdefault(frame, _Moment(track.line)).parts.append(gap)

    def annotations(self, file: str) -> Iterator[Annotation]:
        """Yield the frames in their order, without those that nothing is known of."""
        width, height = self.task.size or (None, None)
        for frame in sorted(self.moments if self.frames is None else self.frames):
            moment = self.moments.pop(frame, _Moment(None))
            yield Annotation(
                photo=f"{self.folder}/{frame_name(frame)}".removeprefix("/"),
                width=width,
                height=height,
                shapes=_shapes(moment, frame),
                source=file,
                line=moment.line,
                subset=self.subset,
                implied=not moment.stated and not (moment.parts and width),
            )


def frame_name(frame: int) -> str:
    """Return what CVAT calls the picture of a frame, without its extension."""
    return f"frame_{frame:06d}"


def frames_of(tracks: Sequence[Track], meta: Meta, file: str, written_out: bool) -> Iterator[Item]:
    """Yield an annotation for every frame, and what is to be said about gaps in tracks.

    `written_out` says that shapes between keyframes are in the file, as in all of CVAT's own.
    """
    scenes = _scenes(tracks, meta, written_out)
    gaps = [found for scene in scenes for found in scene.gaps()]
    filled = False
    if written_out:
        yield from _left_empty((row for row in gaps if row[1].after is not None), file)
    # CVAT does not end a shape one frame before the last; any other gap is another program's.
    elif any(gap.after is not None or len(gap.frames) > 1 for _, gap in gaps):
        count = sum(len(gap.frames) for _, gap in gaps)
        filled = count <= _MOST_FILLED and all(scene.can_hold_its_gaps() for scene in scenes)
        yield from _filled_in(gaps, file) if filled else _too_many(gaps, file, count)
    for scene in scenes:
        scene.collect(filled)
        yield from scene.annotations(file)


def _scenes(tracks: Sequence[Track], meta: Meta, written_out: bool) -> list[_Scene]:
    """Sort the tracks by their tasks; tasks without tracks have frames all the same."""
    by_task: dict[str, list[Track]] = {number: [] for number in meta.tasks}
    for track in tracks:
        by_task.setdefault(meta.number(track.task), []).append(track)
    scenes = [_scene(number, found, meta, written_out) for number, found in by_task.items()]
    shared = Counter(scene.folder for scene in scenes)
    for number, scene in zip(by_task, scenes, strict=True):
        if shared[scene.folder] > 1:
            scene.folder = f"{scene.folder}/task_{number}".removeprefix("/")
    return scenes


def _scene(number: str, tracks: list[Track], meta: Meta, written_out: bool) -> _Scene:
    task = meta.task(number)
    subset = next((track.subset for track in tracks if track.subset), task.subset)
    mentioned = {stated.frame for track in tracks for stated in track.shapes}
    # Numbers that a job counts anew, or a hand has changed, say nothing of the frames there are.
    # A shape may end one frame after the last.
    seen = {stated.frame for track in tracks for stated in track.shapes if not stated.outside}
    frames = task.frames if task.frames and seen <= set(task.frames) else None
    apart = gcd(*(frame - min(mentioned) for frame in mentioned)) if mentioned else 0
    return _Scene(
        task=task,
        folder="" if subset == "default" or not meta.project else subset,
        subset=subset_named(subset),
        step=(apart or task.step) if written_out else task.step,
        frames=frames,
        tracks=tracks,
    )


def _shapes(moment: _Moment, frame: int) -> tuple[Shape, ...]:
    shapes = (
        part.drawn() if isinstance(part, Stated) else part.shape_at(frame) for part in moment.parts
    )
    return tuple(shape for shape in shapes if shape is not None)


def _filled_in(gaps: Iterable[tuple[Track, Gap]], file: str) -> Iterator[Problem]:
    """Say for every track which frames were worked out."""
    frames: dict[int, tuple[Track, list[range]]] = {}
    for track, gap in gaps:
        frames.setdefault(id(track), (track, []))[1].append(gap.frames)
    for track, missing in frames.values():
        text = (
            f'{track.name} ("{shorten(track.label)}"): the file has no shapes for frame(s) '
            f"{_spans(missing)}; they were worked out from the keyframes around them, as CVAT does"
        )
        yield Problem("warning", file, text, track.line)


def _left_empty(gaps: Iterable[tuple[Track, Gap]], file: str) -> Iterator[Problem]:
    """Say which tracks have holes, together where they have the same."""
    missing: dict[int, tuple[Track, list[range]]] = {}
    for track, gap in gaps:
        missing.setdefault(id(track), (track, []))[1].append(gap.frames)
    alike: dict[str, list[Track]] = {}
    for track, frames in missing.values():
        alike.setdefault(_spans(frames), []).append(track)
    for spans, tracks in alike.items():
        names = ", ".join(track.name for track in tracks[:_SHOWN])
        more = f" and {len(tracks) - _SHOWN} more tracks" if len(tracks) > _SHOWN else ""
        text = (
            f"{names}{more}: the file has no shapes for frame(s) {spans}, only before and after; "
            "nothing is drawn there"
        )
        yield Problem("warning", file, text, tracks[0].line)


def _too_many(gaps: Sequence[tuple[Track, Gap]], file: str, count: int) -> Iterator[Problem]:
    """Say that gaps are too large to be filled in."""
    track = gaps[0][0]
    spans = _spans([gap.frames for other, gap in gaps if other is track])
    text = (
        f"{track.name}: the file has no shapes for frame(s) {spans}; {count} such shapes in all "
        "tracks are too many to be worked out, nothing is drawn there"
    )
    yield Problem("warning", file, text, track.line)


def _spans(frames: Sequence[range]) -> str:
    """Return numbers of frames in few words: "1-3, 5"."""
    words = [
        str(span[0])
        if len(span) == 1
        else f"{span[0]}-{span[-1]}" + (f" (every {span.step}th)" if span.step > 1 else "")
        for span in frames
    ]
    more = f" and {len(words) - _SHOWN} more stretches" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
