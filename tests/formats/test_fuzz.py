"""Damaged files of every format: read, told or refused, and never anything else."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import Recorder
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.reading import read_all
from formats.test_contract import BAD, GOOD, annotation_files, attempt, read_if_recognised
from segstudio.core.errors import SegStudioError
from segstudio.core.label_image import read_label
from segstudio.formats.base import Format
from segstudio.formats.source import Source
from segstudio.jobs import convert

# A place, how much is cut out there (None: the number that follows), what is put in.
Edit = tuple[float, int | None, bytes]

_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_WORDS = (
    *(b"-1", b"0", b"-0", b"256", b"65536", b"4294967296", b"1e308", b"-1e309", b"NaN", b"9" * 400),
    *(b"null", b"true", b"[]", b"{}", b'"', b"<", b"</image>", b"<a>", b"&x;", b"<!DOCTYPE a []>"),
    *(b"..", b"../../a", b"/", b"\\", b"\0", b"\n", b"CON", b"\\ud800", b"\xff\xfe", b"a" * 300),
)
_EDITS = st.lists(
    st.tuples(
        st.floats(0, 0.9999),
        st.none() | st.integers(0, 12),
        st.binary(max_size=6) | st.sampled_from(_WORDS),
    ),
    min_size=1,
    max_size=8,
)
_EXAMPLES = GOOD + BAD
_FILES = [
    (entry, f"memory{file.suffix}", file.read_bytes())
    for entry, example in _EXAMPLES
    for file in annotation_files(entry, example)
]


class Bytes(Source):
    """A source of one file in memory."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(Path(name))
        self.data = data

    def files(self) -> tuple[str, ...]:
        return (self.path.name,)

    def read(self, name: str) -> bytes:
        return self.data

    def close(self) -> None:
        pass


def edited(data: bytes, edits: list[Edit]) -> bytes:
    for place, cut, put in edits:
        start = end = int(place * len(data))
        number = _NUMBER.search(data, start) if cut is None else None
        start, end = number.span() if number else (start, end + (cut or 0))
        data = data[:start] + put + data[end:]
    return data


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(_FILES), _EDITS)
def test_a_damaged_file_raises_nothing_but_our_error(
    example: tuple[Format, str, bytes], edits: list[Edit]
) -> None:
    entry, name, data = example
    source = Bytes(name, edited(data, edits))
    for read in (read_if_recognised, read_all):
        _, refusal = attempt(lambda read=read: read(entry, source, name))
        assert refusal is None or name in refusal.what


def files_of(example: Path) -> dict[str, bytes]:
    """An example's files by their names."""
    paths = [example] if example.is_file() else [p for p in example.rglob("*") if p.is_file()]
    return {str(path.relative_to(example.parent)): path.read_bytes() for path in sorted(paths)}


def as_zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return stream.getvalue()


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([files_of(path) for _, path in _EXAMPLES]), st.data(), _EDITS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_export_is_converted_as_far_as_it_goes(
    packed: bool, files: dict[str, bytes], data: st.DataObject, edits: list[Edit]
) -> None:
    given_files = {"export.zip": as_zip(files)} if packed else files
    damaged = data.draw(st.sampled_from(sorted(given_files)))
    given_files = {**given_files, damaged: edited(given_files[damaged], edits)}
    with TemporaryDirectory() as folder:
        export, out = Path(folder, "in"), Path(folder, "out")
        for name, content in given_files.items():
            (export / name).parent.mkdir(parents=True, exist_ok=True)
            (export / name).write_bytes(content)
        source = export / "export.zip" if packed else export
        try:
            result = convert.run(convert.ConvertRequest((source,), out=out), Recorder())
        except SegStudioError:
            result = None
        for item in result.items if result else ():
            assert item.label is None or read_label(out / item.label).size
        assert {p.name for p in Path(folder).iterdir()} <= {"in", "out"}
        assert {str(p.relative_to(export)) for p in export.rglob("*") if p.is_file()} == {
            *given_files
        }
        assert all((export / name).read_bytes() == told for name, told in given_files.items())
