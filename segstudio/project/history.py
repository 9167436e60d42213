"""Undo and redo of palette and split edits, kept on disk with the project."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json, write_json
from segstudio.core.palette import Palette
from segstudio.project.entries import Split

_KEPT = 200


class State(BaseModel):
    """What an edit can change, after the edit called `what`."""

    model_config = ConfigDict(frozen=True)

    what: str
    palette: Palette
    split: Split | None


class History(BaseModel):
    """The states of a project in order, and which of them is current."""

    model_config = ConfigDict(frozen=True)

    states: tuple[State, ...]
    cursor: int

    @model_validator(mode="after")
    def _cursor_points_at_a_state(self) -> Self:
        """Refuse a cursor beside the states."""
        if not 0 <= self.cursor < len(self.states):
            raise ValueError(f"there is no state {self.cursor}")
        return self

    @property
    def current(self) -> State:
        """The state that holds now."""
        return self.states[self.cursor]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self.cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a later state."""
        return self.cursor + 1 < len(self.states)

    def after(self, state: State) -> History:
        """Return the history with a new state behind the current one; what was undone is gone."""
        states = (*self.states[: self.cursor + 1], state)[-_KEPT:]
        return History(states=states, cursor=len(states) - 1)

    def moved(self, by: int) -> History:
        """Return the history with another state current; SegStudioError where there is none."""
        if not 0 <= self.cursor + by < len(self.states):
            raise SegStudioError(f"There is nothing to {'undo' if by < 0 else 'redo'}.")
        return self.model_copy(update={"cursor": self.cursor + by})

    def save(self, path: Path) -> None:
        """Write the history."""
        write_json(path, self.model_dump(mode="json", by_alias=True))

    @classmethod
    def load(cls, path: Path, current: State) -> History:
        """Read the history; where it is damaged or behind, begin a new one at `current`."""
        fresh = cls(states=(current,), cursor=0)
        try:
            history = cls.model_validate(read_json(path))
        except (SegStudioError, ValidationError):
            return fresh
        state = history.current
        same = (state.palette, state.split) == (current.palette, current.split)
        return history if same else fresh
