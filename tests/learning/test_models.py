"""The contract of every model, and freezing that is really freezing."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch.nn import functional as F
from torchvision.models import segmentation

from segstudio.learning.config import TrainConfig
from segstudio.learning.config.model import TRAIN_LAYERS
from segstudio.learning.models import MODELS, STAGES, ModelEntry, model_named
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.registry import load_attribute

CLASSES = 5


def build(entry: ModelEntry, *, from_scratch: bool = False) -> SegmentationModel:
    torch.manual_seed(0)
    return load_attribute(entry.build)(CLASSES, from_scratch=from_scratch)


@cache
def shared(name: str) -> SegmentationModel:
    """One model per name for the tests that leave it as it is."""
    return build(next(entry for entry in MODELS if entry.name == name))


def one_step(model: SegmentationModel, batch: int = 2) -> None:
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    logits = model(torch.rand(batch, 3, 64, 64))
    F.cross_entropy(logits, torch.randint(0, CLASSES, (batch, 64, 64))).backward()
    optimizer.step()


@pytest.fixture(params=MODELS, ids=lambda entry: entry.name)
def entry(request: pytest.FixtureRequest) -> ModelEntry:
    return request.param


def test_maps_photos_to_logits_of_their_size(entry: ModelEntry) -> None:
    model = shared(entry.name).eval()
    with torch.no_grad():
        assert model(torch.rand(2, 3, 64, 64)).shape == (2, CLASSES, 64, 64)


@pytest.mark.usefixtures("no_network")
def test_building_opens_no_connection_and_keeps_torchvisions_keys(entry: ModelEntry) -> None:
    ours = build(entry).weights()
    plain = getattr(segmentation, entry.name)(
        weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=False
    )
    assert list(ours) == list(plain.state_dict())
    plain.load_state_dict(ours)


def test_frozen_backbone_moves_neither_weight_nor_buffer(entry: ModelEntry) -> None:
    model = build(entry)
    model.train_only("head")
    before = {key: value.clone() for key, value in model.weights().items()}
    one_step(model)
    moved = {key for key, value in model.weights().items() if not torch.equal(value, before[key])}
    assert moved
    assert all(key.startswith("classifier.") for key in moved)


def test_batch_of_one_trains(entry: ModelEntry) -> None:
    model = build(entry)
    model.train_only("head")
    one_step(model, batch=1)
    assert all(torch.isfinite(value).all() for value in model.weights().values())


def test_every_choice_of_layers_trains_more_than_the_one_before(entry: ModelEntry) -> None:
    model = shared(entry.name)
    counts = []
    for layers in ("last_layer", "head", *reversed(STAGES), "all"):
        model.train_only(layers)
        learning = [own for own in model.parameters() if own.requires_grad]
        groups = model.groups(layers)
        assert {id(own) for own in learning} == {id(p) for part in groups.values() for p in part}
        assert bool(groups["backbone"]) == (layers not in ("last_layer", "head"))
        counts.append(sum(parameter.numel() for parameter in learning))
    assert set(TRAIN_LAYERS) == {"last_layer", "head", *STAGES, "all"}
    assert counts == sorted(set(counts))
    assert counts[-1] == sum(parameter.numel() for parameter in model.parameters())


def test_stage_keeps_earlier_stages_in_evaluation_mode() -> None:
    model = shared("deeplabv3_resnet50")
    model.train_only("layer4")
    model.train()
    backbone = model.net.backbone
    assert backbone["layer4"].training
    assert not backbone["layer3"].training
    assert not backbone["bn1"].training
    assert model.training
    model.eval()
    assert not backbone["layer4"].training


def test_from_scratch_mobilenet_moves_its_statistics_ten_times_faster() -> None:
    entry = MODELS[0]
    momenta = {
        scratch: {
            module.momentum
            for module in build(entry, from_scratch=scratch).net.backbone.modules()
            if isinstance(module, torch.nn.BatchNorm2d)
        }
        for scratch in (True, False)
    }
    assert momenta == {True: {0.1}, False: {0.01}}


@pytest.mark.parametrize("name", ["deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"])
def test_from_scratch_residual_blocks_begin_as_the_identity(name: str) -> None:
    for scratch in (True, False):
        net = build(model_named(name), from_scratch=scratch).net
        blocks = [b for b in net.backbone.children() if getattr(b, "use_res_connect", False)]
        assert blocks
        assert all((not b.block[-1][1].weight.any()) == scratch for b in blocks)


def test_default_model_is_registered() -> None:
    assert TrainConfig().model in {entry.name for entry in MODELS}
