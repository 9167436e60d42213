from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import TINY_SIZE, Recorder

from segstudio.core.annotation import Annotation, Box, Ellipse, Geometry, Mask, Polygon, Shape
from segstudio.core.label_image import read_label
from segstudio.core.palette import Palette, PaletteClass
from segstudio.jobs import burn, import_annotations
from segstudio.jobs.import_annotations import ImportRequest
from segstudio.jobs.paint_order import (
    Outlines,
    area,
    covered_classes,
    look_at_outlines,
    small_on_top,
)
from segstudio.project.project import Project


def made(*names: str) -> Palette:
    return Palette(
        classes=tuple(
            PaletteClass(id=i, name=name, color="#000000") for i, name in enumerate(names)
        )
    )


def order(palette: Palette) -> list[str]:
    return [entry.name for entry in sorted(palette.classes, key=lambda e: e.paint_order)]


@pytest.mark.parametrize(
    ("geometry", "pixels"),
    [
        (Polygon(((1, 1), (9, 1), (9, 6), (5, 6), (5, 3), (1, 3))), 8 * 2 + 4 * 3),
        (Polygon(((0, 0), (0, 4), (6, 0))), 12),
        (Box(2, 3, 12, 7, rotation=30), 40),
        (Ellipse((20, 20), 6, 3, 45), np.pi * 18),
        (Mask(5, 5, 4, 3, "1 2 3 4 2"), 6),
        (Polygon(((3, 3), (4, 4))), 0),
    ],
)
def test_the_area_of_every_kind_of_shape(geometry: Geometry, pixels: float) -> None:
    assert area(geometry) == pytest.approx(pixels, rel=0.01)


def test_classes_are_ordered_by_the_median_of_their_shapes() -> None:
    shares = {
        "sky": (0.5, 0.9, 0.7),
        "person": (0.01, 0.8, 0.02),
        "ship": (0.3, 0.2),
        "boat": (0.1,),
    }
    names = ("background", "boat", "person", "sky", "unused")
    palette = made(*names).with_aliases(1, ("ship",))
    ordered = small_on_top(palette, Outlines({}, shares, False))
    # A class has the shapes of all its names.
    boats = (*shares["ship"], *shares["boat"])
    plain = {"sky": shares["sky"], "person": shares["person"], "boat": boats}
    by_size = sorted(plain, key=lambda name: -statistics.median(plain[name]))
    assert order(ordered) == ["background", "unused", *by_size]
    assert small_on_top(ordered, Outlines({}, shares, False)) == ordered


def test_nothing_is_ordered_where_one_class_alone_has_shapes() -> None:
    palette = made("background", "sky", "boat")
    assert small_on_top(palette, Outlines({}, {"sky": (0.5,), "gone": (0.1,)}, False)) is palette


def test_a_background_that_is_outlined_lies_by_its_size() -> None:
    outlines = Outlines({}, {"background": (0.1,), "sky": (0.5,)}, False)
    assert order(small_on_top(made("background", "sky"), outlines)) == ["sky", "background"]


def test_what_is_outlined_is_counted_from_the_annotations(
    tiny_project: Project, report: Recorder
) -> None:
    first, second, *_ = tiny_project.photos
    mask = Shape("spot", Mask(0, 0, 4, 3, "6 6"))
    tiny_project.store([(first, Annotation(first.name, *TINY_SIZE, (mask, mask), "a"))])
    tiny_project._annotation_path(second.name).write_text("{")
    outlines = look_at_outlines(tiny_project, report)
    assert outlines.photos == {"spot": 1, "sky": 4, "ground": 4}
    assert outlines.shares["spot"] == [6 / (TINY_SIZE[0] * TINY_SIZE[1])] * 2
    assert not outlines.pixels_only
    assert look_at_outlines(tiny_project, Recorder(stop_after=0)).photos == {}


@pytest.fixture
def skydiving(shared_data: Path, tmp_path: Path) -> Iterator[Project]:
    root = tmp_path / "project"
    request = ImportRequest(project=root, sources=(shared_data / "skydiving",))
    import_annotations.run(request, Recorder())
    with Project.open(root) as project:
        yield project


def test_small_on_top_shows_every_class_of_real_photos(skydiving: Project) -> None:
    report = Recorder()
    outlines = look_at_outlines(skydiving, report)
    covered = {entry.name for entry in covered_classes(skydiving, outlines, report)}
    assert covered == {"airplane", "person"}
    skydiving.set_palette(small_on_top(skydiving.palette, outlines), what="Order")
    # The label images are still those of the palette before.
    assert covered_classes(skydiving, outlines, report) == ()
    burn.burn(skydiving, report)
    assert covered_classes(skydiving, outlines, report) == ()
    labels = [read_label(skydiving.label_path(entry)) for entry in skydiving.photos]
    seen = {int(value) for label in labels for value in np.unique(label)}
    assert {skydiving.palette.painted(label) for label in outlines.photos} <= seen
