"""JSON is read whatever its encoding, entry by entry, and every refusal names its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.errors import SegStudioError
from segstudio.formats.json_kinds import other_tool, own_file, sniff
from segstudio.formats.json_text import JsonText, number, plain_text, whole_pixels

TEXT = '{"名": [1, {"a": [2]}],\n "empty": [], "last": "x"}'
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def entries(text: str) -> list[tuple[str, int | None, object, int]]:
    found = JsonText.of(text.encode(), "a.json").entries()
    return [(e.key, e.index, e.value, e.line) for e in found]


def rebuilt(text: JsonText) -> object:
    """Put a file together again from its entries, as a plain parser would read it."""
    members: dict[str, object] = {}
    for entry in text.entries():
        assert text.at(entry.place) == entry.value or entry.value == []
        if entry.index is None:
            members[entry.key] = entry.value
        else:
            if entry.begins:
                members[entry.key] = []
            kept = members[entry.key]
            assert isinstance(kept, list)
            kept.append(entry.value)
    return members if text.opening == "{" else members[""]


def test_members_and_the_elements_of_lists_come_with_their_lines() -> None:
    assert entries(TEXT) == [
        ("名", 0, 1, 1),
        ("名", 1, {"a": [2]}, 1),
        ("empty", None, [], 2),
        ("last", None, "x", 2),
    ]
    assert entries("[1, 2]") == [("", 0, 1, 1), ("", 1, 2, 1)]
    assert entries(" {} ") == []


@given(VALUES, st.sampled_from([None, 1]))
def test_entries_hold_what_a_plain_parser_reads(value: object, indent: int | None) -> None:
    data = json.dumps(value, indent=indent).encode()
    assert rebuilt(JsonText.of(data, "a.json")) == json.loads(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_is_read_however_it_is_marked(encoding: str) -> None:
    text = JsonText.of(TEXT.encode(encoding), "a.json")
    assert text.assumed is None
    assert next(text.entries()).key == "名"


@pytest.mark.parametrize(
    ("label", "encoding", "told"),
    [
        ("漏底", "gbk", "GBK"),
        ("Bäume und Straße", "cp1252", "1252"),
        ("Gänse, weiß", "cp1252", "1252"),
    ],
)
def test_what_old_windows_programs_write_is_guessed_and_told(
    label: str, encoding: str, told: str
) -> None:
    text = JsonText.of(json.dumps([label], ensure_ascii=False).encode(encoding), "a.json")
    assert [entry.value for entry in text.entries()] == [label]
    assert told in (text.assumed or "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1, column 1: .*ends too early"),
        (b'{\n "a": [1, {"b"', r"line 2, column 15: .*ends too early"),
        (b'{"a": "x', r"line 1, column \d+: .*ends too early"),
        (b'{"a": 1\n "b": 2}', 'line 2, column 2: .*"," is missing'),
        (b"{1: 2}", "line 1, column 2: .*a name in quotes is missing"),
        (b'{"a": 1}\n{"a": 2}', "line 2, column 1: .*after its end"),
        (b"<annotation/>", "line 1: this is not JSON"),
        (b"\xff\xfe\x00\xd8", "line 1: this is no text"),
        (b'{"a":' + b"[" * 100_000, "line 1: it is nested too deeply"),
        (b"[" * 100_000, "line 1: it is nested too deeply"),
    ],
)
def test_a_break_is_told_with_file_line_and_column(data: bytes, words: str) -> None:
    with pytest.raises(SegStudioError, match=rf"^a\.json, {words}"):
        list(JsonText.of(data, "a.json").entries())


def test_numbers_are_finite_or_refused_in_words() -> None:
    assert [number(value) for value in (3, 2.5, "7.5", 10**290)] == [3.0, 2.5, 7.5, 1e290]
    values = json.loads('[NaN, -Infinity, true, null, [1], "x"]')
    for value, words in zip(
        values,
        ("not finite", "not finite", "true is", "null is", "a list is", '"x" is'),
        strict=True,
    ):
        with pytest.raises(ValueError, match=words):
            number(value)
    (entry,) = JsonText.of(b"[" + b"9" * 10_000 + b"]", "a.json").entries()
    with pytest.raises(ValueError, match="not finite"):
        number(entry.value)


def test_sizes_and_texts_are_taken_from_what_can_mean_them() -> None:
    assert [whole_pixels(v) for v in (48, 48.0, "48")] == [48, 48, 48]
    assert {whole_pixels(v) for v in (0, -3, 2.5, True, None, "wide", [4], 10**12, 1e400)} == {None}
    assert [plain_text(v) for v in ("a", 7, None, True, ["a"], "\ud800")] == [
        "a",
        "7",
        "",
        "",
        "",
        "?",
    ]


@pytest.mark.parametrize(
    ("value", "tool"),
    [
        ({"a.jpg12": {"filename": "a.jpg", "size": 12, "regions": []}}, "VIA"),
        ({"_via_settings": {}, "_via_img_metadata": {}}, "VIA"),
        ([{"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": []}]}], "Label Studio"),
        ([{"id": 1, "image": "a.jpg", "annotator": 1, "annotation_id": 3}], "Label Studio"),
        ({"description": "", "size": {"height": 1, "width": 1}, "objects": []}, "Supervisely"),
        ([{"ID": "x", "Labeled Data": "a.jpg", "Label": {}}], "Labelbox"),
        ({"type": "FeatureCollection", "features": []}, "GeoJSON"),
        ({"images": [], "annotations": [{"image_id": 1, "segments_info": []}]}, "panoptic"),
        ({"images": [], "annotations": [{"image_id": 1, "caption": "a"}]}, "captions"),
        ([{"image": "a.jpg", "annotations": [{"label": "a"}]}], "Create ML"),
        ([{"image_id": 1, "category_id": 2, "segmentation": {}}], "COCO results"),
        ({"imgHeight": 1, "imgWidth": 1, "objects": []}, "Cityscapes"),
        ([{"version": 0, "tags": [], "shapes": [], "tracks": []}], "CVAT backup"),
    ],
)
def test_files_of_other_tools_are_known(value: object, tool: str) -> None:
    assert tool in (other_tool(sniff(json.dumps(value).encode(), "a.json")) or "")


@pytest.mark.parametrize(
    "value",
    [
        {"shapes": [{"points": []}]},
        {"images": [{"id": 1}], "annotations": [{"image_id": 1}], "categories": []},
        {"schema": 1, "background": 0, "ignore": 255, "classes": [{"id": 0}]},
        {"car": 1, "tree": 2},
        [1, 2],
        5,
    ],
)
def test_what_is_no_other_tools_is_not_taken_for_it(value: object) -> None:
    assert other_tool(sniff(json.dumps(value).encode(), "a.json")) is None


def test_a_palette_is_known_as_ours() -> None:
    kind = sniff(b'{"schema": 1, "background": 0, "classes": []}', "palette.json")
    assert "--palette" in (own_file(kind) or "")


def test_looking_stops_where_the_kind_is_clear() -> None:
    assert "shapes" in sniff(b'{"shapes": [{"points": []}, broken', "a.json").names
