from __future__ import annotations

import json
from pathlib import Path

import pytest

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.project.project import Project
from segstudio.project.runs import find_run, list_runs, new_run_folder


def make_run(
    folder: Path, name: str, mious: list[float | None], *, checkpoint: bool = True
) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"model": "tiny"}))
    lines = [json.dumps({"epoch": n, "val_miou": miou}) for n, miou in enumerate(mious, 1)]
    (path / "history.jsonl").write_text("".join(f"{line}\n" for line in lines))
    if checkpoint:
        (path / "best.safetensors").write_bytes(b"weights")
    return path


def test_runs_are_listed_oldest_first_with_what_they_reached(tmp_path: Path) -> None:
    make_run(tmp_path, "20250102-000000-b", [0.2, 0.5, 0.4])
    first = make_run(tmp_path, "20250101-000000-a", [None, None])
    (first / "result.json").write_text(json.dumps({"status": "completed"}))
    (tmp_path / "notes").mkdir()

    one, two = list_runs(tmp_path)

    assert (one.name, one.status, one.epochs, one.val_miou) == (
        "20250101-000000-a",
        "completed",
        2,
        None,
    )
    assert (two.status, two.epochs, two.val_miou, two.model) == ("interrupted", 3, 0.5, "tiny")


def test_latest_best_and_by_name(tmp_path: Path) -> None:
    make_run(tmp_path, "1", [0.3])
    make_run(tmp_path, "2", [0.9])
    make_run(tmp_path, "3", [0.8])
    make_run(tmp_path, "4", [0.99], checkpoint=False)
    assert find_run(tmp_path, "latest").name == "4"
    assert find_run(tmp_path, "best").name == "2"
    assert find_run(tmp_path, "1").name == "1"


def test_without_validation_photos_the_latest_with_a_checkpoint_is_best(tmp_path: Path) -> None:
    make_run(tmp_path, "1", [None])
    make_run(tmp_path, "2", [None])
    assert find_run(tmp_path, "best").name == "2"


def test_a_score_of_zero_is_better_than_none(tmp_path: Path) -> None:
    make_run(tmp_path, "1", [0.0])
    make_run(tmp_path, "2", [None])
    assert find_run(tmp_path, "best").name == "1"


@pytest.mark.parametrize("wanted", ["nowhere", "..", ""])
def test_no_such_run_is_wrong_usage_and_names_those_there(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(UsageError, match="none yet"):
        find_run(tmp_path / "runs", wanted)
    make_run(tmp_path / "runs", "20250101-a", [0.5])
    with pytest.raises(UsageError, match="20250101-a"):
        find_run(tmp_path / "runs", wanted)


@pytest.mark.parametrize("wanted", ["latest", "best"])
def test_before_any_training_says_to_train_first(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(SegStudioError, match="no trained model yet") as told:
        find_run(tmp_path / "runs", wanted)
    assert told.value.exit_code == 1


@pytest.mark.parametrize(
    "tail", [b'{"epoch": 3, "val_mi', b"\x00" * 20, b'{"class": "Stra\xc3', b"7", b"[]", b"\n\n"]
)
def test_a_line_that_a_crash_cut_off_costs_one_epoch(tmp_path: Path, tail: bytes) -> None:
    path = make_run(tmp_path, "1", [0.2, 0.5])
    with (path / "history.jsonl").open("ab") as stream:
        stream.write(tail)
    (run,) = list_runs(tmp_path)
    assert (run.epochs, run.val_miou) == (2, 0.5)


def test_damaged_files_of_a_run_do_not_hide_the_others(tmp_path: Path) -> None:
    path = make_run(tmp_path, "1", [0.5])
    (path / "config.json").write_text("{")
    (path / "result.json").write_text("[]")
    (path / "history.jsonl").unlink()
    make_run(tmp_path, "2", [0.4])
    assert [(run.model, run.epochs) for run in list_runs(tmp_path)] == [("", 0), ("tiny", 1)]


def test_a_new_folder_is_new_even_in_the_same_second(tmp_path: Path) -> None:
    folders = {new_run_folder(tmp_path, "mine") for _ in range(5)}
    assert len(folders) == 5


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", "...", "näht ok", "x" * 300, "con:aux"])
def test_any_name_makes_a_folder_right_below(tmp_path: Path, name: str) -> None:
    path = new_run_folder(tmp_path / "runs", name)
    assert path.is_dir()
    assert path.parent == tmp_path / "runs"


def test_a_file_where_runs_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("x")
    with pytest.raises(SegStudioError, match="could not be written"):
        new_run_folder(tmp_path / "runs", "x")


def test_a_project_lists_its_runs(tiny_project: Project) -> None:
    make_run(tiny_project.root / "runs", "20250101-000000-a", [0.5])
    assert [run.name for run in tiny_project.runs()] == ["20250101-000000-a"]
    assert tiny_project.run("best").val_miou == 0.5
    assert tiny_project.new_run_folder("next").parent == tiny_project.root / "runs"


def test_one_of_several_runs_is_found_by_its_name_alone(tmp_path: Path) -> None:
    make_run(tmp_path, "1-own", [0.4])
    fold = make_run(tmp_path, "2-fold", [0.9])
    config = json.loads((fold / "config.json").read_text())
    (fold / "config.json").write_text(json.dumps({**config, "purpose": "fold"}))
    assert {find_run(tmp_path, wanted).name for wanted in ("best", "latest")} == {"1-own"}
    assert find_run(tmp_path, "2-fold").purpose == "fold"
    assert [run.name for run in list_runs(tmp_path)] == ["1-own", "2-fold"]
