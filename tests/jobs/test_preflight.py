"""The list before a training: each finding follows from the facts, and only from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import TINY_SIZE

from segstudio.core.annotation import Annotation, Box, Shape
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import PaletteClass
from segstudio.jobs.preflight import Facts, Preflight, gather, judge, run
from segstudio.learning.config.data import SPLITS
from segstudio.photos.bursts import Leak
from segstudio.project.entries import Split

GOOD = Facts(
    classes={0: "background", 1: "sky", 2: "ground"},
    background=0,
    photos={f"{n}.jpg": {0: 500, 1: 1000, 2: 900} for n in range(8)},
    unlabelled=0,
    missing=(),
    split=Split(
        parts={f"{n}.jpg": "val" if n > 5 else "train" for n in range(8)}, method="presence"
    ),
    free_bytes=50_000_000_000,
)


def found(preflight: Preflight, level: str) -> str:
    return " ".join(f.text for f in preflight.findings if f.level == level)


def test_a_sound_project_has_nothing_against_it():
    preflight = judge(GOOD)
    assert {finding.level for finding in preflight.findings} == {"good"}
    assert "6 photos to train" in found(preflight, "good")
    assert "2 photos kept aside" in found(preflight, "good")


def test_no_outlines_forbid_to_start():
    preflight = judge(replace(GOOD, photos={}))
    assert not preflight.can_start
    assert preflight.findings[0].level == "error"


def test_one_class_alone_forbids_to_start():
    photos = {name: {1: 100} for name in GOOD.photos}
    assert not judge(replace(GOOD, photos=photos)).can_start


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"split": Split(parts=dict.fromkeys(GOOD.photos, "train"), method="x")}, "kept aside"),
        ({"classes": {**GOOD.classes, 3: "boat"}}, "boat has no pixels"),
        ({"photos": {**GOOD.photos, "9.jpg": {1: 5}}}, "came after the split"),
        ({"missing": ("gone.jpg",)}, "gone.jpg"),
        ({"photos": {**GOOD.photos, "5.jpg": {1: 900, 7: 5}}}, "no class (7), in 5.jpg"),
        ({"photos": {**GOOD.photos, "5.jpg": {}}}, "but ignored pixels: 5.jpg"),
        ({"photos": {**GOOD.photos, "5.jpg": {0: 9999, 1: 1}}}, "1 photo holds almost only"),
        ({"free_bytes": 10_000_000}, "Only 10 MB free"),
        ({"photos": {n: {0: 10**6, 1: 10**6, 2: 1} for n in GOOD.photos}}, "ground: less than"),
    ],
)
def test_what_to_look_at_is_a_warning_that_lets_start(change, words):
    preflight = judge(replace(GOOD, **change))
    assert words in found(preflight, "warning")
    assert preflight.can_start


def test_a_background_that_shapes_cover_everywhere_is_well():
    photos = {name: {1: 1000, 2: 900} for name in GOOD.photos}
    assert found(judge(replace(GOOD, photos=photos)), "warning") == ""


def test_a_class_that_is_only_kept_aside_is_told():
    photos = {name: dict(counts) for name, counts in GOOD.photos.items()}
    for name in GOOD.split.names("train"):
        del photos[name][2]
    preflight = judge(replace(GOOD, photos=photos))
    assert "ground: only in photos that are kept aside" in found(preflight, "warning")
    advice = next(f.advice for f in preflight.findings if f.text.startswith("ground"))
    assert SPLITS["presence"] in advice


def test_photos_without_outlines_are_counted():
    assert "3 photos without outlines" in found(judge(replace(GOOD, unlabelled=3)), "good")


def test_the_job_counts_the_pixels_of_the_label_images(tiny_project, report):
    facts = gather(tiny_project, report)
    entry = tiny_project.photos[0]
    label = read_label(tiny_project.label_path(entry))
    assert facts.photos[entry.name][1] == int((label == 1).sum())
    assert run(tiny_project, report).can_start


def test_counts_are_kept_until_a_label_image_changes(tiny_project, report, monkeypatch):
    gather(tiny_project, report)
    read: list[object] = []
    monkeypatch.setattr(
        "segstudio.jobs.label_counts.read_label", lambda path: read.append(path) or read_label(path)
    )
    gather(tiny_project, report)
    assert read == []
    entry = tiny_project.photos[0]
    write_label(tiny_project.label_path(entry), np.ones((64, 96), np.uint8), tiny_project.palette)
    assert gather(tiny_project, report).photos[entry.name] == {1: 64 * 96}
    assert len(read) == 1


def test_a_label_image_that_is_gone_is_made_again_as_training_would(tiny_project, report):
    entry = tiny_project.photos[0]
    tiny_project.label_path(entry).unlink()
    assert gather(tiny_project, report).missing == ()
    assert tiny_project.label_path(entry).is_file()


def test_a_photo_that_is_gone_is_named(tiny_project, report):
    entry = tiny_project.photos[0]
    tiny_project.photo_path(entry).unlink()
    assert gather(tiny_project, report).missing == (entry.name,)


def test_a_new_class_without_shapes_has_no_pixels(tiny_project, report):
    boat = PaletteClass(id=9, name="boat", color="#ff0000")
    tiny_project.set_palette(tiny_project.palette.with_class(boat), what="Add boat")
    assert "boat has no pixels" in found(run(tiny_project, report), "warning")


def test_a_class_that_others_cover_everywhere_is_not_called_missing(tiny_project, report):
    size = (TINY_SIZE[0], TINY_SIZE[1])
    boat = PaletteClass(id=9, name="boat", color="#ff0000", aliases=("ship",))
    plane = PaletteClass(id=10, name="plane", color="#00ff00")
    sky = tiny_project.palette.by_id(1).model_copy(update={"paint_order": 5})
    palette = tiny_project.palette.with_class(boat).with_class(plane).with_class(sky)
    tiny_project.set_palette(palette, what="Add classes")
    entry = tiny_project.photos[0]
    shapes = (Shape("ship", Box(5, 5, 9, 9)), Shape("sky", Box(0, 0, *size)))
    tiny_project.store([(entry, Annotation(entry.name, *size, shapes, "a.xml"))])
    preflight = run(tiny_project, report)
    told = found(preflight, "warning")
    assert "boat: outlined, but covered by other classes on every photo." in told
    assert "plane has no pixels" in told
    advice = next(f.advice for f in preflight.findings if f.text.startswith("boat"))
    assert advice.startswith("Move it up on the Classes page")


def test_a_class_that_covers_all_others_is_said_to_where_nothing_is_left_to_tell_apart():
    photos = {name: {1: 100} for name in GOOD.photos}
    preflight = judge(replace(GOOD, photos=photos, covered=frozenset({2})))
    assert not preflight.can_start
    assert "ground: outlined, but covered" in found(preflight, "warning")


def test_a_label_image_of_another_size_forbids_to_start(tiny_project, report):
    entry = tiny_project.photos[0]
    path = tiny_project.label_path(entry)
    write_label(path, np.ascontiguousarray(read_label(path)[:-1]), tiny_project.palette)
    preflight = run(tiny_project, report)
    assert not preflight.can_start
    assert entry.name in found(preflight, "error")


def test_photos_of_the_background_alone_are_no_trouble_where_it_is_ignored():
    photos = {**GOOD.photos, "5.jpg": {1: 5}}
    assert "almost only" not in found(
        judge(replace(GOOD, photos=photos, background=255)), "warning"
    )


def test_photos_kept_aside_that_look_like_training_photos_are_told():
    leaks = (Leak("6.jpg", "val", "1.jpg", "look"), Leak("7.jpg", "val", "2.jpg", "time"))
    told = found(judge(replace(GOOD, leaks=leaks)), "warning")
    assert "2 photos kept aside look almost like a training photo" in told
    assert "6.jpg, 7.jpg" in told


def test_leaks_of_the_locked_split_are_looked_for(tiny_project, report):
    photo, other = tiny_project.photos[:2]
    tiny_project.photo_path(other).write_bytes(tiny_project.photo_path(photo).read_bytes())
    assert gather(tiny_project, report).leaks == ()
    parts = {entry.name: "train" for entry in tiny_project.photos} | {photo.name: "val"}
    tiny_project.set_split(Split(parts=parts, method="given"), "Split")
    (leak,) = gather(tiny_project, report).leaks
    assert (leak.photo, leak.partner) == (photo.name, other.name)
