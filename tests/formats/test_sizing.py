from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageOps

from segstudio.core.annotation import Annotation, Box, Polygon, Shape
from segstudio.core.errors import SegStudioError
from segstudio.formats.sizing import fit
from segstudio.photos.reader import PhotoSize

STORED = (40, 24)


def annotation(width: int | None, height: int | None) -> Annotation:
    return Annotation("a.jpg", width, height, (Shape("car", Box(4, 2, 14, 8)),), "a.xml", 3)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_shapes_drawn_on_the_stored_photo_turn_with_it(orientation: int) -> None:
    picture = Image.new("L", STORED)
    ImageDraw.Draw(picture).rectangle((4, 2, 13, 7), fill=255)
    picture.getexif()[274] = orientation
    turned = ImageOps.exif_transpose(picture)
    size = PhotoSize(24, 40, 40, 24, orientation)

    fitted = fit(annotation(*STORED), size)

    outline = fitted.annotation.shapes[0].geometry.outline()
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    assert (min(xs), min(ys), max(xs), max(ys)) == turned.getbbox()
    assert (fitted.annotation.width, fitted.annotation.height) == (24, 40)
    assert "turned" in fitted.notes[0][1]


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
