"""Failures told in plain words: what happened, what it means, what to try."""

from __future__ import annotations

from typing import Self


class SegStudioError(Exception):
    """A failure that a user can understand and act on; never shown with a traceback."""

    exit_code = 1

    def __init__(self, what: str, *, meaning: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the three sentences in one text."""
        return "\n".join(part for part in (self.what, self.meaning, self.remedy) if part)

    def bare(self) -> Self:
        """Forget what raised it: the traceback of an error that is kept holds whole files."""
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self


class UsageError(SegStudioError):
    """A wrong argument, setting or setting value (exit code 2)."""

    exit_code = 2


class WeightsError(SegStudioError):
    """Starting weights that could not be had or do not fit; others, or none, are the way on."""
