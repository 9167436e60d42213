"""The look at a project's labels, against a plain count of the label images' pixels."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from segstudio.core.events import PhotoExplored, Progress
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import IGNORE
from segstudio.jobs.exploring import Explored, Totals, run, share_of

WIDTH, HEIGHT = 96, 64


def labels(project):
    return {e.name: read_label(project.label_path(e)) for e in project.photos if e.annotated}


def by_name(explored: Explored) -> dict[str, PhotoExplored]:
    return {photo.photo: photo for photo in explored.photos}


def overwrite(project, number: int, label: np.ndarray) -> str:
    entry = project.photos[number]
    write_label(project.label_path(entry), label.astype(np.uint8), project.palette)
    return entry.name


def test_counts_agree_with_a_plain_count_of_the_pixels(tiny_project, report):
    label = np.ones((HEIGHT, WIDTH))
    label[:30], label[30:32] = 2, IGNORE
    overwrite(tiny_project, 0, label)
    explored = run(tiny_project, report)
    truth = labels(tiny_project)
    assert explored.complete
    for photo in explored.photos:
        ids, counts = np.unique(truth[photo.photo], return_counts=True)
        assert photo.pixels == dict(zip(ids.tolist(), counts.tolist(), strict=True))
    totals = Totals()
    for photo in explored.photos:
        totals.add(photo)
    everything = np.concatenate([label.ravel() for label in truth.values()])
    scored = everything[everything != IGNORE]
    for class_id in (0, 1, 2):
        assert totals.share(class_id) == pytest.approx((scored == class_id).mean())
        assert totals.photos(class_id) == sum((one == class_id).any() for one in truth.values())
    assert totals.ignored == pytest.approx((everything == IGNORE).mean())
    assert totals.counted == 6
    first = truth[explored.photos[0].photo]
    expected = (first == 2).sum() / (first != IGNORE).sum()
    assert share_of(explored.photos[0].pixels, 2) == pytest.approx(expected)


def test_every_photo_is_told_as_soon_as_it_is_counted(tiny_project, report):
    explored = run(tiny_project, report)
    told = [event for event in report.events if isinstance(event, PhotoExplored)]
    assert tuple(told) == explored.photos
    last = [event for event in report.events if isinstance(event, Progress)][-1]
    assert (last.done, last.total) == (6, 6)


def test_counts_are_remembered_although_the_job_was_stopped(
    tiny_project, report, recorder_that_stops, monkeypatch
):
    part = run(tiny_project, recorder_that_stops)
    assert 0 < len(part.photos) < 6
    assert not part.complete
    read = []
    monkeypatch.setattr(
        "segstudio.jobs.label_counts.read_label", lambda path: read.append(path) or read_label(path)
    )
    assert run(tiny_project, report).complete
    assert len(read) == 6 - len(part.photos)


def test_a_palette_edit_is_counted_anew(tiny_project, report):
    before = by_name(run(tiny_project, report))
    tiny_project.set_palette(tiny_project.palette.merged(1, 2), what="Merge sky")
    after = by_name(run(tiny_project, report))
    for name, photo in after.items():
        assert photo.pixels[2] == before[name].pixels[1] + before[name].pixels[2]
        assert 1 not in photo.pixels


def test_what_needs_a_look_is_said(tiny_project, report):
    blank = np.zeros((HEIGHT, WIDTH))
    speck = blank.copy()
    speck[0, :3] = 1
    unknown = np.ones((HEIGHT, WIDTH))
    unknown[0, 0] = 77
    empty = overwrite(tiny_project, 0, blank)
    thin = overwrite(tiny_project, 1, speck)
    odd = overwrite(tiny_project, 2, unknown)
    larger = overwrite(tiny_project, 3, np.ones((HEIGHT * 2, WIDTH)))
    tiny_project.label_path(tiny_project.photos[4]).write_bytes(b"no picture")
    tiny_project.photo_path(tiny_project.photos[5]).unlink()
    bare = tiny_project.photos[0].model_copy(update={"name": "z.png", "annotated": False})
    tiny_project.store([(bare, None)])
    states = {p.photo: (p.state, p.words) for p in run(tiny_project, report).photos}
    assert states[empty] == ("thin", states[empty][1])
    assert "cover nothing" in states[empty][1]
    assert states[thin][0] == "thin"
    assert "0.049 %" in states[thin][1]
    assert states[odd][0] == "odd"
    assert "77" in states[odd][1]
    assert states[larger][0] == "odd"
    assert "size" in states[larger][1]
    assert states["004.png"][0] == "damaged"
    assert states["005.png"][0] == "lost"
    assert states["z.png"][0] == "bare"


def test_a_damaged_memory_of_counts_is_forgotten(tiny_project, report):
    first = run(tiny_project, report)
    for store in tiny_project.cache.glob("label_pixels.json"):
        rows = json.loads(store.read_text("utf-8"))
        rows |= {"000.png": ["x"], "001.png": 3, "002.png": [rows["002.png"][0], {"sky": None}]}
        store.write_text(json.dumps(rows), encoding="utf-8")
    assert run(tiny_project, report) == first


def test_counts_that_cannot_be_remembered_are_counted_all_the_same(tiny_project, report):
    shutil.rmtree(tiny_project.cache, ignore_errors=True)
    tiny_project.cache.write_text("a file where the folder should be", encoding="utf-8")
    assert run(tiny_project, report).complete


@pytest.fixture
def recorder_that_stops(report):
    """A reporter that wants to stop once three photos were told."""
    return type(report)(stop_after=4)
