"""What an import did: every photo and every annotation of the source exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json, write_json
from segstudio.core.problems import Problem
from segstudio.formats.detect import Claim

_KEPT = Path("annotations", "import-report.json")
Status = Literal["converted", "converted-without-photo", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One photo or annotation: `label` is its label image, `match` how the two were paired.

    `candidates` are photos that fit equally well, one of which the user has to choose.
    """

    photo: str
    label: str | None
    status: Status
    match: str = ""
    problems: tuple[Problem, ...] = ()
    candidates: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the object of report.json."""
        return {
            "photo": self.photo,
            "label": self.label,
            "status": self.status,
            "match": self.match,
            "problems": [problem.as_json() for problem in self.problems],
            "candidates": list(self.candidates),
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
    """The result of an import; `format` names the formats found, `detection` why they were."""

    format: str
    items: tuple[ImportItem, ...]
    problems: tuple[Problem, ...]
    classes: dict[str, ClassCount] = field(default_factory=dict)
    detection: tuple[Detection, ...] = ()
    interrupted: bool = False

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
            "detection": [asdict(entry) for entry in self.detection],
            "classes": {
                name: {"photos": count.photos, "pixels": count.pixels}
                for name, count in self.classes.items()
            },
            "items": [item.as_json() for item in self.items],
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_text(self) -> str:
        """Return a summary for the terminal: counts, how the format was told, the classes."""
        without = sum(item.status == "converted-without-photo" for item in self.items)
        lines = [f"{self.converted} of {self.photos} photos got a label image."]
        if without:
            lines.append(f"{without} of these have no photo; their size is the one stated.")
        if self.skipped:
            lines.append(f"{self.skipped} were skipped; the problems above say why.")
        lines += [f"Format {reason}" for reason in self.reasons]
        lines += [
            f"  {name}: in {count.photos} photos, {count.pixels:,} pixels"
            for name, count in self.classes.items()
        ]
        return "\n".join(lines)


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
