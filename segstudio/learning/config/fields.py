"""What every setting is made of: its checks, and the words that a form shows beside it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

Choices = Mapping[str, str]
"""Values and their titles in words."""


class Settings(BaseModel):
    """A group of settings; immutable, and unknown ones are refused.

    `title` heads the group in forms.
    """

    title: ClassVar[str] = ""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


@dataclass(frozen=True, slots=True)
class ActsWhen:
    """Stands beside the type of a setting that acts only while `test` holds for all settings.

    `words` end the sentence "It acts only ...".
    """

    test: Callable[[Any], bool]
    words: str


def nearest(word: str, known: Mapping[str, object]) -> str | None:
    """Return the known word that `word` may have meant."""
    begun = [name for name in known if word and name.startswith(word.lower())]
    match = begun or difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return match[0] if match else None


def one_of(choices: Choices) -> Callable[[str], str]:
    """Return a check that a value is one of the choices and names the nearest right one."""

    def check(value: str) -> str:
        if value in choices:
            return value
        meant = nearest(value, choices)
        hint = f'did you mean "{meant}"?' if meant else f"it can be {', '.join(choices)}"
        raise ValueError(f'"{value}" is not a value that it can have; {hint}')

    return check


def about(
    label: str,
    *,
    unit: str = "",
    basic: bool = False,
    choices: Choices | None = None,
    typed: bool = False,
    zero: str = "",
) -> dict[str, Any]:
    """Return what a form needs beside the limits and the help.

    `typed`: the choices are only the usual ones, and anything else may be typed. `zero` is what a
    form shows in place of 0, the smallest value.
    """
    return {
        "label": label,
        "unit": unit,
        "advanced": not basic,
        "choices": dict(choices or {}),
        "typed": typed,
        "zero": zero,
    }
