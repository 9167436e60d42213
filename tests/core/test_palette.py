from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.annotation import IGNORE_LABEL
from segstudio.core.colors import DEFAULT_COLORS, parse_color
from segstudio.core.errors import SegStudioError
from segstudio.core.palette import IGNORE, Palette, PaletteClass

LABELS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
        st.none() | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    ),
    max_size=12,
    unique_by=lambda pair: pair[0],
)


def test_ids_come_from_the_file_not_from_its_order(tmp_path: Path) -> None:
    path = tmp_path / "palette.json"
    classes = [
        {"id": 4, "name": "sky", "color": "#7ec8e3"},
        {"id": 0, "name": "background", "color": "#000000"},
        {"id": 3, "name": "ground", "color": "#8a5a2b", "paint_order": 1, "aliases": ["floor"]},
    ]
    path.write_text(json.dumps({"schema": 1, "background": 0, "ignore": 255, "classes": classes}))

    palette = Palette.load(path)

    assert [palette.by_id(i).name for i in (0, 3, 4)] == ["background", "ground", "sky"]
    assert palette.find("floor") == palette.by_id(3)
    assert palette.find("Floor") is None
    assert palette.as_json()["classes"] == classes


@given(LABELS)
def test_what_is_written_is_what_is_read(labels: list[tuple[str, str | None]]) -> None:
    palette = Palette.from_labels(labels)
    assert Palette.from_json(json.loads(json.dumps(palette.as_json())), "x") == palette


@given(LABELS)
def test_every_label_found_gets_one_class_in_the_order_given(
    labels: list[tuple[str, str | None]],
) -> None:
    palette = Palette.from_labels(labels)
    zero = palette.by_id(0).name
    others = [name for name, _ in labels if name != zero]
    assert [palette.by_id(i + 1).name for i in range(len(others))] == others
    assert len(palette.classes) == len(others) + 1


@pytest.mark.parametrize(
    ("labels", "zero"),
    [
        ([("sky", None), ("BackGround", None)], "BackGround"),
        ([("sky", "#0000ff"), ("void", "#000000")], "void"),
        ([("black", "#000000"), ("background", "#ffffff")], "background"),
        ([("sky", None)], "background"),
        ([("sky", None), ("_background_", None)], "_background_"),
    ],
)
def test_class_zero_is_the_label_called_background_or_black(
    labels: list[tuple[str, str | None]], zero: str
) -> None:
    assert Palette.from_labels(labels).by_id(0).name == zero


def test_background_in_two_spellings_is_one_class() -> None:
    palette = Palette.from_labels([("Background", None), ("sky", None), ("_background_", None)])
    assert [(e.id, e.name) for e in palette.classes] == [(0, "Background"), (1, "sky")]
    assert palette.painted("_background_") == 0


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("Sky", "sky"), (" sky ", "sky"), ("gruond", "ground"), ("elephant", None)],
)
def test_hint_for_a_name_that_differs_in_case_blanks_or_a_slip(
    palette: Palette, asked: str, meant: str | None
) -> None:
    assert palette.nearest(asked) == meant


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"classes": [{"id": 1, "name": "a", "color": "#000000"}] * 2}, "id 1 is used twice"),
        (
            {
                "classes": [
                    {"id": 0, "name": "a", "color": "#000000"},
                    {"id": 1, "name": "b", "color": "#000000", "aliases": ["a"]},
                ]
            },
            '"a" is used twice',
        ),
        (
            {"classes": [{"id": 255, "name": "a", "color": "#000000"}]},
            'class 1, "a": its id 255 is no whole number from 0 to 254',
        ),
        (
            {"classes": [{"id": 0, "name": "a", "color": "red"}]},
            'class 1, "a": its colour is "red": write',
        ),
        ({"classes": [{"id": 0, "name": "a", "color": "#000000", "map_to": 7}]}, "maps to 7"),
        ({"background": 9, "classes": []}, "background 9"),
        ({"schema": 2, "classes": []}, "schema"),
        ({"classes": [], "colour": "x"}, "colour"),
        ({}, 'no list "classes"'),
        (
            {"classes": [{"id": 0, "name": "a", "color": [255, 0, 0]}]},
            'class 1, "a": its colour is [255, 0, 0]: write the colour as "#ff0000"',
        ),
        ({"classes": [{"id": "x", "name": "a", "color": "#000000"}]}, 'its id "x" is no whole'),
        ({"classes": [{"id": 1.5, "name": "a", "color": "#000000"}]}, "its id 1.5 is no whole"),
        ({"classes": [{"id": 0, "color": "#000000"}]}, 'class 1: it has no "name"'),
        ({"classes": [{"id": 0, "name": "", "color": "#000000"}]}, 'its name "" is empty'),
        ({"classes": [{"id": 0, "name": "a"}]}, 'class 1, "a": it has no "color"'),
        ({"classes": ["sky"]}, "class 1: it is no object"),
        (
            {"classes": [{"id": 0, "name": "a", "color": "#000000", "colour": 1}]},
            '"colour" is nothing that',
        ),
        (
            {"classes": [{"id": 0, "name": "a", "color": "#000000", "aliases": [1, 2]}]},
            '"aliases" 1 are no list',
        ),
    ],
)
def test_a_contradictory_palette_is_refused_with_file_and_reason(
    tmp_path: Path, change: object, word: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(change))
    with pytest.raises(SegStudioError) as caught:
        Palette.load(path)
    assert str(path) in caught.value.what
    assert word in caught.value.what


def test_merging_paints_and_trains_as_the_other_class(palette: Palette) -> None:
    merged = palette.merged(2, into=1)
    assert merged.by_id(2).painted_id == 1
    assert [entry.id for entry in merged.trained] == [0, 1]
    ignored = palette.merged(2, into=IGNORE)
    assert ignored.by_id(2).painted_id == IGNORE
    assert merged.merged(2, into=None) == palette


def test_what_was_merged_into_a_class_follows_it(palette: Palette) -> None:
    chained = palette.merged(2, into=1).merged(1, into=0)
    assert [entry.painted_id for entry in chained.classes] == [0, 0, 0]
    freed = palette.merged(2, into=1).without(1)
    assert freed.by_id(2).painted_id == 2


def test_merging_into_itself_or_nothing_is_refused(palette: Palette) -> None:
    for into in (1, 200):
        with pytest.raises(SegStudioError, match=f"maps to {into}"):
            palette.merged(1, into=into)


def test_ignored_background_is_not_painted_as_class_zero(palette: Palette) -> None:
    assert palette.background_id == 0
    assert palette.merged(0, into=IGNORE).background_id == IGNORE
    assert palette.model_copy(update={"background": IGNORE}).background_id == IGNORE


def test_a_renamed_class_is_still_found_by_its_old_name(palette: Palette) -> None:
    renamed = palette.renamed(1, "heaven")
    assert renamed.find("sky") == renamed.find("heaven") == renamed.by_id(1)
    back = renamed.renamed(1, "sky")
    assert back.by_id(1).name == "sky"
    assert back.find("heaven") == back.by_id(1)
    with pytest.raises(SegStudioError, match="used twice"):
        palette.renamed(1, "ground")


def test_edits_leave_ids_and_the_old_palette_alone(palette: Palette) -> None:
    before = palette.as_json()
    reordered = palette.ordered([2, 0, 1])
    assert [entry.id for entry in reordered.classes] == [0, 1, 2]
    assert [reordered.by_id(i).paint_order for i in (2, 0, 1)] == [0, 1, 2]
    assert palette.recolored(1, "#abcdef").by_id(1).color == "#abcdef"
    assert palette.as_json() == before


def test_a_label_is_painted_as_its_class_or_ignored_by_its_reserved_name(palette: Palette) -> None:
    assert palette.painted("sky") == 1
    assert palette.merged(1, 2).painted("sky") == 2
    assert palette.painted(IGNORE_LABEL) == IGNORE
    assert palette.renamed(1, IGNORE_LABEL).painted(IGNORE_LABEL) == 1
    assert palette.painted("sea") is None


def test_a_freed_id_in_the_middle_is_not_given_to_another_class(palette: Palette) -> None:
    assert palette.without(1).next_id() == 3
    full = palette.with_class(PaletteClass(id=254, name="last", color="#ffffff"))
    with pytest.raises(SegStudioError, match="full"):
        full.next_id()


def test_training_indices_and_palette_ids_are_inverse() -> None:
    ids = (0, 3, 7, 200)
    palette = Palette(
        classes=tuple(PaletteClass(id=i, name=f"c{i}", color="#010203") for i in reversed(ids))
    ).merged(3, into=7)
    forth, back = palette.to_train_index(), palette.to_palette_id()
    assert back.tolist() == [0, 7, 200]
    np.testing.assert_array_equal(forth[back], np.arange(3))
    assert (np.delete(forth, back) == IGNORE).all()


def test_colours_of_all_pixel_values(palette: Palette) -> None:
    table = palette.colors()
    assert table.dtype == np.uint8
    assert table.shape == (256, 3)
    assert tuple(table[1]) == (0x56, 0xB4, 0xE9)
    assert tuple(table[IGNORE]) == (128, 128, 128)
    assert palette.name_of(IGNORE) == "ignored"
    assert palette.name_of(99) == "unknown (99)"


def test_new_classes_get_colours_that_are_not_in_use() -> None:
    palette = Palette.from_labels([(f"c{i}", None) for i in range(254)])
    assert len({entry.color for entry in palette.classes}) == 255
    given = Palette.from_labels([("sky", None), ("sea", DEFAULT_COLORS[0].upper())])
    assert given.by_id(2).color == DEFAULT_COLORS[0] != given.by_id(1).color
    assert parse_color("#FF8000") == (255, 128, 0)
    with pytest.raises(SegStudioError, match="300 new labels and room for 254") as caught:
        Palette.from_labels([(f"c{i}", None) for i in range(300)])
    assert "--palette" in caught.value.remedy


def test_aliases_are_unique_and_background_is_a_class_or_ignored(palette: Palette) -> None:
    edited = palette.with_aliases(1, ["heaven", "", "sky", "heaven", "clouds"])
    assert edited.by_id(1).aliases == ("heaven", "clouds")
    assert edited.find("clouds") == edited.by_id(1)
    with pytest.raises(SegStudioError, match='"ground" is used twice'):
        palette.with_aliases(1, ["ground"])
    assert palette.with_background(2).background_id == 2
    assert palette.with_background(IGNORE).background_id == IGNORE
    with pytest.raises(SegStudioError, match="no class"):
        palette.with_background(7)


def test_saving_keeps_the_last_state_beside_it(tmp_path: Path, palette: Palette) -> None:
    path = tmp_path / "palette.json"
    palette.save(path)
    palette.renamed(1, "heaven").save(path)
    assert Palette.load(tmp_path / "palette.json.bak") == palette
