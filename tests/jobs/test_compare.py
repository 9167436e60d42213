"""Two trained runs compared by job and command line, and the table of all runs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from conftest import Recorder

from jobs.test_train import lock, train
from segstudio import cli
from segstudio.core.errors import SegStudioError
from segstudio.jobs import evaluate
from segstudio.jobs.compare import CompareRequest, list_runs, run
from segstudio.jobs.evaluate import EvaluateRequest
from segstudio.project.project import Project

pytestmark = pytest.mark.usefixtures("small_network")


@pytest.fixture
def two_runs(tiny_project: Project, report: Recorder) -> tuple[Project, str, str]:
    lock(tiny_project, [0, 1], [2, 3, 4, 5])
    names = []
    for epochs, lr in ((1, 1e-4), (6, 0.05)):
        result = train(tiny_project, report, epochs=epochs, lr=lr, name=f"lr-{lr:g}")
        evaluate.run(EvaluateRequest(tiny_project, result.run, device="cpu"), report)
        names.append(result.run)
    return tiny_project, names[0], names[1]


def test_runs_are_compared_on_the_scores_that_each_was_given(
    two_runs: tuple[Project, str, str], report: Recorder
) -> None:
    project, first, second = two_runs
    found = run(CompareRequest(project, first, second), report)
    rows = [
        json.loads((project.root / "runs" / name / "scores.json").read_text())
        for name in (first, second)
    ]
    assert [found.first_miou, found.second_miou] == [row["miou"] for row in rows]
    for one in found.photos:
        scores = [{p["photo"]: p["miou"] for p in row["photos"]}[one.photo] for row in rows]
        assert [one.first, one.second] == scores
    assert len(found.photos) == 4
    assert found.as_json()["sentence"] in found.as_text()
    assert "too few to be sure" in found.sentence()


def test_a_run_scored_on_photos_that_it_learned_from_is_not_compared_on_them(
    two_runs: tuple[Project, str, str], report: Recorder
) -> None:
    project, first, second = two_runs
    lock(project, [4, 5], [0, 1, 2, 3])
    evaluate.run(EvaluateRequest(project, second, device="cpu"), report)
    found = run(CompareRequest(project, first, second), report)
    assert [one.photo for one in sorted(found.photos, key=lambda p: p.photo)] == [
        "002.png",
        "003.png",
    ]
    assert found.left_out
    project.set_split(project.split.model_copy(update={"parts": {"000.png": "val"}}), "x")
    evaluate.run(EvaluateRequest(project, second, device="cpu"), report)
    with pytest.raises(SegStudioError, match="no photo in common"):
        run(CompareRequest(project, first, second), report)


def test_the_table_of_runs_shows_what_differs_and_how_good_it_is(
    two_runs: tuple[Project, str, str], report: Recorder
) -> None:
    project, first, second = two_runs
    found = list_runs(project, report)
    assert [row.name for row in found.rows] == [second, first]
    assert set(found.keys) == {"epochs", "lr"}
    newest = found.rows[0]
    assert (newest.settings["lr"], newest.settings["epochs"]) == ("0.05", "6")
    assert newest.miou is not None
    assert newest.low is not None
    assert newest.high is not None
    assert newest.low <= newest.miou <= newest.high
    assert newest.scored
    assert newest.seconds is not None
    size = (project.root / "runs" / second / "best.safetensors").stat().st_size
    assert newest.megabytes == pytest.approx(size / 1e6)


def test_the_command_compares_two_and_lists_all(two_runs: tuple[Project, str, str]) -> None:
    project, first, second = two_runs
    root = str(project.root)
    project.close()

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.segstudio, ["compare", root, *arguments], obj={})
        return result.exit_code, result.stdout

    code, text = call(first, second, "--json")
    assert code == 0
    told = json.loads(text)
    assert (told["first"], told["second"], len(told["photos"])) == (first, second, 4)
    code, text = call("--json")
    assert code == 0
    assert [row["name"] for row in json.loads(text)["runs"]] == [second, first]
    code, text = call()
    assert first in text
    assert "0.05" in text
    assert call(first)[0] == 2
