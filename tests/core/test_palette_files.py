from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import IGNORE, Palette
from segstudio.core.palette_files import PALETTE_KINDS, read_palette_file, write_palette_file

LABELMAP = """# label:color_rgb:parts:actions
background:0,0,0::\r
\r
sky:126,200,227:left,right:fly
ground:138,90,43:: # brown
"""


def write(folder: Path, text: str, name: str = "classes.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def ids(palette: Palette) -> dict[str, int]:
    return {entry.name: entry.painted_id for entry in palette.classes}


CVAT = [
    {"name": "sky", "color": "#7EC8E3", "attributes": []},
    {"name": "background", "color": "", "id": 17},
    {"name": "ground", "color": "#8a5", "type": "any"},
]


@pytest.mark.parametrize(
    ("text", "wanted", "background"),
    [
        (json.dumps(CVAT), {"background": 0, "sky": 1, "ground": 2}, 0),
        ('[{"name": "sky"}, {"name": "hole", "color": "#000000"}]', {"hole": 0, "sky": 1}, 0),
        ('["sky", "ground"]', {"background": 0, "sky": 1, "ground": 2}, 0),
        ('{"sky": 4, "ground": 3}', {"background": 0, "ground": 3, "sky": 4}, 0),
        ('{"4": "sky", "0": "background"}', {"background": 0, "sky": 4}, 0),
        ('{"background": 10, "sky": 2}', {"background": 10, "sky": 2}, 10),
        ('{"sky": 0, "void": 255, "rest": -1}', {"sky": 0, "void": 255, "rest": 255}, IGNORE),
        ('{"background": 255, "sky": 0}', {"sky": 0, "background": 255}, IGNORE),
        (LABELMAP, {"background": 0, "sky": 1, "ground": 2}, 0),
        ("sky:1,2,3::\nground:4,5,6::\n", {"background": 0, "sky": 1, "ground": 2}, 0),
        ("sky:1,2,3::\nbackground:0,0,0::\n", {"sky": 0, "background": 1}, 1),
        (
            "__ignore__\n_background_\ncar\ntree\n",
            {"_background_": 0, "car": 1, "tree": 2, "__ignore__": 255},
            0,
        ),
        ("\ufeffcar\r\n\r\n  tree ", {"background": 0, "car": 1, "tree": 2}, 0),
        ("64 128 64\tAnimal\n0 0 0\tVoid\n", {"Animal": 0, "Void": 1}, 1),
    ],
)
def test_every_kind_is_told_by_its_content(
    tmp_path: Path, text: str, wanted: dict[str, int], background: int
) -> None:
    palette = Palette.load(write(tmp_path, text, "whatever"))
    assert ids(palette) == wanted
    assert palette.background == background
    assert all(palette.painted(name) == value for name, value in wanted.items())


def test_colours_are_taken_where_the_file_has_them_and_differ_where_not(tmp_path: Path) -> None:
    cvat = read_palette_file(write(tmp_path, json.dumps(CVAT)))
    colors = {entry.name: entry.color for entry in cvat.palette.classes}
    assert colors == {"background": "#000000", "sky": "#7ec8e3", "ground": "#88aa55"}
    labelmap = Palette.load(write(tmp_path, LABELMAP))
    assert [entry.color for entry in labelmap.classes] == ["#000000", "#7ec8e3", "#8a5a2b"]
    plain = read_palette_file(write(tmp_path, "\n".join(f"class {i}" for i in range(254))))
    assert len({entry.color for entry in plain.palette.classes}) == 255
    assert (cvat.has_colors, plain.has_colors) == (True, False)


def test_utf16_as_old_editors_write_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("Himmel\nStraße\n", encoding="utf-16")
    assert ids(Palette.load(path)) == {"background": 0, "Himmel": 1, "Straße": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"sky": 4, "ground": 4}', ['"ground"', "id 4 is used twice", '"sky"']),
        ('{"sky": 256}', ['"sky"', "256", "0 and 254"]),
        ('{"sky": -2}', ["-2", "0 and 254"]),
        ('{"sky": "four"}', ['"sky"', '"four"', "no whole number"]),
        ('{"sky": 1.5}', ["1.5", "no whole number"]),
        ('{"sky": true}', ["true", "no whole number"]),
        ('{"sky": {"id": 1}}', ["no whole number"]),
        ('{"sky": 1, "sky": 2}', ['"sky"', "twice"]),
        ('{"sky": 1, " sky ": 2}', ['name "sky" is used twice']),
        ('{"": 1}', ["name is empty"]),
        ('{"sky": 1,\n "ground" 2}', ["line 2", "JSON is damaged"]),
        ("[" * 100_000, ["JSON is damaged"]),
        ("[]", ["names no class"]),
        ('[{"name": "sky"}, {"color": "#ffffff"}]', ["label 2", "no name"]),
        ('[{"name": "sky", "color": "blue"}]', ["label 1", '"sky"', '"blue" is no colour']),
        ('[{"name": "sky"}, {"name": "sky"}]', ["label 2", "used twice"]),
        ('[{"name": " "}]', ["label 1", "name is empty"]),
        ("background:0,0,0::\nsky:1,2,300::\n", ["line 2", "colour value 300"]),
        ("background:0,0,0::\nsky:1,2::\n", ["line 2", "2 numbers as colour"]),
        ("background:0,0,0::\n\nsky\n", ["line 3", '"sky" has no colour']),
        ("car\ntree\ncar\n", ["line 3", '"car" is used twice']),
        ("# nothing\n\n", ["names no class"]),
        ("", ["names no class"]),
        ("<annotation/>", ["no text with class names"]),
        (
            "Label\n\nAll photos were taken in spring by two of us.\n",
            ["line 3", "does not look like a list of class names", "All photos"],
        ),
        ("car\n" + "x" * 61, ["line 2", "does not look like"]),
        ("car\ntr\x07ee", ["line 2", "does not look like"]),
        ("\n".join(f"c{i}" for i in range(255)), ["line 255", "there are 255 classes"]),
        ("\n".join(f"c{i}" for i in range(300)), ["line 255", "there are 300 classes"]),
    ],
)
def test_what_is_wrong_is_told_with_file_place_and_remedy(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SegStudioError) as caught:
        Palette.load(path)
    assert str(path) in caught.value.what
    for word in words:
        assert word in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"caf\xe9\n", b"a\0b", b"\xff\xfea"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(data)
    with pytest.raises(SegStudioError, match="text"):
        Palette.load(path)
    with pytest.raises(SegStudioError, match="no file"):
        Palette.load(tmp_path / "gone.json")


def test_names_of_several_words_are_names(tmp_path: Path) -> None:
    path = write(
        tmp_path, "sports ball\nmountain bike with front suspension fork\nStra\u00dfe\u00a0neu\n"
    )
    assert len(Palette.load(path).classes) == 4


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_no_file_ends_in_anything_but_a_palette_or_plain_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.txt"
    path.write_bytes(data)
    try:
        palette = Palette.load(path)
    except SegStudioError:
        return
    assert palette.classes


def test_what_is_exported_is_read_again(tmp_path: Path, palette: Palette) -> None:
    mine = palette.merged(2, into=IGNORE)
    read = {}
    for kind in PALETTE_KINDS:
        path = tmp_path / kind.file
        write_palette_file(mine, path, kind)
        read[kind.name] = Palette.load(path)
    assert read["palette"] == mine
    assert ids(read["cvat"]) == {"background": 0, "sky": 1, "ground": 2}
    assert [e.color for e in read["cvat"].classes] == [e.color for e in mine.classes]
    assert ids(read["mapping"]) == {"background": 0, "sky": 1, "ground": 255}
    written = json.loads((tmp_path / "label_mapping.json").read_text())
    assert written == {"background": 0, "sky": 1, "ground": 255}
