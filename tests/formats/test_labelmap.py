from __future__ import annotations

import json

import pytest

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.formats.labelmap import Color, Legend, read_legend

Line = tuple[str, Color | None, int | None]
CAR_AND_LIGHT = [("car", (1, 2, 3), 0), ("traffic light", (4, 5, 6), 1)]
CAR_AND_ROAD = [("car", (1, 2, 3), 0), ("road", (4, 5, 6), 1)]


def read(text: str, name: str = "labelmap.txt") -> Legend:
    legend = read_legend(text.encode(), name)
    assert legend is not None
    return legend


def entries(text: str, name: str = "labelmap.txt") -> list[Line]:
    return [(entry.name, entry.color, entry.value) for entry in read(text, name).entries]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("car:1,2,3::", [("car", (1, 2, 3), 0)]),
        ("car:1,2,3", [("car", (1, 2, 3), 0)]),
        ("car : 1, 2 ,3 : parts : actions", [("car", (1, 2, 3), 0)]),
        ("car:1,2,3::#red\n# all\n\n  \nroad:4,5,6:: # way", CAR_AND_ROAD),
        ("\ufeffcar:1,2,3::\r\nroad:4,5,6::\r\n", CAR_AND_ROAD),
        ("C#:1,2,3::", [("C#", (1, 2, 3), 0)]),
        ("a:b:1,2,3::", [("a:b", (1, 2, 3), 0)]),
        ("traffic light:1,2,3::", [("traffic light", (1, 2, 3), 0)]),
        ("car:::", [("car", None, 0)]),
        ("_background_:0,0,0::", [("background", (0, 0, 0), 0)]),
        ("1 2 3 car\n4\t5\t6\ttraffic light", CAR_AND_LIGHT),
        ("car 1 2 3\ntraffic light 4 5 6", CAR_AND_LIGHT),
    ],
)
def test_lines_are_read_as_tools_and_people_write_them(text: str, expected: list[Line]) -> None:
    assert entries(text) == expected
    assert not read(text).problems


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a:0,0,0::\ncar:1,2,300::\nb:4,4,4::", 2, "300, which is not 0 to 255"),
        ("a:0,0,0::\ncar:1,-2,3::\nb:4,4,4::", 2, "-2"),
        ("a:0,0,0::\ncar:1,2::\nb:4,4,4::", 2, "2 numbers"),
        ("a:0,0,0::\ncar:red::\nb:4,4,4::", 2, '"red"'),
        ("a:0,0,0::\n:1,2,3::\nb:4,4,4::", 2, "no name"),
        ("a:0,0,0::\ncar\nb:4,4,4::", 2, "no colour"),
    ],
)
def test_a_bad_line_is_told_and_keeps_its_position(text: str, line: int, said: str) -> None:
    legend = read(text)
    assert [(entry.name, entry.value) for entry in legend.entries] == [("a", 0), ("b", 2)]
    assert [(p.line, p.path) for p in legend.problems] == [(line, "labelmap.txt")]
    assert said in legend.problems[0].message


def test_colours_and_names_that_occur_twice_are_told() -> None:
    legend = read("a:1,2,3::\nb:1,2,3::\nc:4,5,6::\nc:7,8,9::")
    assert legend.by_color == {(1, 2, 3): "a", (4, 5, 6): "c", (7, 8, 9): "c"}
    told = [problem.message for problem in legend.problems]
    assert any("#010203" in text and '"a"' in text and '"b"' in text for text in told)
    assert any('"c" is listed 2 times' in text for text in told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,r,g,b\ncar,1,2,3\n", [("car", (1, 2, 3), 0)]),
        ('Name;R;G;B\r\n"traffic light";1;2;3\r\n', [("traffic light", (1, 2, 3), 0)]),
        ("id,name,red,green,blue\n7,car,1,2,3\n", [("car", (1, 2, 3), 7)]),
        ("class_id\tclass_name\n-1\tvoid\n3\tcar\n", [("void", None, -1), ("car", None, 3)]),
    ],
)
def test_tables_are_known_by_their_heading(text: str, expected: list[Line]) -> None:
    assert entries(text, "class_dict.csv") == expected


def test_tables_of_photos_are_no_lists_of_classes() -> None:
    assert read_legend(b"id,label\n000123,1\n", "train.csv") is None
    assert read_legend(b"image,mask\na.jpg,a.png\n", "classes.csv") is None
    assert read_legend(b"", "classes.csv") is None


def test_lists_of_names_start_at_value_0() -> None:
    text = "__ignore__\n_background_\ncar\ntraffic light\n"
    assert entries(text, "class_names.txt") == [
        ("background", None, 0), ("car", None, 1), ("traffic light", None, 2),
    ]  # fmt: skip
    assert IGNORE_LABEL == "__ignore__"


def test_our_palette_keeps_ids_and_a_damaged_one_is_told() -> None:
    classes = [{"id": 0, "name": "background", "color": "#000000"},
               {"id": 9, "name": "car", "color": "#0102ff"}]  # fmt: skip
    legend = read(json.dumps({"schema": 1, "classes": classes}), "x/palette.json")
    assert legend.numbered
    assert [(e.name, e.color, e.value) for e in legend.entries][1] == ("car", (1, 2, 255), 9)
    for bad in ("{", "[]", '{"schema": 1}', "[" * 100_000):
        damaged = read(bad, "x/palette.json")
        assert not damaged.entries
        assert [problem.path for problem in damaged.problems] == ["x/palette.json"]


def test_text_that_is_no_utf8_is_read_as_windows_writes_it() -> None:
    legend = read_legend("stra\u00dfe:1,2,3::".encode("cp1252"), "labelmap.txt")
    assert legend is not None
    assert legend.entries[0].name == "stra\u00dfe"
