from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Recorder

from jobs import exports
from segstudio.core.palette import IGNORE, Palette, PaletteClass
from segstudio.core.palette_files import read_palette_file
from segstudio.jobs import import_annotations
from segstudio.jobs.import_annotations import ImportRequest
from segstudio.jobs.palette_import import described, taken_over
from segstudio.project.project import Project


@pytest.fixture
def own() -> Palette:
    return Palette(
        classes=(
            PaletteClass(id=0, name="void", color="#000000"),
            PaletteClass(id=1, name="sky", color="#111111", paint_order=1, aliases=("heaven",)),
            PaletteClass(id=2, name="sea", color="#222222", paint_order=2),
            PaletteClass(id=3, name="lake", color="#333333", paint_order=3, map_to=2),
        )
    )


def imported(own: Palette, text: str, folder: Path) -> tuple[Palette, list[str]]:
    path = folder / "classes.txt"
    path.write_text(text)
    file = read_palette_file(path)
    after = taken_over(own, file)
    return after, described(own, after, file)


def test_a_list_of_names_changes_nothing_of_classes_that_are_there(
    own: Palette, tmp_path: Path
) -> None:
    after, lines = imported(own, "lake\nsky\nboat\n", tmp_path)
    assert [after.by_id(i) for i in (1, 2, 3)] == [own.by_id(i) for i in (1, 2, 3)]
    assert after.find("boat") == after.by_id(4)
    assert after.background == 0
    # What the file calls background means ours, and is no class more.
    assert after.find("background") == after.by_id(0)
    assert lines == ["New classes: boat (id 4).", "Other names understood: background means void."]


def test_colours_come_from_files_that_have_them(own: Palette, tmp_path: Path) -> None:
    text = json.dumps(
        [{"name": "heaven", "color": "#aabbcc"}, {"name": "void", "color": "#000000"}]
    )
    after, lines = imported(own, text, tmp_path)
    assert after.by_id(1).color == "#aabbcc"
    assert (after.by_id(1).name, after.by_id(1).paint_order) == ("sky", 1)
    assert lines == ["Other colours: sky."]


def test_ids_stay_and_ignored_ones_are_ignored(own: Palette, tmp_path: Path) -> None:
    after, lines = imported(own, '{"void": 0, "sky": 2, "sea": 255, "boat": 9}', tmp_path)
    assert {e.name: e.id for e in after.classes} == {
        "void": 0, "sky": 1, "sea": 2, "lake": 3, "boat": 9,
    }  # fmt: skip
    assert after.by_id(2).map_to == after.by_id(3).map_to == IGNORE
    assert "New classes: boat (id 9)." in lines
    assert "Treated differently: sea is ignored, lake is ignored." in lines
    assert "Ids never change, so these stay: sky is 1, not 2." in lines


def test_a_palette_of_ours_says_all_of_a_class(own: Palette, tmp_path: Path) -> None:
    theirs = Palette(
        classes=(
            PaletteClass(id=0, name="void", color="#000000"),
            PaletteClass(id=5, name="sea", color="#222222", paint_order=9),
            PaletteClass(id=6, name="lake", color="#333333", paint_order=3),
        )
    )
    after, lines = imported(own, json.dumps(theirs.as_json()), tmp_path)
    assert (after.by_id(2).paint_order, after.by_id(3).map_to) == (9, None)
    assert lines == [
        "Treated differently: lake is a class of its own.",
        "The order of painting is that of the file.",
        "Ids never change, so these stay: sea is 2, not 5, lake is 3, not 6.",
    ]
    again, lines = imported(after, json.dumps(after.as_json()), tmp_path)
    assert again == after
    assert lines == ["Nothing changes: all classes of the file are here already."]


def test_importing_with_a_list_of_names_keeps_order_and_colours(
    tmp_path: Path, report: Recorder
) -> None:
    exports.photo(tmp_path / "in/a.png")
    source = exports.cvat(tmp_path / "in/a.xml", "a.png", labels=("car", "tree"))
    request = ImportRequest(project=tmp_path / "p", sources=(source,))
    import_annotations.run(request, report)
    with Project.open(tmp_path / "p") as project:
        mine = project.palette.ordered([0, 2, 1]).recolored(1, "#abcdef").merged(2, 1)
        project.set_palette(mine, "Mine")
    names = tmp_path / "labels.txt"
    names.write_text("tree\ncar\nboat\n")
    import_annotations.run(replace(request, palette=names), report)
    with Project.open(tmp_path / "p") as project:
        assert [project.palette.by_id(i) for i in (1, 2)] == [mine.by_id(i) for i in (1, 2)]
        assert project.palette.by_id(3).name == "boat"
