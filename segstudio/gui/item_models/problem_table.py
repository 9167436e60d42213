"""The problems of an import as a table, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt

from segstudio.core.problems import Problem
from segstudio.gui.icons import icon
from segstudio.gui.item_models.tables import FILTER_ROLE, Index, RowTable, filter_text

_ORDER = {"error": 0, "warning": 1, "info": 2}
_COLORS = {"error": "error", "warning": "warning", "info": "text_soft"}
_WORDS = {"error": "Left out", "warning": "Look at it", "info": "Note"}


class ProblemTable(RowTable[Problem]):
    """Rows of Problem; the kind for the filter is the severity."""

    columns = ("", "What", "File", "Line")

    def set_rows(self, rows: Sequence[Problem]) -> None:
        """Show problems, worst first, otherwise in the order they were found."""
        super().set_rows(sorted(rows, key=lambda problem: _ORDER[problem.severity]))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        problem = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                line = "" if problem.line is None else problem.line
                words = _WORDS[problem.severity]
                return (words, problem.message, problem.path, line)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return icon(problem.severity, _COLORS[problem.severity])
            case Qt.ItemDataRole.ToolTipRole:
                return str(problem)
            case _ if role == FILTER_ROLE:
                return filter_text(f"{problem.message} {problem.path}", problem.severity)
        return None


def as_text(problems: Iterable[Problem]) -> str:
    """Return problems as lines for the clipboard."""
    return "\n".join(f"{problem.severity}: {problem}" for problem in problems)
