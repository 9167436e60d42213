"""Detection: which file is in which format, with the reason either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem, Severity
from segstudio.formats.base import Candidate, Format, Match, Refusal
from segstudio.formats.source import Source


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that a format will read, and why."""

    format: Format
    source: Source
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that looked like annotations and that no format reads; `error` where it is broken."""

    file: str
    problem: Problem
    error: SegStudioError


def detect(source: Source, formats: Sequence[Format]) -> tuple[list[Claim], list[Refused]]:
    """Look into every file that may hold annotations; a single file is always looked into."""
    claims: list[Claim] = []
    refused: list[Refused] = []
    suffixes = tuple({suffix for entry in formats for suffix in entry.suffixes})
    for file in source.files():
        if not source.single_file and not file.lower().endswith(suffixes):
            continue
        found = _claim(Candidate(source, file), formats)
        if isinstance(found, Claim):
            claims.append(found)
        else:
            refused.append(found)
    return claims, refused


def _claim(candidate: Candidate, formats: Sequence[Format]) -> Claim | Refused:
    """Ask every format; the first that takes the file reads it."""
    reasons: list[str] = []
    shown = candidate.source.shown(candidate.file)
    for entry in formats:
        try:
            answer = entry.probe(candidate)
        except SegStudioError as error:
            return _refused(shown, str(error), error, "error")
        match answer:
            case Match(reason):
                return Claim(entry, candidate.source, candidate.file, reason)
            case Refusal(reason):
                reasons.append(f"not {entry.name}: {reason}")
    text = "; ".join(reasons)
    unread = SegStudioError(
        f"{shown} is in no format that SegStudio reads ({text}).",
        remedy="Export the annotations as CVAT for images 1.1 or LabelMe XML.",
    )
    return _refused(shown, f"no annotation that SegStudio reads ({text})", unread, "warning")


def _refused(file: str, text: str, error: SegStudioError, severity: Severity) -> Refused:
    return Refused(file, Problem(severity, file, text.replace("\n", " ")), error)
