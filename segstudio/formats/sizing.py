"""Bringing an annotation to the size of its upright photo, or saying why that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from segstudio.core.annotation import Annotation, Move
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Severity
from segstudio.core.rasterize import FRAME_MARGIN
from segstudio.photos.reader import MAX_PIXELS, PhotoSize

_SAME_ASPECT = 0.01
# A picture this many times smaller is not taken for the photo without a look at the shapes.
_MUCH = 4

# On which picture shapes were drawn where sizes cannot tell: the photo as it is seen, or as its
# file stores it; `auto` takes the first and says so.
Drawn = Literal["auto", "upright", "stored"]
DRAWN: tuple[Drawn, ...] = get_args(Drawn)

# How much it matters, and what it is.
Note = tuple[Severity, str]
_Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fitted:
    """An annotation in the coordinates of the upright photo, and what had to be done for it."""

    annotation: Annotation
    notes: tuple[Note, ...] = ()


def fit(annotation: Annotation, photo: PhotoSize | None, drawn: Drawn = "auto") -> Fitted:
    """Return the annotation for the upright photo; its width and height are then the photo's.

    Without a photo the stated size counts. The stated size decides whether the shapes were drawn
    on the upright or on the stored picture; where both have it, `drawn` does. Raises
    SegStudioError where neither size is known, or where the stated one fits neither picture.
    """
    if photo is None:
        return _without_photo(annotation)
    upright, stored = (photo.width, photo.height), (photo.stored_width, photo.stored_height)
    stated = _stated(annotation)
    fits_upright = stated is None or _same_shape(stated, upright)
    fits_stored = stated is None or _same_shape(stated, stored)
    # Nearly square photos: an exact size tells what a near one does not.
    if stated in (upright, stored) and upright != stored:
        fits_upright, fits_stored = stated == upright, stated == stored
    if stated is not None and not (fits_upright or fits_stored):
        raise SegStudioError(
            f"{_sizes(annotation, upright)}: it was drawn on another picture, or this one was "
            "cropped or turned since"
        )
    turned = photo.orientation != 1
    doubtful = turned and fits_upright and fits_stored
    on_stored = turned and fits_stored and (not fits_upright or drawn == "stored")
    fitted, notes = annotation, list[Note]()
    if stated is None:
        text = f"no usable size is stated; the photo's own {photo.width} x {photo.height} is used"
        # Common in LabelMe's files; a stated size that is nonsense is told by the reader.
        notes.append(("info", text))
    elif stated != (stored if on_stored else upright):
        wanted = stored if on_stored else upright
        if _drawn_smaller(annotation, stated, wanted):
            raise SegStudioError(
                f"{_sizes(annotation, upright)}, and all shapes lie within the photo's size: the "
                "stated size is probably wrong; correct it there, or use the original photo"
            )
        fitted = _scaled(fitted, stated, wanted)
        text = f"{_sizes(annotation, upright)}: the shapes were scaled to the photo"
        notes.append(("warning", text))
    if on_stored:
        fitted = fitted.moved(_TURNS[photo.orientation](float(stored[0]), float(stored[1])))
        notes.append(_turned_note(photo, doubtful))
    elif doubtful and drawn == "auto" and annotation.shapes:
        notes.append(_doubt(photo))
    return _told(replace(fitted, width=photo.width, height=photo.height), *notes)


def _without_photo(annotation: Annotation) -> Fitted:
    """Take the stated size for that of the photo."""
    stated = _stated(annotation)
    if stated is None:
        raise SegStudioError(
            "there is no photo of this name, and the annotation states no usable width and height"
        )
    if stated[0] * stated[1] > MAX_PIXELS:
        raise SegStudioError(f"the stated size {stated[0]} x {stated[1]} is larger than any photo")
    return _told(annotation)


def _stated(annotation: Annotation) -> _Size | None:
    """Return the size that an annotation states, None where there is none."""
    width, height = annotation.width, annotation.height
    if width is None or height is None or width < 1 or height < 1:
        return None
    return width, height


def _same_shape(one: _Size, other: _Size) -> bool:
    """Tell whether one size is an even scaling of the other."""
    return abs((other[0] / one[0]) / (other[1] / one[1]) - 1) <= _SAME_ASPECT


def _scaled(annotation: Annotation, stated: _Size, wanted: _Size) -> Annotation:
    """Scale the shapes from the stated size to that of the picture they were drawn on."""
    across, down = wanted[0] / stated[0], wanted[1] / stated[1]
    return annotation.moved(lambda x, y: (x * across, y * down))


def _drawn_smaller(annotation: Annotation, stated: _Size, wanted: _Size) -> bool:
    """Tell whether shapes seem to be drawn on a picture much smaller than the stated one.

    Scaled with it they would end up in a corner of the photo.
    """
    if stated[0] < _MUCH * wanted[0] or not annotation.shapes:
        return False
    outlines = (shape.geometry.outline() for shape in annotation.shapes)
    return all(0 <= x <= wanted[0] and 0 <= y <= wanted[1] for line in outlines for x, y in line)


def _sizes(annotation: Annotation, upright: _Size) -> str:
    """Say both sizes."""
    return (
        f"{annotation.source} says {annotation.width} x {annotation.height}, the photo is "
        f"{upright[0]} x {upright[1]} pixels"
    )


def _turned_note(photo: PhotoSize, chosen: bool) -> Note:
    """Say that the shapes were turned with the photo, because of their size or of a choice."""
    sizes = f"{photo.stored_width} x {photo.stored_height}"
    text = (
        f"the shapes were drawn on the photo as stored ({sizes}); they were turned with it to "
        f"{photo.width} x {photo.height} (EXIF orientation {photo.orientation})"
    )
    return ("info", f"as chosen, {text}") if chosen else ("warning", text)


def _doubt(photo: PhotoSize) -> Note:
    """Say that nothing tells on which picture the shapes were drawn, and what to do."""
    return (
        "warning",
        f"the photo's file says to show it {_SEEN[photo.orientation]} (EXIF orientation "
        f"{photo.orientation}), and its size does not tell whether the shapes were drawn on it "
        "like that or on the picture as stored; the first is assumed. If the overlay looks turned "
        "or mirrored, import again and say that they were drawn on the picture as stored (Options, "
        "--drawn stored)",
    )


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
# From stored to upright coordinates, given the stored width and height.
_TURNS: dict[int, _Turn] = {
    2: lambda w, h: lambda x, y: (w - x, y),
    3: lambda w, h: lambda x, y: (w - x, h - y),
    4: lambda w, h: lambda x, y: (x, h - y),
    5: lambda w, h: lambda x, y: (y, x),
    6: lambda w, h: lambda x, y: (h - y, x),
    7: lambda w, h: lambda x, y: (h - y, w - x),
    8: lambda w, h: lambda x, y: (y, w - x),
}
_SEEN = {
    2: "mirrored",
    3: "turned upside down",
    4: "mirrored top to bottom",
    5: "turned and mirrored",
    6: "turned to the right",
    7: "turned and mirrored",
    8: "turned to the left",
}
