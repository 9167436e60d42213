"""What an import did: every photo and every annotation of the source exactly once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json, write_atomic, write_json
from segstudio.core.problems import Problem
from segstudio.formats.detect import Claim
from segstudio.photos.names import stem

_KEPT = Path("annotations", "import-report.json")
_COLUMNS = ("photo", "status", "label", "match", "severity", "file", "line", "message")
_FORMULA = ("=", "+", "-", "@", "\t")
Status = Literal["converted", "converted-without-photo", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One photo or annotation: `label` is its label image, `match` how the two were paired.

    `candidates` are photos that fit equally well, one of which the user has to choose for what
    `asked` names.
    """

    photo: str
    label: str | None
    status: Status
    match: str = ""
    problems: tuple[Problem, ...] = ()
    candidates: tuple[str, ...] = ()
    asked: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the object of report.json."""
        return {
            "photo": self.photo,
            "label": self.label,
            "status": self.status,
            "match": self.match,
            "problems": [problem.as_json() for problem in self.problems],
            "candidates": list(self.candidates),
            "asked": self.asked,
        }


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many photos a class is in, and how many pixels it covers in all."""

    photos: int = 0
    pixels: int = 0


@dataclass(frozen=True, slots=True)
class Detection:
    """What a format said about `files` of the annotation files, and whether it took them."""

    format: str
    matched: bool
    reason: str
    files: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import; `format` names the formats found, `detection` why they were.

    `sources` and `photo_folder` are where it looked, so that it can be done again; `ignored`
    counts the pixels that are neither trained nor scored, `written` says where the result is.
    """

    format: str
    items: tuple[ImportItem, ...]
    problems: tuple[Problem, ...]
    classes: dict[str, ClassCount] = field(default_factory=dict)
    detection: tuple[Detection, ...] = ()
    interrupted: bool = False
    sources: tuple[Path, ...] = ()
    photo_folder: Path | None = None
    ignored: ClassCount = ClassCount()
    written: str = ""

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the report that `as_json` wrote; SegStudioError where it is none."""
        try:
            return TypeAdapter(cls).validate_python(value)
        except ValidationError as error:
            raise SegStudioError(
                f"This is no report of an import: {error.errors()[0]['msg']}."
            ) from error

    @property
    def questions(self) -> tuple[ImportItem, ...]:
        """The items for which the user has to choose a photo."""
        return tuple(item for item in self.items if item.candidates)

    @property
    def unseen(self) -> tuple[str, ...]:
        """The classes whose shapes are all covered by others, as the problems say."""
        told = [problem.message for problem in self.problems if problem.path == "palette"]
        empty = (name for name, count in self.classes.items() if not count.pixels)
        return tuple(n for n in empty if any(t.startswith(f'"{n}" cannot be seen') for t in told))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Which formats were found and why, `name: reason`."""
        return tuple(f"{d.format}: {d.reason}" for d in self.detection if d.matched)

    @property
    def photos(self) -> int:
        """The number of items."""
        return len(self.items)

    @property
    def converted(self) -> int:
        """The number of items that have a label image."""
        return len(self.items) - self.skipped

    @property
    def skipped(self) -> int:
        """The number of items without a label image."""
        return sum(item.status == "skipped" for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Return the object of report.json."""
        return {
            "format": self.format,
            "photos": self.photos,
            "converted": self.converted,
            "skipped": self.skipped,
            "interrupted": self.interrupted,
            "sources": [str(path) for path in self.sources],
            "photo_folder": str(self.photo_folder) if self.photo_folder else None,
            "detection": [asdict(entry) for entry in self.detection],
            "classes": {
                name: {"photos": count.photos, "pixels": count.pixels}
                for name, count in self.classes.items()
            },
            "ignored": asdict(self.ignored),
            "written": self.written,
            "items": [item.as_json() for item in self.items],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_csv(self) -> str:
        """Return a table for spreadsheets: a line per problem, and one per item without any."""
        stream = io.StringIO()
        table = csv.writer(stream, lineterminator="\r\n")
        table.writerow(_COLUMNS)
        own: set[Problem] = set()
        for item in self.items:
            own.update(item.problems)
            cells = (item.photo, item.status, item.label or "", item.match)
            for problem in item.problems or (None,):
                table.writerow(_cells(*cells, *_problem_cells(problem)))
        for problem in self.problems:
            if problem not in own:
                table.writerow(_cells("", "", "", "", *_problem_cells(problem)))
        return stream.getvalue()

    def photos_of_problems(self) -> dict[Problem, str]:
        """Return the photo that each problem is about, without those that are about none."""
        found = {problem: item.photo for item in self.items for problem in item.problems}
        by_name: dict[str, str] = {}
        for item in self.items:
            whole = PurePosixPath(item.photo)
            for name in (item.photo, whole.name, stem(item.photo), stem(whole.name)):
                by_name.setdefault(name, item.photo)
        for problem in self.problems:
            # Readers begin with the photo's name; files about one photo are called like it.
            said = problem.message.partition(": ")[0]
            file = PurePosixPath(problem.path).with_suffix("").as_posix()
            photo = by_name.get(said) or by_name.get(problem.path) or by_name.get(file)
            if photo is not None:
                found.setdefault(problem, photo)
        return found

    def as_text(self) -> str:
        """Return a summary for the terminal: counts, how the format was told, the classes."""
        without = sum(item.status == "converted-without-photo" for item in self.items)
        lines = [f"{_counted(self.converted, 'label image')} made."]
        if without:
            lines.append(f"{without} of these have no photo; their size is the one stated.")
        if self.skipped:
            none = "photo or annotation has" if self.skipped == 1 else "photos or annotations have"
            lines.append(f"{self.skipped:,} {none} none; the lines above say why.")
        lines += [f"Format {reason}" for reason in self.reasons]
        if self.converted:
            counts = dict(self.classes)
            if self.ignored.pixels:
                counts["(ignored)"] = self.ignored
            lines += [
                f"  {name}: in {_counted(count.photos, 'photo')}, {count.pixels:,} pixels"
                for name, count in counts.items()
            ]
        if self.written:
            lines.append(self.written)
        if self.unseen:
            lines.append(f"Outlined, but cannot be seen on any photo: {', '.join(self.unseen)}.")
        return "\n".join(lines)


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _problem_cells(problem: Problem | None) -> tuple[str, ...]:
    if problem is None:
        return ("", "", "", "")
    line = "" if problem.line is None else str(problem.line)
    return (problem.severity, problem.path, line, problem.message)


def _cells(*values: str) -> list[str]:
    """Keep spreadsheets from taking a file's name for a formula."""
    return [f"'{value}" if value.startswith(_FORMULA) else value for value in values]


def write_report(folder: Path, report: ImportReport) -> None:
    """Write report.json, and report.csv for spreadsheets."""
    write_json(folder / "report.json", report.as_json())
    write_csv(folder / "report.csv", report)


def write_csv(path: Path, report: ImportReport) -> None:
    """Write the report as a table; the mark in front tells spreadsheets that it is UTF-8."""
    write_atomic(path, report.as_csv().encode("utf-8-sig"))


def detections(claims: Iterable[Claim]) -> tuple[Detection, ...]:
    """Sum up what the formats said about annotation files, most files first."""
    said = Counter((v.format.name, v.matched, v.reason) for c in claims for v in c.verdicts)
    return tuple(Detection(*verdict, files) for verdict, files in said.most_common())


def keep_report(project: Path, report: ImportReport) -> None:
    """Write the report of a project's last import into its folder."""
    write_json(project / _KEPT, report.as_json())


def kept_report(project: Path) -> ImportReport | None:
    """Return the report of a project's last import, None where none is kept.

    Raises SegStudioError where the file is damaged.
    """
    path = project / _KEPT
    return ImportReport.from_json(read_json(path)) if path.is_file() else None
