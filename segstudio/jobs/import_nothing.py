"""Why there is nothing to import: what was looked for, what is there instead, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from segstudio.core.errors import SegStudioError
from segstudio.formats import FORMATS, format_named
from segstudio.formats.detect import Claim, detect
from segstudio.formats.source import Source

_SHOWN = 5
_NAME_IT = (
    "Name the export itself, its file, its folder or its zip: XML of CVAT or LabelMe, JSON of "
    "labelme or COCO, or a folder of masks with --photos."
)


def nothing_read(
    sources: Sequence[Source],
    claims: Sequence[Claim],
    errors: Sequence[SegStudioError],
    wanted: str | None,
) -> SegStudioError:
    """Say why the sources hold nothing to convert; `wanted` is the format that the user named."""
    if not errors and claims:
        return SegStudioError(
            f"There is no annotated photo in {', '.join(c.file for c in claims[:_SHOWN])}.",
            meaning="The file was read to its end and names no photo.",
            remedy="Export the task again, after it has photos and outlines.",
        )
    others = _other_formats(sources) if wanted and not claims else []
    if wanted and (others or not errors):
        return _not_in_format(sources, wanted, others)
    if len(errors) == 1:
        return errors[0]
    return _unreadable(errors) if errors else _no_annotations(sources)


def _other_formats(sources: Sequence[Source]) -> list[str]:
    """Return the formats that the sources are in, where nobody says which it is."""
    claims = (claim for source in sources for claim in detect(source, FORMATS)[0])
    return list(dict.fromkeys(claim.format.name for claim in claims))


def _not_in_format(sources: Sequence[Source], wanted: str, others: Sequence[str]) -> SegStudioError:
    """Say that nothing is in the format that was named, and which formats are there."""
    title = format_named(wanted).title
    leave = "Let the format be found: name none (leave --format out)."
    return SegStudioError(
        f"There is nothing in the format {wanted} ({title}) in {_names(sources)}.",
        meaning=f"It looks like {' and '.join(others)}." if others else _files(sources),
        remedy=leave if others else _NAME_IT,
    )


def _no_annotations(sources: Sequence[Source]) -> SegStudioError:
    refused = [f"{p.path}: {p.message}" for source in sources for p in source.problems]
    told = "".join(f" {line}." for line in refused[:_SHOWN])
    return SegStudioError(
        f"There are no annotations in {_names(sources)}.",
        meaning=f"No XML, JSON or label image was found there. {_files(sources)}{told}",
        remedy=_NAME_IT,
    )


def _unreadable(errors: Sequence[SegStudioError]) -> SegStudioError:
    return SegStudioError(
        f"None of the {len(errors)} annotation files can be read: {_reasons(errors)}",
        meaning="Every file that looked like annotations was refused.",
        remedy="Export the annotations again, or name another source.",
    )


def _reasons(errors: Sequence[SegStudioError]) -> str:
    """Tell the reasons of refusals, those that differ only in the file's name once."""
    counts: dict[str, list[SegStudioError]] = {}
    for error in errors:
        counts.setdefault(_without_place(error.what), []).append(error)
    told = []
    for alike in list(counts.values())[:_SHOWN]:
        more = f" ({len(alike) - 1} more of the same kind)" if len(alike) > 1 else ""
        told.append(alike[0].what.rstrip(".") + more)
    left = len(counts) - _SHOWN
    return "; ".join(told) + (f"; and {left} more reasons." if left > 0 else ".") if told else ""


def _without_place(what: str) -> str:
    """Return a refusal without what looks like a file's name or a place in it."""
    words = (word for word in what.split() if not _is_place(word.strip(",:;.\"'()")))
    return " ".join(words)


def _is_place(word: str) -> bool:
    return word.isdigit() or bool(PurePosixPath(word).suffix)


def _names(sources: Sequence[Source]) -> str:
    return ", ".join(str(source.path) for source in sources)


def _files(sources: Sequence[Source]) -> str:
    """Say which kinds of files there are."""
    files = [file for source in sources for file in source.files()]
    kinds = sorted({PurePosixPath(file).suffix.lower() for file in files} - {""})
    if not files:
        return "There are no files in it."
    plain = "without an ending such as .xml" if not kinds else ", ".join(kinds)
    return f"The files there are: {plain}."
