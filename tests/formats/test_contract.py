"""What every annotation format must do, on its own small files in tests/assets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder

from formats.reading import Content, read_all
from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.label_image import read_label
from segstudio.formats import FORMATS, format_named
from segstudio.formats.archive import open_source
from segstudio.formats.base import Candidate, Format, Match
from segstudio.formats.detect import detect
from segstudio.formats.mask_names import is_mask_suffix
from segstudio.formats.source import Source
from segstudio.jobs import convert

ASSETS = Path(__file__).parents[1] / "assets"


def assets(entry: Format, kind: str) -> list[Path]:
    """The examples of a format: files, or folders where a single file would be none."""
    folder = ASSETS / entry.name.replace("-", "_") / kind
    files = [path for path in folder.iterdir() if path.suffix in entry.suffixes]
    return sorted(files or (path for path in folder.iterdir() if path.is_dir()))


def annotation_files(entry: Format, example: Path) -> list[Path]:
    """The files of an example that may hold annotations."""
    if example.is_file():
        return [example]
    return sorted(path for path in example.rglob("*") if path.suffix in entry.suffixes)


GOOD = [(entry, path) for entry in FORMATS for path in assets(entry, "good")]
BAD = [(entry, path) for entry in FORMATS for path in assets(entry, "bad")]
EXAMPLES = pytest.mark.parametrize(("entry", "path"), GOOD, ids=lambda v: getattr(v, "name", ""))


def test_every_format_has_files_that_show_it() -> None:
    assert {entry.name for entry, _ in GOOD} == {entry.name for entry in FORMATS}
    assert {entry.name for entry, _ in BAD} == {entry.name for entry in FORMATS}


def test_formats_are_found_by_name() -> None:
    assert [format_named(entry.name) for entry in FORMATS] == list(FORMATS)
    with pytest.raises(UsageError, match="cvat-film"):
        format_named("cvat-film")


@EXAMPLES
def test_a_good_example_is_its_formats_alone(entry: Format, path: Path) -> None:
    source = open_source(path)
    claims, refused = detect(source, FORMATS)
    assert claims
    assert not refused
    for claim in claims:
        assert [v.format for v in claim.verdicts if v.matched] == [entry]
        assert all(verdict.reason for verdict in claim.verdicts)
        result = read_all(entry, source, claim.file)
        assert result.annotations
        assert not [problem for problem in result.problems if problem.severity != "info"]
        assert all(a.source == claim.file for a in result.annotations)


@EXAMPLES
def test_a_good_example_gives_the_expected_label_images(
    entry: Format, path: Path, tmp_path: Path, report: Recorder
) -> None:
    convert.run(convert.ConvertRequest((path,), out=tmp_path), report)
    expected = ASSETS / entry.name.replace("-", "_") / "expected" / path.stem
    made = {p.relative_to(tmp_path / "labels"): p for p in (tmp_path / "labels").rglob("*.png")}
    wanted = {p.relative_to(expected): p for p in expected.rglob("*.png")}
    assert set(made) == set(wanted)
    for name, png in made.items():
        assert np.array_equal(read_label(png), read_label(wanted[name])), name


@pytest.mark.parametrize(("entry", "path"), BAD, ids=lambda value: getattr(value, "name", ""))
def test_a_bad_example_is_refused_or_told_with_its_place(entry: Format, path: Path) -> None:
    source = open_source(path)
    files = [path.name] if path.is_file() else list(source.files())
    told = [told_about(entry, source, file) for file in files if file.endswith(entry.suffixes)]
    assert any(told) or path.is_file()


def told_about(entry: Format, source: Source, file: str) -> bool:
    """Whether reading a file says something, which then has its name and line."""
    result, refusal = attempt(lambda: read_if_recognised(entry, source, file))
    # Pictures have no lines.
    lines = not is_mask_suffix(file)
    if refusal is not None:
        assert file in refusal.what
        assert "line" in refusal.what or not lines
    elif result is not None:
        assert result.problems
        assert all(p.path == file and (p.line or not lines) for p in result.problems)
    return refusal is not None or result is not None


def read_if_recognised(entry: Format, source: Source, file: str) -> Content | None:
    matched = isinstance(entry.probe(Candidate(source, file)), Match)
    return read_all(entry, source, file) if matched else None


def attempt(read: Callable[[], Content | None]) -> tuple[Content | None, SegStudioError | None]:
    """Return what reading gave, or the one kind of error that it may raise."""
    try:
        return read(), None
    except SegStudioError as error:
        return None, error
