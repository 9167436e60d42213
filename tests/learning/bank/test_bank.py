"""Crops from stored features show what their truth says, and depend on what they must."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from learning.bank.conftest import MakeBank
from segstudio.core.events import ProblemFound, Progress
from segstudio.core.label_image import read_label, write_label
from segstudio.core.palette import Palette
from segstudio.learning.bank.bank import FeatureBank
from segstudio.learning.bank.checking import StoredPhotos
from segstudio.learning.bank.extractor import NoMemory
from segstudio.learning.bank.sizing import map_shape, needed_bytes
from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.download import Interrupted
from segstudio.learning.models import MODELS, ModelEntry
from segstudio.learning.samples import Sample
from segstudio.learning.transforms import draw

PLAIN = {"color_jitter": 0.0, "bank_rank": 0}


def test_features_and_truth_of_a_crop_show_the_same_place(make_bank: MakeBank) -> None:
    banked = make_bank(**PLAIN, crops_per_photo=8, scale_min=0.8, scale_max=1.4, bank_views=3)
    colors = {0: [], 1: [], 2: []}
    mean, std = (np.array(v) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    for inputs, truth in banked.batches(3):
        assert truth.shape[-1] == inputs.shape[-1] * banked.bank.stride
        cells = inputs[:, :3].permute(0, 2, 3, 1).numpy() * std + mean
        for crop, label in zip(cells, truth.numpy(), strict=True):
            blocks = label.reshape(2, 16, 2, 16).transpose(0, 2, 1, 3).reshape(4, -1)
            for color, block in zip(crop.reshape(4, 3), blocks, strict=True):
                if (block == block[0]).all() and block[0] != 255:
                    colors[int(block[0])].append(color)
    # Blue sky and green ground, as the photos were painted.
    sky, ground = (np.array(colors[index]) for index in (1, 2))
    assert len(sky) > 10
    assert len(ground) > 5
    assert (sky[:, 2] > 0.8).all()
    assert (ground[:, 2] < 0.3).all()


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_views_show_all_of_their_photo_and_nothing_else(make_bank: MakeBank, scale: float) -> None:
    bank = make_bank(**PLAIN, scale_min=scale, scale_max=scale, bank_views=3).bank
    for sample in bank.samples:
        label = read_label(sample.label)
        shares = np.bincount(label.ravel(), minlength=3) / label.size
        for view in range(3):
            seen = bank._pictures.plan(sample, view)[0].label(label)
            assert seen.shape == (64 * scale, 96 * scale)
            assert np.allclose(
                np.bincount(seen.ravel(), minlength=3) / seen.size, shares, atol=0.02
            )
            assert bank._map(sample, view).shape[:2] == (4 * scale, 6 * scale)


def test_a_few_views_of_a_photo_are_of_well_spread_sizes(make_bank: MakeBank) -> None:
    bank = make_bank(**PLAIN, scale_min=0.5, scale_max=2, flip_horizontal=False).bank
    for sample in bank.samples:
        scales = [bank._pictures.plan(sample, view)[0].warp[0, 0] for view in range(4)]
        places = np.sort(np.log(scales) / np.log(4) + 0.5)
        # The widest gap between four points by the golden ratio, round the circle, is 0.382.
        assert np.diff([*places, places[0] + 1]).max() < 0.39
        assert ((places >= 0) & (places <= 1)).all()


def test_crops_come_from_everywhere_on_a_view(make_bank: MakeBank) -> None:
    bank = make_bank(**PLAIN, scale_min=1, scale_max=1, flip_horizontal=False, bank_views=1).bank
    sample, rng = bank.samples[0], np.random.default_rng(0)
    maps = bank._map(sample, 0).astype(np.float32)
    corners = {bank.crop(sample, 1, rng)[0][:, 0, 0].tobytes() for _ in range(400)}
    # Photos of 6 x 4 cells, crops of 2 x 2.
    assert corners == {maps[row, column].tobytes() for row in range(3) for column in range(5)}


def test_the_disk_to_expect_is_what_views_take(make_bank: MakeBank) -> None:
    sizes, scales = [(960, 640)], {"scale_min": 0.5, "scale_max": 2.0}
    config = make_bank(**scales).bank.config
    rng = np.random.default_rng(0)
    drawn = (draw(config, sizes[0], None, rng).side for _ in range(4000))
    mean = np.mean([map_shape(config).bytes([side]) for side in drawn])
    assert needed_bytes(config, sizes, ()) == pytest.approx(config.bank_views * mean, rel=0.05)


def test_epochs_repeat_and_grow(make_bank: MakeBank) -> None:
    one, two = make_bank(bank_views=2), make_bank(bank_views=2)
    for epoch in (1, 2):
        for (left, a), (right, b) in zip(one.batches(epoch), two.batches(epoch), strict=True):
            assert torch.equal(left, right)
            assert torch.equal(a, b)
    fresh = make_bank(bank_views=3, seed=5, epochs=6)
    looks = []
    for epoch in (1, 2, 3, 6):
        fresh.bank.prepare(epoch, fresh.heard)
        looks.append(fresh.net.backbone.looks)
    # One look per photo and view; the first also served to find the projection.
    assert looks == [4, 8, 12, 12]


@pytest.mark.parametrize(
    ("changed", "looks_again"),
    [
        ({"lr": 0.1, "epochs": 5, "crop_size": 48, "batch_size": 1}, False),
        ({"seed": 1}, True),
        ({"color_jitter": 0.1}, True),
        ({"working_size": 64}, True),
        ({"scale": 2.0}, True),
        ({"bank_rank": 5}, True),
    ],
)
def test_a_later_run_looks_again_only_where_features_change(
    make_bank: MakeBank, changed: dict[str, object], looks_again: bool
) -> None:
    first = make_bank()
    first.batches(1), first.batches(2)
    later = make_bank(**changed)
    later.batches(1), later.batches(2)
    assert (later.net.backbone.looks > 0) is looks_again


def test_a_corrected_label_needs_no_look_at_its_photo(
    make_bank: MakeBank, samples: tuple[Sample, ...], palette: Palette
) -> None:
    before = make_bank(**PLAIN).batches(1)
    for sample in samples:
        label = read_label(sample.label).copy()
        label[label == 2] = 1
        write_label(sample.label, label, palette)
    later = make_bank(**PLAIN)
    after = later.batches(1)
    assert later.net.backbone.looks == 0
    for (was, old), (now, new) in zip(before, after, strict=True):
        assert torch.equal(was, now)
        assert torch.equal(torch.where(old == 2, 1, old), new)
    assert any((old == 2).any() for _, old in before)


def test_a_changed_photo_is_looked_at_again(
    make_bank: MakeBank, samples: tuple[Sample, ...]
) -> None:
    make_bank(train=3, bank_views=1).batches(1)
    picture = cv2.imread(str(samples[0].photo))
    picture[:20, :20] = 255
    cv2.imwrite(str(samples[0].photo), picture)
    later = make_bank(train=3, bank_views=1)
    later.batches(1)
    assert later.net.backbone.looks == 1


def test_renamed_photos_keep_their_features(
    make_bank: MakeBank, samples: tuple[Sample, ...], tmp_path: Path
) -> None:
    make_bank().batches(1)
    copy = tmp_path / "elsewhere.png"
    shutil.copy(samples[0].photo, copy)
    banked = make_bank()
    banked.bank.samples = (dataclasses.replace(samples[0], name="other", photo=copy),)
    banked.bank.prepare(1, banked.heard)
    assert banked.net.backbone.looks == 0


def test_checking_by_the_bank_is_checking_by_the_saved_model(
    make_bank: MakeBank, samples: tuple[Sample, ...]
) -> None:
    banked = make_bank(bank_rank=5)
    optimizer = torch.optim.SGD(banked.model.net.parameters(), 0.5)
    banked.model.train_only("head")
    for inputs, truth in banked.batches(1):
        banked.model.train()
        loss = torch.nn.functional.cross_entropy(banked.model(inputs), truth, ignore_index=255)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    banked.model.eval()
    saved = {key: tensor.clone() for key, tensor in banked.model.weights().items()}
    banked.net.load_state_dict(saved)
    banked.net.eval()
    stored = StoredPhotos(banked.bank, banked.photos)
    for sample in samples[4:]:
        whole = banked.photos(banked.model.whole.eval(), sample)
        torch.testing.assert_close(stored(banked.model, sample), whole, rtol=2e-3, atol=2e-3)


def test_a_photo_too_large_to_look_at_whole_is_checked_in_another_way(
    make_bank: MakeBank, samples: tuple[Sample, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    banked = make_bank()
    banked.model.eval()
    whole = banked.photos(banked.model.whole.eval(), samples[4])

    def too_large(*_: object) -> None:
        raise NoMemory("There is not enough memory.")

    monkeypatch.setattr(FeatureBank, "whole", too_large)
    told = StoredPhotos(banked.bank, banked.photos)(banked.model, samples[4])
    torch.testing.assert_close(told, whole)


def test_the_frozen_part_does_not_move(make_bank: MakeBank) -> None:
    banked = make_bank()
    before = {k: v.clone() for k, v in banked.net.backbone.state_dict().items()}
    banked.batches(1), banked.batches(2)
    banked.model.train_only("head")
    banked.model.train()
    after = banked.net.backbone.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())
    assert not {id(p) for p in banked.net.backbone.parameters()} & {
        id(p) for p in banked.model.parameters()
    }


def test_crops_larger_than_the_photo_end_in_ignore(make_bank: MakeBank) -> None:
    (inputs, truth), *_ = make_bank(**PLAIN, crop_size=128, scale_min=1, scale_max=1).batches(1)
    assert inputs.shape[-2:] == (8, 8)
    assert truth.shape[-2:] == (128, 128)
    assert (truth[:, 64:] == 255).all()
    assert (truth[:, :, 96:] == 255).all()
    assert (inputs[:, :, 4:] == 0).all()
    assert (truth[:, :64, :96] != 255).any()


def test_a_photo_that_is_gone_is_told_and_replaced(
    make_bank: MakeBank, samples: tuple[Sample, ...]
) -> None:
    banked = make_bank()
    samples[1].photo.unlink()
    seen = banked.batches(1)
    assert sum(len(truth) for _, truth in seen) == 8
    told = [event.problem.path for event in banked.heard.events if isinstance(event, ProblemFound)]
    assert told == [samples[1].name]


def test_a_wish_to_stop_ends_the_looking(make_bank: MakeBank) -> None:
    banked = make_bank()
    banked.heard.stop_requested = True
    with pytest.raises(Interrupted):
        banked.bank.prepare(1, banked.heard)
    assert not any(isinstance(e, Progress) and e.done for e in banked.heard.events)


@pytest.mark.parametrize("layers", ["head", "last_layer"])
@pytest.mark.parametrize("entry", MODELS, ids=lambda entry: entry.name)
def test_models_answer_alike_in_two_parts_as_their_entry_says(
    entry: ModelEntry, layers: str
) -> None:
    network = build_model(TrainConfig(model=entry.name, weights="x.pth"), 3).eval()
    cut = network.cut(layers)
    assert (cut is None) is (entry.feature_map is None)
    assert network.cut("layer4") is None
    if cut is None or entry.feature_map is None:
        return
    photos, stride = torch.rand(1, 3, 64, 96), entry.feature_map.stride
    with torch.inference_mode():
        found, whole = cut.features(photos), network(photos)
        logits = cut.learns(found)
    channels = entry.feature_map.channels if layers == "head" else entry.feature_map.neck
    assert found.shape == (1, channels, 64 // stride, 96 // stride)
    again = torch.nn.functional.interpolate(logits, size=(64, 96), mode="bilinear")
    torch.testing.assert_close(again, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("keep", [0, 100, -40])
def test_a_damaged_basis_is_made_anew(make_bank: MakeBank, tmp_path: Path, keep: int) -> None:
    make_bank()
    (path,) = (tmp_path / "cache" / "features").glob("basis-*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    make_bank()
    assert len(path.read_bytes()) == len(whole)


def test_the_same_seed_gives_the_views_that_were_stored(make_bank: MakeBank) -> None:
    """Where this fails, views of earlier versions are no longer those of today: raise `_VIEWS`."""
    bank = make_bank(rotate=10).bank
    pictures, sample = bank._pictures, bank.samples[0]
    warps = [pictures.plan(sample, view)[0].warp[:2] for view in range(2)]
    known = [
        [[1.3296, 0.1181, -3.2867], [-0.1181, 1.3296, 5.9373]],
        [[1.0163, 0.1284, -3.6773], [-0.1284, 1.0163, 6.3456]],
    ]
    assert np.allclose(warps, known, atol=1e-4)
