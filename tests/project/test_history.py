from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette
from segstudio.project.entries import Split
from segstudio.project.history import History, State
from segstudio.project.project import Project

SPLIT = Split(parts={"000.png": "train", "001.png": "val"}, method="presence", seed=0)


def test_edits_are_undone_in_turn_and_done_again_also_after_opening_again(
    tiny_project: Project,
) -> None:
    first = tiny_project.palette
    second = first.renamed(1, "heaven")
    tiny_project.set_palette(second, "Rename sky")
    tiny_project.set_split(SPLIT, "Split photos")
    tiny_project.close()

    with Project.open(tiny_project.root) as project:
        assert (project.palette, project.split) == (second, SPLIT)
        assert project.undo() == "Split photos"
        assert project.undo() == "Rename sky"
        assert (project.palette, project.split, project.can_undo) == (first, None, False)
        with pytest.raises(SegStudioError, match="nothing to undo"):
            project.undo()

    with Project.open(tiny_project.root) as project:
        assert (project.palette, project.can_undo, project.can_redo) == (first, False, True)
        assert project.redo() == "Rename sky"
        assert project.redo() == "Split photos"
        assert (project.palette, project.split, project.can_redo) == (second, SPLIT, False)
        with pytest.raises(SegStudioError, match="nothing to redo"):
            project.redo()


def test_a_new_edit_forgets_what_was_undone(tiny_project: Project) -> None:
    first = tiny_project.palette
    tiny_project.set_palette(first.renamed(1, "heaven"), "Rename")
    tiny_project.undo()
    tiny_project.set_palette(first.recolored(1, "#111111"), "Colour")
    assert not tiny_project.can_redo
    assert tiny_project.undo() == "Colour"
    assert tiny_project.palette == first


def test_setting_the_same_is_no_edit(tiny_project: Project) -> None:
    tiny_project.set_palette(tiny_project.palette, "Nothing")
    assert not tiny_project.can_undo


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xff",
        b'{"states": [], "cursor": 0}',
        b'{"states": [], "cursor": "x"}',
        "cursor 7",
        "cursor -3",
        None,
    ],
)
def test_a_damaged_history_costs_the_undo_but_not_the_project(
    tiny_project: Project, damage: bytes | str | None
) -> None:
    edited = tiny_project.palette.renamed(1, "heaven")
    tiny_project.set_palette(edited, "Rename")
    tiny_project.close()
    path = tiny_project.root / "history.json"
    match damage:
        case bytes():
            path.write_bytes(damage)
        case str():
            value = json.loads(path.read_text()) | {"cursor": int(damage.removeprefix("cursor "))}
            path.write_text(json.dumps(value))
        case None:
            path.unlink()

    with Project.open(tiny_project.root) as project:
        assert project.palette == edited
        assert not project.can_undo
        project.set_palette(edited.renamed(1, "air"), "Rename again")
        assert project.undo() == "Rename again"
        assert project.palette == edited


def test_a_history_behind_the_project_is_not_used(tiny_project: Project) -> None:
    """As after a crash between the two writes: undo must not bring back a third state."""
    first = tiny_project.palette
    tiny_project.set_palette(first.renamed(1, "a"), "One")
    old = (tiny_project.root / "history.json").read_bytes()
    tiny_project.set_palette(first.renamed(1, "b"), "Two")
    tiny_project.close()
    (tiny_project.root / "history.json").write_bytes(old)
    with Project.open(tiny_project.root) as project:
        assert project.palette.by_id(1).name == "b"
        assert not project.can_undo


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=30))
def test_any_sequence_behaves_like_two_stacks(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    palette = Palette.from_labels([("sky", None)])
    history = History(states=(State(what="0", palette=palette, split=None),), cursor=0)
    done, undone = ["0"], list[str]()
    for number, step in enumerate(steps, 1):
        if step == "edit":
            history = history.after(State(what=str(number), palette=palette, split=None))
            done.append(str(number))
            undone.clear()
        elif step == "undo" and history.can_undo:
            history = history.moved(-1)
            undone.append(done.pop())
        elif step == "redo" and history.can_redo:
            history = history.moved(+1)
            done.append(undone.pop())
        assert history.current.what == done[-1]
        assert (history.can_undo, history.can_redo) == (len(done) > 1, bool(undone))
    path = tmp_path_factory.mktemp("history") / "history.json"
    history.save(path)
    assert History.load(path, history.current) == history


def test_the_oldest_states_are_dropped_at_the_limit() -> None:
    palette = Palette.from_labels([])
    history = History(states=(State(what="0", palette=palette, split=None),), cursor=0)
    for number in range(1, 300):
        history = history.after(State(what=str(number), palette=palette, split=None))
    assert len(history.states) == 200
    assert history.current.what == "299"
