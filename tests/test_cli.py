"""The command line as scripts see it: exit codes, JSON, messages for bad input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import make_tiny_project
from PIL import Image

from segstudio import cli
from segstudio.__main__ import main as front_door
from segstudio.core.palette import Palette
from segstudio.learning.config import TrainConfig
from segstudio.project.lock import ProjectLock

Run = Callable[..., Result]

XML = """<annotation><filename>{name}</filename><folder></folder>
<imagesize><nrows>{height}</nrows><ncols>{width}</ncols></imagesize>
<object><name>sky</name><deleted>0</deleted><polygon>
<pt><x>0</x><y>0</y></pt><pt><x>40</x><y>0</y></pt><pt><x>40</x><y>20</y></pt>
</polygon></object></annotation>"""


@pytest.fixture
def run() -> Run:
    """Call the program in this process, as `main` does."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(cli.segstudio, [str(a) for a in arguments], obj={})

    return call


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder with two photos of 60x40 and their LabelMe XML."""
    folder = tmp_path / "export"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(folder / name)
        text = XML.format(name=name, width=60, height=40)
        (folder / name).with_suffix(".xml").write_text(text)
    return folder


@pytest.fixture
def project(tmp_path: Path, palette: Palette) -> Path:
    """A tiny project's folder, closed."""
    with make_tiny_project(tmp_path / "tiny", palette, photos=4) as made:
        return made.root


def last_json(result: Result) -> dict[str, object]:
    value = json.loads(result.stdout.strip().splitlines()[-1])
    assert isinstance(value, dict)
    return value


def test_convert_ends_with_one_json_object(run: Run, export: Path, tmp_path: Path) -> None:
    result = run("convert", export, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0
    told = last_json(result)
    assert (told["photos"], told["converted"], told["skipped"]) == (2, 2, 0)
    assert sorted(p.name for p in (tmp_path / "out" / "labels").iterdir()) == ["a.png", "b.png"]


def test_convert_with_a_missing_photo_is_done_with_problems(
    run: Run, export: Path, tmp_path: Path
) -> None:
    (export / "b.png").unlink()
    result = run("convert", export, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 3
    items = {item["photo"]: item["status"] for item in last_json(result)["items"]}  # type: ignore[attr-defined]
    assert items["a.png"] == "converted"
    assert "converted-without-photo" in items.values()


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("nothing.xml", None, "nothing.xml"),
        ("words.xml", "these are words", "line 1"),
        ("cut.xml", XML.format(name="a.png", width=60, height=40)[:-30], "line 5"),
        ("typed.xml", '<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "DOCTYPE"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_name_and_place(
    run: Run, tmp_path: Path, name: str, content: str | None, named: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    result = run("convert", tmp_path / name, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert name in result.stderr
    assert named in result.stderr
    assert "Traceback" not in result.stderr


def test_names_in_an_export_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    name = "\x1b[2J\u202egpj.\ud800"
    value = {"version": "5.0", "shapes": [], "imagePath": f"{name}.jpg"}
    (tmp_path / f"{name[:-1]}.json").write_text(json.dumps(value))
    result = run("convert", tmp_path, "--out", tmp_path / "out")
    assert "gpj." in result.stderr
    assert not set(result.stderr + result.stdout) & set(name[:1] + "\u202e\ud800")


def test_a_failure_is_told_as_json_as_well(run: Run, tmp_path: Path) -> None:
    result = run("convert", tmp_path / "no.xml", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 1
    assert "no.xml" in last_json(result)["error"]["what"]  # type: ignore[index]


def test_an_unknown_setting_is_wrong_usage_and_names_the_nearest(run: Run, project: Path) -> None:
    result = run("train", project, "--set", "epoch=3")
    assert result.exit_code == 2
    assert "epochs" in result.stderr


def test_every_option_says_what_it_is_for() -> None:
    bare = [
        f"{name} {option.name}"
        for name, command in cli.segstudio.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert bare == []


def test_the_help_of_train_lists_every_setting(run: Run) -> None:
    told = run("train", "--help").stdout
    for key, field in TrainConfig.model_fields.items():
        assert f"{key}: {field.description}" in told


def test_json_is_readable_whatever_the_terminals_character_set(
    export: Path, tmp_path: Path
) -> None:
    for path in list(export.glob("a.*")):
        text = path.read_bytes().replace(b"a.png", "картинка.png".encode())
        path.with_name(f"картинка{path.suffix}").write_bytes(text)
        path.unlink()
    ended = subprocess.run(
        [sys.executable, "-c", "from segstudio.cli import main; main()",
         "convert", str(export), "--out", str(tmp_path / "out"), "--json"],
        capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    told = json.loads(ended.stdout.splitlines()[-1])
    assert [item["photo"] for item in told["items"]] == ["b.png", "картинка.png"]


def test_an_unknown_option_is_wrong_usage(run: Run, project: Path) -> None:
    assert run("train", project, "--fast").exit_code == 2


def test_wrong_usage_is_told_as_json_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["segstudio", "cross-validate", "x", "--folds=1", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert "--folds" in json.loads(told.out)["error"]["what"]
    assert "--folds" in told.err


@pytest.mark.parametrize(
    "given",
    ["--set=epochs=30", "--preset=thorough", "--config=a.toml", "--name=b", "--from=latest"],
)
def test_what_a_continued_run_would_not_heed_is_refused(
    run: Run, project: Path, given: str
) -> None:
    result = run("train", project, "--resume", "latest", given)
    assert result.exit_code == 2
    assert given.partition("=")[0] in result.stderr


@pytest.mark.parametrize("option", ["--resume", "--from"])
def test_a_run_without_a_name_is_no_new_training(run: Run, project: Path, option: str) -> None:
    result = run("train", project, option, "", "--json")
    assert result.exit_code == 2
    assert last_json(result)["error"]["what"].startswith('There is no run ""')  # type: ignore[index]
    assert not list((project / "runs").glob("*"))


def test_a_folder_that_is_no_project_fails(run: Run, tmp_path: Path) -> None:
    result = run("train", tmp_path, "--set", "weights=none")
    assert result.exit_code == 1
    assert "not a SegStudio project" in result.stderr


def test_import_makes_a_project_and_split_locks_it(run: Run, export: Path, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    assert run("import", root, export).exit_code == 0
    result = run("split", root, "--val", "0.5", "--train", "0.5", "--json")
    assert result.exit_code == 0
    assert last_json(result)["photos"] == {"train": 1, "val": 1, "test": 0}


def test_shares_that_make_no_split_are_wrong_usage(run: Run, project: Path) -> None:
    assert run("split", project, "--train", "0").exit_code == 2


def test_a_locked_project_fails_and_names_the_owner(run: Run, project: Path) -> None:
    lock = ProjectLock(project)
    lock.acquire()
    try:
        result = run("split", project)
    finally:
        lock.release()
    assert result.exit_code == 1
    assert "in use by process" in result.stderr


def test_train_evaluate_predict_report(run: Run, project: Path, tmp_path: Path) -> None:
    small = [f"--set={pair}" for pair in (
        "weights=none", "model=lraspp_mobilenet_v3_large", "epochs=1", "crops_per_photo=1",
        "batch_size=2", "crop_size=32", "working_size=64",
    )]  # fmt: skip
    trained = run("train", project, "--name", "try", *small, "--json")
    assert trained.exit_code == 0, trained.stderr
    told = last_json(trained)
    assert told["status"] == "completed"
    assert told["epochs"] == 1
    scored = run("evaluate", project, "--json")
    assert scored.exit_code == 0
    assert {"miou", "pixel_accuracy", "classes", "confusion", "photos"} <= set(last_json(scored))
    photos = tmp_path / "photos"
    shutil.copytree(project / "photos", photos)
    assert run("predict", project, photos, "--out", tmp_path / "p").exit_code == 0
    assert len(list((tmp_path / "p" / "labels").iterdir())) == 4
    (photos / "broken.jpg").write_bytes(b"no photo")
    partly = run("predict", project, photos, "--out", tmp_path / "q", "--json")
    assert partly.exit_code == 3
    assert (last_json(partly)["predicted"], last_json(partly)["skipped"]) == (4, 1)
    assert "broken.jpg" in partly.stderr
    page = tmp_path / "page.html"
    assert run("report", project, "--out", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "Is this good?" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text


def test_several_trainings_answer_as_json(run: Run, project: Path) -> None:
    """Two layers stand in for the network where jobs are tested; here is the real small one."""
    settings = (
        "weights=none", "model=lraspp_mobilenet_v3_large", "epochs=1", "crops_per_photo=1",
        "batch_size=2", "crop_size=32", "working_size=48",
    )  # fmt: skip
    chosen = [part for setting in settings for part in ("--set", setting)]
    done = run("cross-validate", project, "--folds", 2, *chosen, "--device", "cpu", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert [len(fold["photos"]) for fold in told["folds"]] == [2, 2]
    assert len(told["pooled"]["photos"]) == 4
    assert run("cross-validate", project, "--folds", 1).exit_code == 2
    few = run("learning-curve", project, *chosen, "--device", "cpu", "--json")
    assert few.exit_code == 1
    assert "needs at least 4 training photos" in few.stdout.splitlines()[-1]
    unknown = run("learning-curve", project, "--set", "epoch=1")
    assert unknown.exit_code == 2
    assert 'Did you mean "epochs"' in unknown.stderr


def test_report_on_a_run_without_scores_says_what_to_do(run: Run, project: Path) -> None:
    folder = project / "runs" / "20260101-000000-x"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    result = run("report", project, "--run", folder.name, "--out", project / "r.html")
    assert result.exit_code == 1
    assert "segstudio evaluate" in result.stderr


@pytest.mark.parametrize("damaged", ["{", "[]", "{}", '{"photos": [{"photo": "a"}]}'])
def test_report_on_damaged_scores_is_told_in_words(run: Run, project: Path, damaged: str) -> None:
    folder = project / "runs" / "20260101-000000-x"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "scores.json").write_text(damaged)
    result = run("report", project, "--run", folder.name, "--out", project / "r.html")
    assert result.exit_code == 1
    assert f"{folder / 'scores.json'} cannot be read" in result.stderr


def test_a_run_that_is_not_there_is_wrong_usage(run: Run, project: Path) -> None:
    assert run("evaluate", project, "--run", "nothing").exit_code == 2


def test_doctor_tells_versions_and_why_a_device_is_used(run: Run) -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 0
    told = last_json(result)
    assert "because" in str(told["device"])
    names = {check["name"] for check in told["checks"]}  # type: ignore[attr-defined]
    assert {"torch", "torchvision", "PySide6-Essentials", "Window library"} <= names


def test_a_fault_of_our_own_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("the unforeseen")

    monkeypatch.setattr(cli.segstudio, "main", broken)
    monkeypatch.setattr(sys, "argv", ["segstudio", "doctor", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert "the unforeseen" in told.err
    assert "the unforeseen" in json.loads(told.out)["error"]["what"]
    assert "Traceback" not in told.err


def test_ctrl_c_while_the_program_loads_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        front_door()
    assert ended.value.code == 130
