"""Problems: what an import or a check found, with file and place, in plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that an import or a check found; `line` counts from 1, None where there is none."""

    severity: Severity
    path: str
    message: str
    line: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of report.json."""
        return asdict(self)

    def __str__(self) -> str:
        """Return `path:line: message`."""
        place = f"{self.path}:{self.line}" if self.line is not None else self.path
        return f"{place}: {self.message}"
