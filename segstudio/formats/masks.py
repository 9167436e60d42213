"""Mask folders: one picture per photo whose pixel values or colours stand for classes."""

from __future__ import annotations

from collections.abc import Iterator

from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem
from segstudio.formats.base import Candidate, Item, Match, Refusal
from segstudio.formats.mask_meanings import Meaning, understand
from segstudio.formats.mask_names import ARRAY_SUFFIXES, is_mask_suffix, without_addition
from segstudio.formats.mask_pixels import Unusable, pixels_of
from segstudio.formats.mask_sets import (
    MaskFile,
    load_mask,
    mask_set,
    named_mask_set,
)
from segstudio.formats.source import Source
from segstudio.photos.reader import PHOTO_SUFFIXES


class Masks:
    """Pictures of values (CamVid, VOC, Cityscapes), of colours (CVAT), of one object; arrays."""

    name = "masks"
    title = "Label images (mask folders)"
    suffixes: tuple[str, ...] = (*PHOTO_SUFFIXES, *ARRAY_SUFFIXES)
    one_photo = True
    last_resort = True

    def probe(self, candidate: Candidate) -> Match | Refusal | None:
        """Tell masks from photos by their folder, their name, or a photo of the same name."""
        source, file = candidate.source, candidate.file
        if not candidate.named and not is_mask_suffix(file):
            return None
        found = source.once(named_mask_set if candidate.named else mask_set)
        if file in found.files:
            return Match(found.files[file].reason)
        if found.doubt and file == found.doubted:
            remedy = (
                "if they are masks, say so (--format masks) and name the folder of their photos"
            )
            return Refusal(
                found.doubt if candidate.named else f"{found.doubt}; {remedy} (--photos)"
            )
        return None

    def read(self, source: Source, file: str) -> Iterator[Item]:
        """Read one mask; SegStudioError where its pixels cannot stand for classes."""
        shown, own = source.shown(file), _file(source, file)
        picture = load_mask(source, file)
        try:
            mask = understand(pixels_of(picture), own.meaning)
        except Unusable as error:
            raise SegStudioError(
                f"{shown} cannot be read as a mask: {error}.", remedy=error.remedy
            ) from error
        width, height = picture.size
        yield from mask.labels
        yield Annotation(own.photo, width, height, mask.shapes, shown, subset=own.subset)
        yield from (Problem("warning", shown, text) for text in mask.warnings)
        yield from (Problem("info", shown, text) for text in mask.notes)


def _file(source: Source, file: str) -> MaskFile:
    """Return what is known of a mask from the whole of its source."""
    for made in (mask_set, named_mask_set):
        found = source.once(made).files
        if file in found:
            return found[file]
    return MaskFile(without_addition(file), "", Meaning(), "")
