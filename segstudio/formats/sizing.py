"""Bringing an annotation to the size of its upright photo, or saying why that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from segstudio.core.annotation import Annotation, Move
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Severity
from segstudio.core.rasterize import FRAME_MARGIN
from segstudio.photos.reader import MAX_PIXELS, PhotoSize

_SAME_ASPECT = 0.01


# How much it matters, and what it is.
Note = tuple[Severity, str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """An annotation in the coordinates of the upright photo, and what had to be done for it."""

    annotation: Annotation
    notes: tuple[Note, ...] = ()


def fit(annotation: Annotation, photo: PhotoSize | None) -> Fitted:
    """Return the annotation for the upright photo; its width and height are then the photo's.

    Without a photo the stated size counts. Raises SegStudioError where neither is known, or where
    the stated size is neither the upright nor the stored one nor an even scaling of it.
    """
    width, height = annotation.width, annotation.height
    if photo is None:
        if width is None or height is None:
            raise SegStudioError(
                "there is no photo of this name, and the annotation states no usable width and "
                "height"
            )
        if width * height > MAX_PIXELS:
            raise SegStudioError(f"the stated size {width} x {height} is larger than any photo")
        return _told(annotation)
    upright = (photo.width, photo.height)
    sized = replace(annotation, width=photo.width, height=photo.height)
    if width is None or height is None:
        text = f"no usable size is stated; the photo's own {photo.width} x {photo.height} is used"
        # Common in LabelMe's files; a stated size that is nonsense is told by the reader.
        return _told(sized, ("info", text))
    if (width, height) == upright:
        return _told(sized)
    if (width, height) == (photo.stored_width, photo.stored_height):
        text = (
            f"the shapes were drawn on the photo as stored ({width} x {height}); they were turned "
            f"with it to {photo.width} x {photo.height} (EXIF orientation {photo.orientation})"
        )
        turned = sized.moved(_TURNS[photo.orientation](float(width), float(height)))
        return _told(turned, ("warning", text))
    return _scaled(annotation, sized, (width, height), upright)


def _scaled(
    annotation: Annotation, sized: Annotation, stated: tuple[int, int], upright: tuple[int, int]
) -> Fitted:
    """Scale the shapes where width and height differ by the same factor, else refuse."""
    across, down = upright[0] / stated[0], upright[1] / stated[1]
    sizes = f"{stated[0]} x {stated[1]}, the photo is {upright[0]} x {upright[1]}"
    if abs(across / down - 1) > _SAME_ASPECT:
        raise SegStudioError(
            f"the annotation says {sizes} pixels: it was drawn on another picture, or this one "
            "was cropped or turned since"
        )
    scaled = sized.moved(lambda x, y: (x * across, y * down))
    text = f"the annotation says {sizes} pixels: the shapes were scaled to the photo"
    return _told(scaled, ("warning", text))


def _told(annotation: Annotation, *notes: Note) -> Fitted:
    """Add a warning where shapes go far outside the photo."""
    width, height = annotation.width or 0, annotation.height or 0
    outside = sum(
        not (
            -FRAME_MARGIN <= x <= width + FRAME_MARGIN
            and -FRAME_MARGIN <= y <= height + FRAME_MARGIN
        )
        for shape in annotation.shapes
        for x, y in shape.geometry.outline()
    )
    if outside:
        text = f"{outside} point(s) are far outside the photo; the shapes are cut at its border"
        notes = (*notes, ("warning", text))
    return Fitted(annotation, notes)


_Turn = Callable[[float, float], Move]
# From stored to upright coordinates, given the stored width and height. Orientations 2 to 4 keep
# the size, so nothing tells them apart: such annotations are taken as drawn upright.
_TURNS: dict[int, _Turn] = {
    5: lambda w, h: lambda x, y: (y, x),
    6: lambda w, h: lambda x, y: (h - y, x),
    7: lambda w, h: lambda x, y: (h - y, w - x),
    8: lambda w, h: lambda x, y: (y, w - x),
}
