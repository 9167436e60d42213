"""The scoring job against scikit-learn, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Recorder
from PIL import Image
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

from jobs.test_train import train
from segstudio.core.errors import SegStudioError
from segstudio.core.events import ProblemFound, Progress
from segstudio.core.label_image import read_label
from segstudio.jobs.evaluate import EvaluateRequest, prediction_path, run
from segstudio.project.project import Project
from segstudio.review.scores import Scores, matrix_of

pytestmark = pytest.mark.usefixtures("small_network")


@pytest.fixture
def scored(tiny_project: Project, report: Recorder) -> tuple[Project, Scores, Path]:
    """A project with a trained and scored run, and the run's folder."""
    result = train(tiny_project, report, epochs=3, batch_size=2)
    scores = run(EvaluateRequest(tiny_project, part="train", device="cpu"), report)
    return tiny_project, scores, tiny_project.root / "runs" / result.run


def test_scores_are_those_of_scikit_learn_at_full_size(
    scored: tuple[Project, Scores, Path],
) -> None:
    project, scores, folder = scored
    entries = [project.photo(one.photo) for one in scores.photos]
    truth = np.concatenate([read_label(project.label_path(entry)).ravel() for entry in entries])
    guess = np.concatenate(
        [read_label(prediction_path(folder, "train", entry.name)).ravel() for entry in entries]
    )
    assert truth.size == 5 * 96 * 64
    told = scores.as_json()
    assert told["confusion"] == confusion_matrix(truth, guess, labels=[0, 1, 2]).tolist()
    oracles = {
        "iou": jaccard_score,
        "dice": f1_score,
        "precision": precision_score,
        "recall": recall_score,
    }
    for metric, oracle in oracles.items():
        ours = [row[metric] or 0.0 for row in told["classes"].values()]
        theirs = oracle(truth, guess, labels=[0, 1, 2], average=None, zero_division=0)
        assert ours == pytest.approx(list(theirs), abs=1e-9), metric
    assert told["pixel_accuracy"] == pytest.approx((truth == guess).mean(), abs=1e-9)


def test_scores_file_keeps_the_contract(scored: tuple[Project, Scores, Path]) -> None:
    _, scores, folder = scored
    kept = json.loads((folder / "scores.json").read_text())
    assert kept == scores.as_json()
    assert set(kept) >= {"miou", "pixel_accuracy", "classes", "confusion", "photos"}
    assert set(kept["classes"]["sky"]) >= {"iou", "dice", "precision", "recall"}
    assert set(kept["photos"][0]) >= {"photo", "miou"}
    assert "mean IoU" in scores.as_text()


def test_the_matrices_of_photos_are_kept_and_add_up(scored: tuple[Project, Scores, Path]) -> None:
    project, scores, folder = scored
    kept = json.loads((folder / "photo_scores.json").read_text())
    assert kept["classes"] == ["background", "sky", "ground"]
    for one in scores.photos:
        truth = read_label(project.label_path(project.photo(one.photo)))
        guess = read_label(prediction_path(folder, "train", one.photo))
        expected = confusion_matrix(truth.ravel(), guess.ravel(), labels=[0, 1, 2])
        assert np.array_equal(matrix_of(kept["photos"][one.photo], 3).counts, expected)
        assert np.array_equal(one.confusion.counts, expected)


def test_intervals_warnings_and_both_means_are_told(scored: tuple[Project, Scores, Path]) -> None:
    _, scores, _ = scored
    told, text = scores.as_json(), scores.as_text()
    low, high = told["miou_interval"]
    assert low <= told["miou"] <= high
    assert f"between {low:.2f} and {high:.2f}; with only 5 photos even that is a guess" in text
    without = [told["classes"][name]["iou"] for name in ("sky", "ground")]
    assert told["miou_without_background"] == pytest.approx(sum(without) / 2)
    assert f"without it {sum(without) / 2:.3f}" in text
    assert all(warning in text for warning in told["warnings"])


def test_unreadable_photo_is_a_problem_and_the_rest_is_scored(
    scored: tuple[Project, Scores, Path],
) -> None:
    project, before, _ = scored
    gone = before.photos[0].photo
    (project.root / "photos" / gone).write_bytes(b"no photo")
    report = Recorder()
    scores = run(EvaluateRequest(project, part="train", device="cpu"), report)
    assert [one.photo for one in scores.photos] == [one.photo for one in before.photos[1:]]
    assert [problem.path for problem in scores.problems] == [gone]
    assert any(isinstance(event, ProblemFound) for event in report.events)


def test_stopped_scoring_writes_no_scores(scored: tuple[Project, Scores, Path]) -> None:
    project, _, folder = scored
    (folder / "scores.json").unlink()

    class StopAfterOne(Recorder):
        @property
        def stop_requested(self) -> bool:
            return any(isinstance(e, Progress) and e.stage == "Scoring photos" for e in self.events)

    scores = run(EvaluateRequest(project, part="train", device="cpu"), StopAfterOne())
    assert scores.interrupted
    assert len(scores.photos) == 1
    assert not (folder / "scores.json").exists()


def test_renamed_and_recoloured_classes_are_scored_under_their_new_names(
    scored: tuple[Project, Scores, Path],
) -> None:
    project, before, folder = scored
    edited = project.palette.renamed(1, "heaven").recolored(2, "#ff8800")
    project.set_palette(edited, "Edit")
    after = run(EvaluateRequest(project, part="train", device="cpu"), Recorder())
    assert np.array_equal(after.total.counts, before.total.counts)
    assert list(after.as_json()["classes"]) == ["background", "heaven", "ground"]
    with Image.open(prediction_path(folder, "train", after.photos[0].photo)) as kept:
        assert kept.getpalette()[6:9] == [255, 136, 0]


def test_other_classes_and_empty_parts_are_refused(scored: tuple[Project, Scores, Path]) -> None:
    project, _, _ = scored
    with pytest.raises(SegStudioError, match="no test photos"):
        run(EvaluateRequest(project, part="test", device="cpu"), Recorder())
    project.set_palette(project.palette.merged(2, 1), "Merge")
    with pytest.raises(SegStudioError, match="other classes"):
        run(EvaluateRequest(project, device="cpu"), Recorder())
