from __future__ import annotations

import shutil
import sys

import pytest

from segstudio.core.program import program


@pytest.mark.parametrize(
    ("called", "found", "expected"),
    [
        (".venv/bin/segstudio", None, ".venv/bin/segstudio"),
        (".venv/bin/segstudio", "/usr/bin/segstudio", "segstudio"),
        ("/usr/bin/pytest", None, "segstudio"),
    ],
)
def test_it_is_called_as_the_shell_finds_it(
    monkeypatch: pytest.MonkeyPatch, called: str, found: str | None, expected: str
) -> None:
    monkeypatch.setattr(sys, "argv", [called, "demo"])
    monkeypatch.setattr(shutil, "which", lambda _name: found)
    assert program() == expected
