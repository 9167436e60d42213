"""The worked example of docs/formats.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Recorder
from jobs.exports import photo

from segstudio.core.label_image import read_label
from segstudio.formats import FORMATS
from segstudio.jobs import import_reading
from segstudio.jobs.convert import ConvertRequest, run

PAGE = Path(__file__).parents[1] / "docs" / "formats.md"


def block(language: str) -> str:
    if not PAGE.is_file():
        pytest.skip("the documentation is not here")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return str(found)


def test_a_format_is_added_with_one_file_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace: dict[str, Any] = {"__name__": "outline_csv"}
    exec(compile(block("python"), "outline_csv.py", "exec"), namespace)
    monkeypatch.setattr(import_reading, "FORMATS", (*FORMATS, namespace["OutlineCsv"]()))
    photo(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "outlines.csv").write_text(block("csv"), "utf-8")
    result = run(ConvertRequest((tmp_path / "in",), out=tmp_path / "out"), Recorder())
    assert result.format == "outline-csv"
    assert [item.status for item in result.items] == ["converted"]
    (told,) = [str(problem) for problem in result.problems if problem.severity != "info"]
    assert told in PAGE.read_text("utf-8").replace("\n", " ")
    label = read_label(tmp_path / "out" / "labels" / "a.png")
    assert (label[:5] == 1).all()
    assert (label[5:] == 0).all()
