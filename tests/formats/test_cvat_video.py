"""Tracks become annotations of frames: what is seen where, and what is said about gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from formats.reading import Content, read_all
from segstudio.core.annotation import Annotation, Box
from segstudio.formats.base import Candidate, LabelName, Match, Refusal
from segstudio.formats.cvat_video import CvatVideo
from segstudio.formats.source import FolderSource

ASSETS = Path(__file__).parents[1] / "assets" / "cvat_video"
SIZE = "<original_size><width>64</width><height>48</height></original_size>"
TASK = (
    "<meta><task><id>1</id><size>10</size><mode>interpolation</mode><start_frame>0</start_frame>"
    f"<stop_frame>9</stop_frame><frame_filter></frame_filter>{SIZE}</task></meta>"
)


def box(frame: object, left: int = 0, **attributes: object) -> str:
    """A box of 10 x 10 pixels in one frame, a keyframe unless said otherwise."""
    values = {"frame": frame, "keyframe": 1, "outside": 0, **attributes}
    values |= {"xtl": left, "ytl": 0, "xbr": left + 10, "ybr": 10}
    stated = " ".join(f'{key}="{value}"' for key, value in values.items())
    return f"<box {stated}/>\n"


def track(*shapes: str, **attributes: object) -> str:
    values = {"id": 0, "label": "car", **attributes}
    stated = " ".join(f'{key}="{value}"' for key, value in values.items())
    return f"<track {stated}>\n{''.join(shapes)}</track>\n"


def video(folder: Path, *tracks: str, meta: str = TASK) -> Content:
    text = f"<annotations>{meta}\n{''.join(tracks)}</annotations>"
    (folder / "a.xml").write_text(text, "utf-8")
    return read_all(CvatVideo(), FolderSource(folder), "a.xml")


def seen(result: Content) -> dict[int, list[float]]:
    """The left sides of the boxes of each frame that the file speaks of."""
    return {
        int(entry.photo[-6:]): [shape.geometry.outline()[0][0] for shape in entry.shapes]
        for entry in result.annotations
        if not entry.implied
    }


def warnings(result: Content) -> list[str]:
    return [problem.message for problem in result.problems if problem.severity == "warning"]


def test_a_task_is_taken_over_with_its_size_subset_and_labels() -> None:
    result = read_all(CvatVideo(), FolderSource(ASSETS / "good"), "clip.xml")
    assert result.labels == (LabelName("road", "#202020"), LabelName("car", "#aa3333"))
    assert [(entry.photo, entry.implied) for entry in result.annotations] == [
        ("frame_000020", False),
        ("frame_000030", False),
        ("frame_000040", False),
        ("frame_000050", True),
    ]
    assert {(e.width, e.height, e.subset) for e in result.annotations} == {(8, 6, "val")}
    car, road = result.annotations[0].shapes
    assert (car.geometry, car.z_order) == (Box(1, 1, 4, 3), 1)
    assert (road.label, road.line) == ("road", 30)
    (note,) = result.problems
    assert (note.severity, '"clip.mp4"' in note.message) == ("info", True)


def test_one_bad_shape_does_not_lose_the_others() -> None:
    result = read_all(CvatVideo(), FolderSource(ASSETS), "bad/shapes.xml")
    told = {problem.line: problem.message for problem in result.problems}
    for line, words in {
        5: ("track 0", '"x" is no frame number'),
        6: ("track 0", '"-1" is no frame number'),
        7: ("track 0", "no frame number"),
        8: ("track 0", "no frame"),
        9: ("track 0, frame_000001", 'outside is "maybe"'),
        10: ("track 0, frame_000002", "nan"),
        13: ("track 0", "no label"),
        14: ("track number 2, frame_000000", "splash", "unknown"),
        15: ('2 points of "car"', "no area"),
    }.items():
        assert all(word in told[line] for word in words), told[line]
    assert [len(entry.shapes) for entry in result.annotations] == [1, 0, 0, 0]


def test_files_that_state_every_frame_are_left_as_they_are(tmp_path: Path) -> None:
    moving = track(box(0, 1), box(1, 2, keyframe=0), box(2, 3), box(3, 3, outside=1), box(8, 9))
    result = video(tmp_path, moving)
    assert seen(result) == {0: [1], 1: [2], 2: [3], 3: [], 8: [9]}
    assert not warnings(result)


def test_single_shapes_do_not_go_on_to_the_end(tmp_path: Path) -> None:
    # CVAT leaves out the end of a shape in the last frame but one.
    result = video(tmp_path, track(box(2), box(3, outside=1)), track(box(8), id=1))
    assert seen(result) == {2: [0], 3: [], 8: [0]}
    assert not warnings(result)


def test_frames_between_keyframes_are_worked_out_and_told(tmp_path: Path) -> None:
    shapes = (box(0, 5), box(4, 25), box(6, 35, outside=1), box(8, 5))
    result = video(tmp_path, track(*shapes), track(box(1, 40), box(2, 50, outside=1), id="b"))
    expected: dict[int, list[float]] = {
        0: [5], 1: [10, 40], 2: [15], 3: [20], 4: [25], 5: [30], 6: [], 8: [5], 9: [5]
    }  # fmt: skip
    assert seen(result) == expected
    (told,) = warnings(result)
    assert 'track 0 ("car")' in told
    assert "frame(s) 1-3, 5, 9" in told


def test_the_step_of_a_video_is_kept_between_keyframes(tmp_path: Path) -> None:
    meta = (
        "<meta><task><size>4</size><start_frame>10</start_frame><stop_frame>40</stop_frame>"
        f"<frame_filter>step=10</frame_filter>{SIZE}</task></meta>"
    )
    result = video(tmp_path, track(box(10, 0), box(30, 20)), meta=meta)
    assert seen(result) == {10: [0], 20: [10], 30: [20], 40: [20]}
    assert "frame(s) 20, 40" in warnings(result)[0]


def test_gaps_beside_interpolated_shapes_are_told_once(tmp_path: Path) -> None:
    gap = (box(0), box(1, keyframe=0), box(5), box(6, outside=1))
    tracks = [track(*gap, id=number) for number in range(3)]
    result = video(tmp_path, *tracks)
    assert set(seen(result)) == {0, 1, 5, 6}
    (told,) = warnings(result)
    assert "track 0, track 1, track 2" in told
    assert "frame(s) 2-4" in told


def test_what_would_fill_the_memory_is_told_instead(tmp_path: Path) -> None:
    meta = f"<meta><task>{SIZE}</task></meta>"
    result = video(tmp_path, track(box(0), box(2_000_000_000)), meta=meta)
    assert len(result.annotations) == 2
    assert "1-1999999999" in warnings(result)[0]
    huge = TASK.replace(">9<", ">9999999999<").replace(">10<", ">10000000000<")
    assert len(video(tmp_path, track(box(0)), meta=huge).annotations) == 1


def test_no_film_lasts_as_long_as_a_wrong_frame_number_says(tmp_path: Path) -> None:
    result = video(tmp_path, track(box(0), box(300_000, outside=1)), meta="<meta/>")
    assert len(result.annotations) < 5
    assert any("too many to be worked out" in text for text in warnings(result))


def test_no_gap_is_longer_than_the_video_that_the_file_states(tmp_path: Path) -> None:
    result = video(tmp_path, track(box(0, 5), box(15811)))
    assert seen(result) == {0: [5], 15811: [0]}
    assert any("too many to be worked out" in text for text in warnings(result))


def test_masks_stand_in_one_frame_and_kinds_may_change(tmp_path: Path) -> None:
    mask = '<mask frame="4" rle="0, 9" left="1" top="1" width="3" height="3"/>'
    ellipse = '<ellipse frame="8" cx="9" cy="9" rx="2" ry="2"/>'
    result = video(tmp_path, track(box(0, 7), mask, ellipse))
    assert {frame: len(shapes) for frame, shapes in seen(result).items()} == {
        **dict.fromkeys(range(5), 1), 8: 1, 9: 1
    }  # fmt: skip
    assert seen(result)[3] == [7]


def test_frames_without_shapes_count_where_their_photo_is(tmp_path: Path) -> None:
    result = video(tmp_path, track(box(3, keyframe=0), box(4, outside=1)))
    implied = [entry.photo for entry in result.annotations if entry.implied]
    assert implied == [f"frame_{number:06d}" for number in (0, 1, 2, 5, 6, 7, 8, 9)]
    # Numbers outside the stated ones show that these are others.
    assert len(video(tmp_path, track(box(3, keyframe=0), box(12, keyframe=0))).annotations) == 2
    # The end of a shape is none of a frame.
    ended = video(tmp_path, track(box(9, keyframe=0), box(10, outside=1))).annotations
    assert [entry.photo for entry in ended] == [f"frame_{number:06d}" for number in range(10)]


def test_a_job_states_its_size_beside_itself(tmp_path: Path) -> None:
    meta = f"<meta><job><id>4</id></job>{SIZE}<source>v.mp4</source></meta>"
    (frame,) = video(tmp_path, track(box(3)), meta=meta).annotations
    assert (frame.width, frame.height) == (64, 48)


def project(*subsets: str) -> str:
    tasks = "".join(
        f"<task><id>{number}</id><subset>{subset}</subset>"
        f"<original_size><width>{number}0</width><height>10</height></original_size></task>"
        for number, subset in enumerate(subsets, start=1)
    )
    return f"<meta><project><tasks>{tasks}</tasks></project></meta>"


def frames(entries: tuple[Annotation, ...]) -> list[tuple[str, int | None, str]]:
    return [(entry.photo, entry.width, entry.subset) for entry in entries]


def test_the_tasks_of_a_project_stay_apart(tmp_path: Path) -> None:
    both = (track(box(0), task_id=1), track(box(0), task_id=2))
    assert frames(video(tmp_path, *both, meta=project("Train", "default")).annotations) == [
        ("Train/frame_000000", 10, "train"),
        ("frame_000000", 20, ""),
    ]
    assert frames(video(tmp_path, *both, meta=project("Test", "Test")).annotations) == [
        ("Test/task_1/frame_000000", 10, "test"),
        ("Test/task_2/frame_000000", 20, "test"),
    ]
    unknown = video(tmp_path, track(box(0), task_id=7), meta=project("Train", "Test"))
    assert frames(unknown.annotations) == [("frame_000000", None, "")]


def test_it_is_said_where_the_pictures_of_the_frames_come_from(tmp_path: Path) -> None:
    photos = TASK.replace("interpolation", "annotation")
    assert "CVAT for images" in video(tmp_path, track(box(0)), meta=photos).problems[0].message
    assert "save frames as frame_000000.png" in video(tmp_path).problems[0].message
    (tmp_path / "frame_000000.PNG").touch()
    assert video(tmp_path).problems == ()


@pytest.mark.parametrize(
    ("text", "taken", "words"),
    [
        ('<track id="0"/>', True, "<track>"),
        ('<image name="a.jpg"/>', False, "CVAT for images"),
        ("<meta><task><mode>interpolation</mode></task></meta>", True, "<mode>"),
        ("<meta/>", False, "without <track>"),
    ],
)
def test_the_reason_says_what_was_seen(tmp_path: Path, text: str, taken: bool, words: str) -> None:
    (tmp_path / "a.xml").write_text(f"<annotations>{text}</annotations>")
    answer = CvatVideo().probe(Candidate(FolderSource(tmp_path), "a.xml"))
    assert isinstance(answer, Match if taken else Refusal)
    assert words in answer.reason
