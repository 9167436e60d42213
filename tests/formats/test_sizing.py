from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from segstudio.core.annotation import Annotation, Box, Ellipse, Mask, Polygon, Shape
from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.core.rasterize import rasterize
from segstudio.formats.sizing import fit
from segstudio.photos.reader import PhotoSize

STORED = (40, 24)


def annotation(width: int | None, height: int | None) -> Annotation:
    return Annotation("a.jpg", width, height, (Shape("car", Box(4, 2, 14, 8)),), "a.xml", 3)


def drawn_on(picture: tuple[int, int], stated: tuple[int, int] | None = None) -> Annotation:
    """A polygon, a box, an ellipse and a mask without any symmetry, each in its own corner."""
    width, height = stated or picture
    bitmap = np.zeros((4, 5), np.bool_)
    bitmap[0], bitmap[1:, 1] = True, True
    mask = Mask.of_bitmap(bitmap, 2, 14)
    assert mask is not None
    shapes = (
        Shape("car", Polygon(((22, 2), (38, 3), (31, 10)))),
        Shape("car", Box(3, 2, 13, 7, rotation=15)),
        Shape("car", Ellipse((30, 17), 7, 3, rotation=30)),
        Shape("car", mask),
    )
    return Annotation("a.jpg", width, height, shapes, "a.xml", 3)


def painted(annotation: Annotation) -> npt.NDArray[np.uint8]:
    palette = Palette.from_labels([("car", None)])
    size = (annotation.width or 0, annotation.height or 0)
    return rasterize(annotation, palette, size).label


def turned(label: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Turn a label image as Pillow turns a photo of this EXIF orientation."""
    picture = Image.fromarray(label)
    picture.getexif()[274] = orientation
    return np.asarray(ImageOps.exif_transpose(picture))


def size_of(orientation: int, stored: tuple[int, int] = STORED) -> PhotoSize:
    upright = stored[::-1] if orientation >= 5 else stored
    return PhotoSize(*upright, *stored, orientation)


@pytest.mark.parametrize("orientation", range(5, 9))
def test_shapes_drawn_on_the_stored_photo_turn_with_it(orientation: int) -> None:
    drawn = drawn_on(STORED)
    fitted = fit(drawn, size_of(orientation))
    assert (fitted.annotation.width, fitted.annotation.height) == (24, 40)
    assert np.mean(painted(fitted.annotation) != turned(painted(drawn), orientation)) < 0.02
    assert [severity for severity, _ in fitted.notes] == ["warning"]
    assert "turned" in fitted.notes[0][1]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_what_sizes_do_not_tell_is_assumed_upright_and_said_or_as_chosen(orientation: int) -> None:
    stored = STORED if orientation < 5 else (40, 40)
    size, drawn = size_of(orientation, stored), drawn_on(stored)

    assumed = fit(drawn, size)
    assert assumed.annotation == drawn
    assert [severity for severity, _ in assumed.notes] == ["warning"]
    assert "--drawn stored" in assumed.notes[0][1]

    assert fit(drawn, size, "upright").notes == ()
    chosen = fit(drawn, size, "stored")
    assert np.mean(painted(chosen.annotation) != turned(painted(drawn), orientation)) < 0.02
    assert [severity for severity, _ in chosen.notes] == ["info"]


def test_doubt_is_not_told_where_nothing_was_drawn_or_nothing_is_turned() -> None:
    nothing = Annotation("a.jpg", 40, 24, (), "a.xml")
    assert fit(nothing, size_of(3)).notes == ()
    assert fit(drawn_on(STORED), size_of(1)).notes == ()
    assert fit(drawn_on(STORED), size_of(1), "stored").annotation == drawn_on(STORED)


def test_where_the_size_tells_no_choice_overrules_it() -> None:
    stored, upright = drawn_on(STORED), drawn_on(STORED[::-1])
    assert fit(stored, size_of(6), "upright") == fit(stored, size_of(6))
    assert fit(upright, size_of(6), "stored").annotation == upright


def test_a_smaller_copy_of_the_stored_photo_is_scaled_then_turned() -> None:
    drawn = drawn_on(STORED)
    fitted = fit(drawn, size_of(6, (400, 240)))
    assert (fitted.annotation.width, fitted.annotation.height) == (240, 400)
    expected = turned(np.kron(painted(drawn), np.ones((10, 10), np.uint8)), 6)
    assert np.mean(painted(fitted.annotation) != expected) < 0.05
    assert ["scaled" in text or "turned" in text for _, text in fitted.notes] == [True, True]


def test_without_a_size_a_turned_photo_is_in_doubt() -> None:
    drawn = replace(drawn_on((24, 40)), width=None)
    assert "--drawn" in fit(drawn, size_of(6)).notes[-1][1]
    given = replace(drawn_on(STORED), height=0)
    chosen = fit(given, size_of(6), "stored").annotation
    assert np.mean(painted(chosen) != turned(painted(drawn_on(STORED)), 6)) < 0.02


def test_nearly_square_photos_are_told_apart_by_their_exact_size() -> None:
    fitted = fit(drawn_on((400, 399)), size_of(6, (400, 399)))
    assert "turned" in fitted.notes[0][1]
    assert fit(drawn_on((399, 400)), size_of(6, (400, 399))).notes == ()


def test_the_upright_size_is_taken_as_it_is() -> None:
    given = annotation(24, 40)
    fitted = fit(given, PhotoSize(24, 40, 40, 24, 6))
    assert fitted.annotation == given
    assert fitted.notes == ()


def test_the_same_aspect_is_scaled_and_told() -> None:
    fitted = fit(annotation(80, 48), PhotoSize(40, 24, 40, 24, 1))
    assert fitted.annotation.shapes[0].geometry == Polygon(((2, 1), (7, 1), (7, 4), (2, 4)))
    assert fitted.notes[0][0] == "warning"
    assert "80 x 48" in fitted.notes[0][1]


def test_another_size_is_refused_with_both_sizes() -> None:
    with pytest.raises(SegStudioError, match=r"24 x 40.*40 x 24"):
        fit(annotation(24, 40), PhotoSize(40, 24, 40, 24, 1))


def test_a_missing_size_comes_from_the_photo_or_not_at_all() -> None:
    fitted = fit(annotation(None, 24), PhotoSize(40, 24, 40, 24, 1))
    assert (fitted.annotation.width, fitted.annotation.height) == STORED
    with pytest.raises(SegStudioError, match="width"):
        fit(annotation(None, 24), None)
    assert fit(annotation(40, 24), None).annotation.width == 40
    with pytest.raises(SegStudioError, match="larger than any photo"):
        fit(annotation(90_000, 90_000), None)


def test_far_points_are_told_once_per_photo() -> None:
    shapes = tuple(Shape("car", Polygon(((1, 1), (1e9, 1), (5, -1e9)))) for _ in range(3))
    fitted = fit(Annotation("a.jpg", 40, 24, shapes, "a.xml"), None)
    assert len(fitted.notes) == 1
    assert "far outside" in fitted.notes[0][1]


def test_a_stated_size_that_the_shapes_contradict_refuses_the_annotation() -> None:
    photo = PhotoSize(64, 48, 64, 48, 1)
    for box, fits in ((Box(4, 2, 60, 44), False), (Box(4, 2, 400, 300), True)):
        lying = replace(annotation(640, 480), shapes=(Shape("car", box),))
        if fits:
            assert fit(lying, photo).annotation.width == 64
        else:
            with pytest.raises(SegStudioError, match=r"a\.xml says 640 x 480, the photo is 64 x"):
                fit(lying, photo)
