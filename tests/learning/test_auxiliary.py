"""The auxiliary head: it teaches where it can, counts as set, and never leaves the training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Recorder
from torch.nn import functional as F
from torchvision.models import segmentation

from segstudio.core.errors import UsageError
from segstudio.core.events import Message, StepDone
from segstudio.learning.checkpoint import Checkpoint, build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.loop import Training, fit
from segstudio.learning.models import MODELS, model_named
from segstudio.learning.settings import parse_settings
from segstudio.learning.setup import add_auxiliary
from segstudio.learning.weights import load_initial_weights

MakeTraining = Callable[..., Training]
SMALL, WEIGHT = "deeplabv3_mobilenet_v3_large", 0.4
WITH = [entry for entry in MODELS if entry.auxiliary]


def with_head(name: str = SMALL, classes: int = 3) -> Any:
    torch.manual_seed(0)
    model = build_model(TrainConfig(model=name), classes)
    model.use_auxiliary(classes, WEIGHT)
    return model


@pytest.mark.parametrize("entry", WITH, ids=lambda entry: entry.name)
def test_answers_as_torchvisions_own(entry: Any) -> None:
    if entry.name == "deeplabv3_resnet101":
        pytest.skip("it has the place of ResNet-50's, and takes long")
    model = with_head(entry.name)
    theirs = getattr(segmentation, entry.name)(
        weights=None, weights_backbone=None, num_classes=3, aux_loss=True
    )
    state = model.auxiliary_weights().items()
    theirs.load_state_dict(
        {**model.weights(), **{f"aux_classifier.{key}": tensor for key, tensor in state}}
    )
    # In evaluation mode nothing is random; only the head has to think that it trains.
    model.eval()
    model.auxiliary.training = True
    photos, truth = torch.rand(2, 3, 64, 64), torch.randint(0, 3, (2, 64, 64))
    with torch.no_grad():
        model(photos)
        wanted = WEIGHT * F.cross_entropy(theirs.eval()(photos)["aux"], truth)
        assert model.auxiliary.loss(truth, F.cross_entropy) == pytest.approx(float(wanted), 1e-5)


def test_is_no_part_of_the_model() -> None:
    plain, model = build_model(TrainConfig(), 3), with_head()
    assert list(model.weights()) == list(plain.weights())
    plain.load_weights(model.weights())
    photo = torch.rand(1, 3, 50, 40)
    with torch.inference_mode():
        assert torch.equal(plain.eval()(photo), model.eval()(photo))


def test_learns_with_the_head_and_teaches_what_learns_before_it() -> None:
    model = with_head()
    groups = model.groups("head")
    own = {id(parameter) for parameter in model.auxiliary.parameters()}
    assert own <= {id(parameter) for parameter in groups["head"]}
    model.train_only("layer2")
    model.train()
    model(torch.rand(2, 3, 64, 64))
    model.auxiliary.loss(torch.zeros(2, 64, 64).long(), F.cross_entropy).backward()
    taught = {n for n, p in model.net.named_parameters() if p.grad is not None and p.grad.any()}
    assert taught
    assert all(name.startswith("backbone.4.") for name in taught)


def test_takes_a_published_head(tmp_path: Path, report: Recorder) -> None:
    published = segmentation.deeplabv3_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=21, aux_loss=True
    ).state_dict()
    torch.save(published, tmp_path / "w.pth")
    model = with_head()
    before = model.auxiliary_weights()["4.weight"].clone()
    load_initial_weights(model, model_named(SMALL), str(tmp_path / "w.pth"), report)
    taken = model.auxiliary_weights()
    assert torch.equal(taken["0.weight"], published["aux_classifier.0.weight"])
    assert torch.equal(taken["4.weight"], before)


def test_changes_what_is_learned_but_not_the_loss_that_is_told(make_training: MakeTraining) -> None:
    losses, states = [], []
    for weight in (0.0, WEIGHT):
        training = make_training(f"w{weight}", epochs=1, auxiliary_loss=weight)
        recorder = Recorder()
        fit(training, recorder)
        losses.append(next(event.loss for event in recorder.events if isinstance(event, StepDone)))
        states.append(training.learner.model.weights()["backbone.0.weight"])
    assert losses[0] == losses[1]
    assert not torch.allclose(states[0], states[1])


def test_resumes_exactly_and_the_saved_model_has_no_trace_of_it(
    make_training: MakeTraining,
) -> None:
    settings = {"epochs": 3, "auxiliary_loss": WEIGHT, "unfreeze_after": 1}
    whole = make_training("whole", **settings)
    fit(whole, Recorder())
    broken = make_training("broken", **settings)
    assert fit(broken, Recorder(stop_after=9)).status == "stopped"
    again = make_training("broken", **settings)
    fit(again, Recorder(), again.folder.load_last())
    ours, wanted = (run.learner.model.state_dict() for run in (again, whole))
    assert any(key.startswith("auxiliary.") for key in wanted)
    assert all(torch.equal(ours[key], wanted[key]) for key in wanted)
    saved = Checkpoint.load(whole.folder.best).weights
    assert saved.keys() == whole.learner.model.weights().keys()


@pytest.mark.parametrize("name", [entry.name for entry in MODELS if not entry.auxiliary])
def test_models_without_a_place_refuse_it_in_words(name: str) -> None:
    with pytest.raises(UsageError, match=f"must be 0 for {name}; it acts with deeplabv3"):
        parse_settings("normal", None, [f"model={name}", "auxiliary_loss=0.4"])


@pytest.mark.parametrize(
    ("layers", "acts"),
    [("head", False), ("last_layer", False), ("layer4", False), ("layer3", True), ("all", True)],
)
def test_acts_only_where_it_can_teach(layers: str, acts: bool) -> None:
    settings = {"model": "deeplabv3_resnet50", "train_layers": layers}
    assert TrainConfig.model_validate({**settings, "auxiliary_loss": 0.4}).auxiliary_acts == acts
    assert not TrainConfig.model_validate(settings).auxiliary_acts


def test_said_when_it_is_left_out(report: Recorder) -> None:
    model = build_model(TrainConfig(), 3)
    add_auxiliary(model, TrainConfig(auxiliary_loss=0.4), 3, report)
    assert model.auxiliary is None
    told = [event.text for event in report.events if isinstance(event, Message)]
    assert "auxiliary_loss is left out" in told[0]
    add_auxiliary(model, TrainConfig(auxiliary_loss=0.4, train_layers="all"), 3, report)
    assert model.auxiliary is not None
