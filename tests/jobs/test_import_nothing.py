from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Recorder

from jobs.exports import labelme, photo
from segstudio.core.errors import SegStudioError
from segstudio.jobs.convert import ConvertRequest, run


def refusal(source: Path, format: str | None = None) -> SegStudioError:
    request = ConvertRequest((source,), format=format, out=source.with_name("out"))
    with pytest.raises(SegStudioError) as caught:
        run(request, Recorder())
    return caught.value


@pytest.mark.parametrize("place", ["in", "in/a.xml"])
def test_a_format_that_is_not_there_is_told_with_the_one_that_is(
    tmp_path: Path, place: str
) -> None:
    labelme(tmp_path / "in/a.xml", "a.jpg")
    told = refusal(tmp_path / place, "coco")
    assert "nothing in the format coco" in told.what
    assert told.meaning == "It looks like labelme-xml."
    assert "leave --format out" in told.remedy


def test_where_no_format_is_found_the_kinds_of_files_are_told(tmp_path: Path) -> None:
    photo(tmp_path / "in/a.jpg")
    (tmp_path / "in/README").touch()
    for name in (None, "coco"):
        told = refusal(tmp_path / "in", name)
        assert ".jpg" in told.meaning
        assert "folder of masks" in told.remedy
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/README").touch()
    assert "without an ending" in refusal(tmp_path / "bare").meaning


def test_refusals_that_are_alike_are_told_once_with_their_number(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(12):
        (tmp_path / f"in/photo {number}.xml").write_text("<!DOCTYPE a><annotation/>")
    (tmp_path / "in/other.xml").write_text("<html/>")
    told = refusal(tmp_path / "in").what
    assert "None of the 13 annotation files" in told
    assert told.count("DOCTYPE") == 1
    assert "(11 more of the same kind)" in told
    assert "<html>" in told
