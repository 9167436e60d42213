"""Checking whole photos: sizes, losses on one scale, nothing random, and little memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, jaccard_score
from torch.nn import functional as F

from segstudio.core.bootstrap import spread
from segstudio.core.confusion import ConfusionMatrix
from segstudio.core.events import Event
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import Palette
from segstudio.learning.evaluation import summary
from segstudio.learning.inference import index_map
from segstudio.learning.loop import Training
from segstudio.learning.metrics import METRICS

MakeTraining = Callable[..., Training]


class Silent:
    stop_requested = False

    def __call__(self, event: Event) -> None:
        pass


@pytest.mark.parametrize(("width", "height"), [(9, 7), (50, 40), (23, 64), (301, 200)])
def test_strips_give_what_the_whole_would(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.learning.inference._STRIP_VALUES", 4 * width * 3)
    logits = torch.randn(4, 7, 9, generator=torch.Generator().manual_seed(0))
    whole = F.interpolate(logits[None], (height, width), mode="bilinear", align_corners=False)[0]
    result = index_map(logits, width, height)
    # Sums in another order may turn a tie between two classes.
    assert (result.index == whole.argmax(0).numpy()).mean() > 0.999
    best = whole.softmax(0).max(0).values.numpy() * 255
    assert np.abs(result.confidence.astype(float) - best).max() <= 0.51


def test_scores_are_those_of_scikit_learn_over_all_photos(make_training: MakeTraining) -> None:
    training = make_training()
    checker = training.checker
    checked = list(checker.check(training.learner.model, training.val, Silent()))
    truth = np.concatenate([read_label(one.sample.label).ravel() for one in checked])
    guess = np.concatenate([one.index.ravel() for one in checked])
    result = summary(checked, 3)
    assert result.class_iou == pytest.approx(jaccard_score(truth, guess, average=None))
    total = sum((one.confusion for one in checked), ConfusionMatrix.zeros(3))
    assert (total.counts == confusion_matrix(truth, guess)).all()


def test_checking_is_not_random_and_changes_nothing(make_training: MakeTraining) -> None:
    training = make_training()
    before = {key: value.clone() for key, value in training.learner.model.weights().items()}
    first, second = (
        list(training.checker.check(training.learner.model, training.val, Silent()))
        for _ in range(2)
    )
    assert [one.loss for one in first] == [one.loss for one in second]
    after = training.learner.model.weights()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_training_and_validation_loss_are_on_one_scale(make_training: MakeTraining) -> None:
    # A model that answers alike everywhere loses ln 3 in both, whatever is ignored or padded.
    training = make_training(crop_size=96, scale_min=0.5)
    with torch.no_grad():
        for parameter in training.learner.model.parameters():
            parameter.zero_()
    batch = next(training.crops.batches(1, Silent()))
    assert (batch.truth == 255).any()
    assert training.learner.step(batch, Silent()) == pytest.approx(np.log(3), rel=1e-5)
    with torch.no_grad():
        for parameter in training.learner.model.parameters():
            parameter.zero_()
    checked = training.checker.check(training.learner.model, training.val, Silent())
    assert summary(checked, 3).loss == pytest.approx(np.log(3), rel=1e-5)


def test_ignored_pixels_are_not_scored(make_training: MakeTraining, palette: Palette) -> None:
    training = make_training()
    sample = training.val[0]
    label = read_label(sample.label)
    label[:, 40:] = 255
    write_label(sample.label, label, palette)
    one = next(training.checker.check(training.learner.model, [sample], Silent()))
    assert one.confusion.counts.sum() == 40 * 64


def test_photo_without_a_scored_pixel_moves_no_loss(
    make_training: MakeTraining, palette: Palette
) -> None:
    training = make_training()
    first, second = training.val
    write_label(second.label, np.full((64, 96), 255, np.uint8), palette)
    checker, model = training.checker, training.learner.model
    both = summary(checker.check(model, [first, second], Silent()), 3)
    assert both == summary(checker.check(model, [first], Silent()), 3)
    nothing = summary(checker.check(model, [second], Silent()), 3)
    assert (nothing.loss, nothing.miou) == (None, None)


def test_the_interval_is_that_of_the_photos_in_any_order(make_training: MakeTraining) -> None:
    training = make_training()
    checked = list(training.checker.check(training.learner.model, training.val, Silent()))
    result = summary(checked, 3)
    assert result.interval == spread([one.confusion for one in checked], resamples=400).miou
    assert result.interval is not None
    assert result.interval.low <= (result.miou or 0) <= result.interval.high
    assert summary(checked[::-1], 3).interval == result.interval
    assert summary(checked[:1], 3).interval is None


def test_no_photos_give_no_scores() -> None:
    result = summary([], 3)
    assert (result.loss, result.miou, result.class_iou) == (None, None, (None, None, None))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_metric_is_one_when_all_is_right_and_absent_without_pixels(metric) -> None:
    counts = np.diag([5, 3, 0]).astype(np.int64)
    assert metric.of(ConfusionMatrix(counts)) == (1, 1, None)
    assert metric.title
    assert metric.note.endswith(".")
