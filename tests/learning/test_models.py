"""The contract of every model, and freezing that is really freezing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import segmentation_models_pytorch as smp
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import segmentation

from segstudio.learning.config import TrainConfig
from segstudio.learning.config.model import TRAIN_LAYERS
from segstudio.learning.models import MODELS, STAGES, ModelEntry, model_named
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.models.single_values import PooledBatchNorm, take_single_values
from segstudio.learning.registry import load_attribute

CLASSES = 5
BY_SMP: dict[str, Callable[[], nn.Module]] = {
    "deeplabv3plus_resnet50": lambda: smp.DeepLabV3Plus(
        "resnet50", encoder_weights=None, classes=CLASSES
    ),
    "unet_resnet34": lambda: smp.Unet("resnet34", encoder_weights=None, classes=CLASSES),
    "pspnet_resnet50": lambda: smp.PSPNet(
        "resnet50", encoder_depth=5, encoder_weights=None, classes=CLASSES
    ),
    "segformer_pvt_v2_b0": lambda: smp.Segformer(
        "tu-pvt_v2_b0", encoder_weights=None, classes=CLASSES
    ),
}


def build(entry: ModelEntry, *, from_scratch: bool = False) -> SegmentationModel:
    torch.manual_seed(0)
    return load_attribute(entry.build)(CLASSES, from_scratch=from_scratch)


def plain(name: str) -> nn.Module:
    """The network as its library builds it."""
    if name in BY_SMP:
        return BY_SMP[name]()
    return getattr(segmentation, name)(
        weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=False
    )


@pytest.fixture(scope="module", params=MODELS, ids=lambda entry: entry.name)
def entry(request: pytest.FixtureRequest) -> ModelEntry:
    return request.param


@pytest.fixture(scope="module")
def model(entry: ModelEntry) -> Iterator[SegmentationModel]:
    """Every model in turn, built while no connection can be opened."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("building opened a connection")

    with pytest.MonkeyPatch.context() as patch:
        for door in ("socket.connect", "create_connection", "getaddrinfo"):
            patch.setattr(f"socket.{door}", refuse)
        yield build(entry)


def one_step(model: SegmentationModel, *size: int) -> dict[str, torch.Tensor]:
    """Learn from crops of a size (B, H, W) and return the state before."""
    before = {key: value.clone() for key, value in model.weights().items()}
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    logits = model(torch.rand(size[0], 3, *size[1:]))
    F.cross_entropy(logits, torch.randint(0, CLASSES, size)).backward()
    optimizer.step()
    optimizer.zero_grad()
    return before


def moved(model: SegmentationModel, before: dict[str, torch.Tensor]) -> set[str]:
    return {key for key, value in model.weights().items() if not torch.equal(value, before[key])}


@pytest.mark.parametrize("size", [(2, 64, 64), (1, 50, 70), (1, 33, 32)])
def test_maps_photos_to_logits_of_their_size(
    model: SegmentationModel, size: tuple[int, ...]
) -> None:
    model.eval()
    with torch.inference_mode():
        logits = model(torch.rand(size[0], 3, *size[1:]))
    assert logits.shape == (size[0], CLASSES, *size[1:])


def test_keeps_the_keys_of_its_library(model: SegmentationModel, entry: ModelEntry) -> None:
    theirs, ours = plain(entry.name), model.weights()
    assert list(ours) == list(theirs.state_dict())
    theirs.load_state_dict(ours)


def test_frozen_backbone_moves_neither_weight_nor_buffer(model: SegmentationModel) -> None:
    model.train_only("head")
    keys = moved(model, one_step(model, 2, 50, 64))
    assert keys
    assert not [key for key in keys if key.startswith(model.keys.prefix)]
    assert [key for key in model.weights() if key.startswith(model.keys.prefix)]
    frozen = [own for own in model.parameters() if not own.requires_grad]
    assert all(own.grad is None for own in frozen)


def test_batch_of_one_of_the_smallest_crop_trains_everything(model: SegmentationModel) -> None:
    model.train_only("all")
    assert moved(model, one_step(model, 1, 32, 32))
    assert all(torch.isfinite(value).all() for value in model.weights().values())


def test_every_choice_of_layers_trains_more_than_the_one_before(model: SegmentationModel) -> None:
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


def test_stage_keeps_earlier_stages_in_evaluation_mode(model: SegmentationModel) -> None:
    def modes(stage: str) -> set[bool]:
        return {own.training for module in model.stages[stage] for own in module.modules()}

    model.train_only("layer4")
    model.train()
    assert modes("layer4") == {True}
    assert modes("layer3") == modes("layer1") == {False}
    assert model.training
    model.eval()
    assert modes("layer4") == {False}


def test_last_layer_is_all_that_depends_on_the_number_of_classes(
    model: SegmentationModel, entry: ModelEntry
) -> None:
    other = load_attribute(entry.build)(CLASSES + 1, from_scratch=False).weights()
    own = model.weights()
    differing = {key for key in own if own[key].shape != other[key].shape}
    last = {key for key in own if key.startswith(model.last_layer_prefixes)}
    assert differing == last


@pytest.mark.parametrize("name", [*BY_SMP, "fcn_resnet50"])
def test_learns_from_scratch_within_a_few_steps(name: str) -> None:
    model = build(model_named(name), from_scratch=True)
    model.train_only("all")
    model.train()
    truth = torch.zeros(4, 32, 32, dtype=torch.long)
    truth[:, :, 12:] = 1
    truth[:, 16:] = 2
    colors = torch.tensor([[-1.0, 0, 1], [1, -1, 0], [0, 1, -1]])
    photos = colors[truth].permute(0, 3, 1, 2) + 0.2 * torch.randn(4, 3, 32, 32)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    losses = []
    for _ in range(5):
        loss = F.cross_entropy(model(photos), truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]


def test_a_single_value_per_channel_is_normalised_as_in_evaluation() -> None:
    plain_norm = nn.BatchNorm2d(3, eps=0.1, momentum=0.3)
    plain_norm.running_mean.fill_(2)
    net = nn.Sequential(nn.Sequential(plain_norm))
    take_single_values(net)
    norm = net[0][0]
    assert isinstance(norm, PooledBatchNorm)
    assert (norm.eps, norm.momentum) == (0.1, 0.3)
    net.train()
    single = torch.full((1, 3, 1, 1), 5.0)
    assert torch.allclose(net(single), plain_norm.eval()(single))
    assert norm.running_mean.tolist() == [2, 2, 2]
    many = torch.rand(2, 3, 4, 4)
    assert torch.equal(net(many), plain_norm.train()(many))


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
