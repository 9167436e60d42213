"""What every annotation format must do, on its own small files in tests/assets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.reading import Content, read_all
from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.label_image import read_label
from segstudio.formats import FORMATS, format_named
from segstudio.formats.archive import open_source
from segstudio.formats.base import Candidate, Format, Match
from segstudio.formats.source import FolderSource, Source
from segstudio.jobs import convert

ASSETS = Path(__file__).parents[1] / "assets"


def assets(entry: Format, kind: str) -> list[Path]:
    folder = ASSETS / entry.name.replace("-", "_") / kind
    return sorted(path for path in folder.iterdir() if path.suffix in entry.suffixes)


GOOD = [(entry, path) for entry in FORMATS for path in assets(entry, "good")]
BAD = [(entry, path) for entry in FORMATS for path in assets(entry, "bad")]


class Bytes(Source):
    """A source of one file in memory."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path("memory.xml"))
        self.data = data

    def files(self) -> tuple[str, ...]:
        return ("memory.xml",)

    def read(self, name: str) -> bytes:
        return self.data

    def close(self) -> None:
        pass


def test_every_format_has_files_that_show_it() -> None:
    assert {entry.name for entry, _ in GOOD} == {entry.name for entry in FORMATS}
    assert {entry.name for entry, _ in BAD} == {entry.name for entry in FORMATS}


def test_formats_are_found_by_name() -> None:
    assert [format_named(entry.name) for entry in FORMATS] == list(FORMATS)
    with pytest.raises(UsageError, match="cvat-film"):
        format_named("cvat-film")


@pytest.mark.parametrize(("entry", "path"), GOOD, ids=lambda value: getattr(value, "name", ""))
def test_a_good_file_is_its_formats_alone(entry: Format, path: Path) -> None:
    candidate = Candidate(FolderSource(path.parent, path.name), path.name)
    for other in FORMATS:
        answer = other.probe(candidate) if path.suffix in other.suffixes else None
        assert isinstance(answer, Match) == (other is entry)
        assert answer is None or answer.reason
    result = read_all(entry, candidate.source, path.name)
    assert result.annotations
    assert not [problem for problem in result.problems if problem.severity != "info"]
    assert all(a.source == path.name for a in result.annotations)


@pytest.mark.parametrize(("entry", "path"), GOOD, ids=lambda value: getattr(value, "name", ""))
def test_a_good_file_gives_the_expected_label_images(
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
def test_a_bad_file_is_refused_or_told_with_its_place(entry: Format, path: Path) -> None:
    source = open_source(path)
    result, refusal = attempt(lambda: read_if_recognised(entry, source, path.name))
    if refusal is not None:
        assert path.name in refusal.what
        assert "line" in refusal.what
    elif result is not None:
        assert result.problems
        assert all(problem.path == path.name and problem.line for problem in result.problems)


def read_if_recognised(entry: Format, source: Source, file: str) -> Content | None:
    matched = isinstance(entry.probe(Candidate(source, file)), Match)
    return read_all(entry, source, file) if matched else None


def attempt(read: Callable[[], Content | None]) -> tuple[Content | None, SegStudioError | None]:
    """Return what reading gave, or the one kind of error that it may raise."""
    try:
        return read(), None
    except SegStudioError as error:
        return None, error


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([(entry, path.read_bytes()) for entry, path in GOOD + BAD]),
    st.lists(
        st.tuples(st.floats(0, 0.9999), st.integers(0, 12), st.binary(max_size=6)),
        min_size=1,
        max_size=8,
    ),
)
def test_damaged_bytes_raise_nothing_but_our_error(
    example: tuple[Format, bytes], edits: list[tuple[float, int, bytes]]
) -> None:
    entry, data = example
    for place, cut, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    source = Bytes(data)
    for read in (read_if_recognised, read_all):
        _, refusal = attempt(lambda read=read: read(entry, source, "memory.xml"))
        assert refusal is None or "memory.xml" in refusal.what
