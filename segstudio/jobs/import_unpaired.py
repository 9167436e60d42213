"""What has not found its other half, and what the user can do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segstudio.core.problems import Problem
from segstudio.formats.pairing import PhotoIndex, Wanted
from segstudio.formats.photo_pool import Photo
from segstudio.formats.source import Source


def choice_of(wanted: Wanted, choices: Mapping[str, str]) -> str | None:
    """Return the photo that the user named for an annotation: for its file, or the name in it."""
    return choices.get(wanted.annotation.source, choices.get(wanted.annotation.photo))


def chosen_in_vain(choice: str) -> str:
    """Say that the photo that the user named is not there."""
    return (
        f'there is no photo "{choice}", which --match names for it; '
        "write the photo's name with its folders, as it is below the folder that was named"
    )


def vain_choices(
    wanted: Sequence[Wanted], photos: PhotoIndex, choices: Mapping[str, str]
) -> list[Problem]:
    """Warn of choices for annotations that are not there, or that took their own picture."""
    known = {name for w in wanted for name in (w.annotation.source, w.annotation.photo)}
    problems = [
        Problem(
            "warning",
            name,
            f'no annotation has this name, so --match "{name}={choice}" did nothing; '
            "write the name of the annotation file, or the photo's name as the export has it",
        )
        for name, choice in choices.items()
        if name not in known
    ]
    for entry in wanted if choices else ():
        choice = choice_of(entry, choices)
        if choice and entry.embedded is not None and photos.find(entry, choice) is None:
            own = entry.annotation
            text = f"{own.photo}: {chosen_in_vain(choice)}; the picture inside the file is used"
            problems.append(Problem("warning", own.source, text, own.line))
    return problems


def wrong_folder(
    places: Sequence[Source], photos: Sequence[Photo], wanted: Sequence[Wanted]
) -> Problem:
    """Doubt a folder without photos, or where none has a name that an annotation looks for."""
    paths = (place.path.parent if place.single_file else place.path for place in places)
    where = ", ".join(dict.fromkeys(str(path) for path in paths))
    if not photos:
        return Problem("warning", where, "there are no photos there: is it the right folder?")
    first = wanted[0].annotation
    count = f"none of the {len(photos)} photos" if len(photos) > 1 else "not even the only photo"
    return Problem(
        "warning",
        where,
        f"{count} there has a name from the export: is it the right folder? The export names "
        f'"{first.photo or first.source}", the folder has "{photos[0].member}"',
    )


def last_two(wanted: Sequence[Wanted], photos: Sequence[Photo]) -> list[Problem]:
    """Say how to put the only annotation and the only photo that are left over together."""
    if len(wanted) != 1 or len(photos) != 1:
        return []
    own, photo = wanted[0].annotation, photos[0].member
    name = own.source if wanted[0].one_photo else own.photo
    text = (
        f'{own.photo or own.source}: the only photo without annotation is "{photo}"; '
        f'if it is this one, --match "{name}={photo}" puts them together'
    )
    return [Problem("info", own.source, text, own.line)]
