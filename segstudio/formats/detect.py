"""Detection: which file is in which format, with the reason either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem, Severity
from segstudio.formats.base import Candidate, Format, Match
from segstudio.formats.source import Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one format said about one file."""

    format: Format
    matched: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that a format will read, and what every format said about it."""

    format: Format
    source: Source
    file: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that looked like annotations and that no format reads; `error` says why."""

    file: str
    problem: Problem
    error: SegStudioError


def detect(source: Source, formats: Sequence[Format]) -> tuple[list[Claim], list[Refused]]:
    """Look into every file that may hold annotations; a single file is always looked into.

    Formats of last resort come in only where the others take nothing, or where they are all that
    was asked for.
    """
    first = [entry for entry in formats if not entry.last_resort]
    claims, refused = _look(source, first or formats, named=not first)
    if first and not claims and len(first) < len(formats):
        return _look(source, formats, named=False)
    return claims, refused


def _look(
    source: Source, formats: Sequence[Format], named: bool
) -> tuple[list[Claim], list[Refused]]:
    claims: list[Claim] = []
    refused: list[Refused] = []
    for file in source.files():
        candidate = Candidate(source, file, named)
        asked = [f for f in formats if source.single_file or _suits(f, candidate)]
        found = _claim(candidate, asked) if asked else None
        if isinstance(found, Claim):
            claims.append(found)
        elif found is not None:
            refused.append(found)
    return claims, refused


def _suits(entry: Format, candidate: Candidate) -> bool:
    """Tell whether a format may know the file, by its name and what it begins like."""
    return candidate.ending.endswith(entry.suffixes)


def _claim(candidate: Candidate, formats: Sequence[Format]) -> Claim | Refused | None:
    """Ask every format; the first that takes the file reads it. None: nothing suggests any."""
    verdicts: list[Verdict] = []
    errors: list[tuple[bool, SegStudioError]] = []
    shown = candidate.source.shown(candidate.file)
    for entry in formats:
        try:
            answer = entry.probe(candidate)
        except SegStudioError as error:
            errors.append((_suits(entry, candidate), error.bare()))
            continue
        if answer is not None:
            verdicts.append(Verdict(entry, isinstance(answer, Match), answer.reason))
    taker = next((verdict.format for verdict in verdicts if verdict.matched), None)
    if taker is not None:
        return Claim(taker, candidate.source, candidate.file, tuple(verdicts))
    # A file named alone is shown to every format; those that its name speaks for know best.
    likely = [error for fits, error in errors if fits]
    if likely or (errors and not verdicts):
        told = likely[0] if likely else errors[0][1]
        return _refused(shown, str(told), told, "error")
    if not verdicts and not candidate.source.single_file:
        return None
    text = _why_not(verdicts) or "no known kind of file"
    unread = SegStudioError(
        f"{shown} is in no format that SegStudio reads ({text}).",
        remedy="Export the annotations again, for example as CVAT for images 1.1 or LabelMe XML.",
    )
    return _refused(shown, f"no annotation that SegStudio reads ({text})", unread, "warning")


def _why_not(verdicts: Sequence[Verdict]) -> str:
    """Say why no format takes a file, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for verdict in verdicts:
        by_reason.setdefault(verdict.reason, []).append(verdict.format.name)
    return "; ".join(f"not {' or '.join(names)}: {reason}" for reason, names in by_reason.items())


def _refused(file: str, text: str, error: SegStudioError, severity: Severity) -> Refused:
    return Refused(file, Problem(severity, file, text.replace("\n", " ")), error)
