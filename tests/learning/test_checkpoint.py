"""Model files describe themselves, fit torchvision, and are refused when damaged or foreign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import Palette, PaletteClass
from segstudio.learning.checkpoint import Checkpoint, build_model, check_classes
from segstudio.learning.config import TrainConfig
from segstudio.learning.predictor import Predictor
from segstudio.learning.transforms import Preprocessing


@pytest.fixture
def checkpoint(palette: Palette) -> Checkpoint:
    config = TrainConfig(weights="none", class_weights=(1, 2, 3))
    torch.manual_seed(0)
    return Checkpoint(
        weights=build_model(config, 3).weights(),
        palette=palette,
        preprocessing=Preprocessing(working_size=64, mean=(0.1, 0.2, 0.3)),
        config=config,
        run="20250101-a",
        epoch=7,
        val_miou=0.5,
    )


def test_everything_comes_back(checkpoint: Checkpoint, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "m.safetensors")
    loaded = Checkpoint.load(tmp_path / "m.safetensors")
    for name in ("palette", "preprocessing", "config", "run", "epoch", "val_miou"):
        assert getattr(loaded, name) == getattr(checkpoint, name), name
    assert all(torch.equal(loaded.weights[k], v) for k, v in checkpoint.weights.items())


@pytest.mark.usefixtures("no_network")
def test_weights_load_into_plain_torchvision_which_predicts_the_same(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    checkpoint.save(tmp_path / "m.safetensors")
    loaded = Checkpoint.load(tmp_path / "m.safetensors")
    plain = deeplabv3_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=3, aux_loss=False
    ).eval()
    plain.load_state_dict(loaded.weights)
    photo = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    prepared = torch.from_numpy(loaded.preprocessing.apply(photo))[None]
    with torch.inference_mode():
        wanted = plain(prepared)["out"][0].argmax(0).numpy()
    prediction = Predictor.load(tmp_path / "m.safetensors", "cpu").predict(photo)
    assert (prediction.label == loaded.palette.to_palette_id()[wanted]).mean() > 0.999
    assert prediction.confidence.dtype == np.uint8


def test_large_photo_is_predicted_at_its_size(checkpoint: Checkpoint) -> None:
    photo = np.zeros((3000, 2000, 3), np.uint8)
    prediction = Predictor(checkpoint, torch.device("cpu")).predict(photo)
    assert prediction.label.shape == prediction.confidence.shape == (3000, 2000)
    assert set(np.unique(prediction.label)) <= {0, 1, 2}


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "foreign"])
def test_damaged_and_foreign_files_are_told_in_words(
    checkpoint: Checkpoint, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "m.safetensors"
    checkpoint.save(path)
    if damage == "missing":
        path.unlink()
    elif damage == "foreign":
        save_file({"a": torch.zeros(2)}, path)
    else:
        whole = path.read_bytes()
        path.write_bytes({"empty": b"", "cut": whole[:-1000], "text": b"hello"}[damage])
    with pytest.raises(SegStudioError, match=r"cannot be read|is not a model") as told:
        Checkpoint.load(path)
    assert told.value.remedy


def test_weights_that_contradict_the_description_are_refused(checkpoint: Checkpoint) -> None:
    wider = replace(checkpoint, palette=checkpoint.palette.without(2))
    with pytest.raises(SegStudioError, match="2 classes"):
        wider.build()


def test_class_that_took_the_id_of_another_is_refused(
    checkpoint: Checkpoint, palette: Palette
) -> None:
    boat = PaletteClass(id=2, name="boat", color="#112233")
    with pytest.raises(SegStudioError, match="other classes"):
        check_classes(checkpoint, palette.without(2).with_class(boat))
    swapped = palette.without(1).renamed(2, "sky").with_class(boat.model_copy(update={"id": 1}))
    with pytest.raises(SegStudioError, match="other classes"):
        check_classes(checkpoint, swapped)


@pytest.mark.parametrize(
    ("key", "value"), [("epoch", '"many"'), ("config", "[1]"), ("model", "[1]"), ("scores", "3")]
)
def test_garbled_descriptions_are_told_in_words(
    checkpoint: Checkpoint, tmp_path: Path, key: str, value: str
) -> None:
    path = tmp_path / "m.safetensors"
    replace(checkpoint, weights={"a": torch.zeros(2)}).save(path)
    with safe_open(path, "pt") as file:
        about = {**file.metadata(), key: value}
    save_file({"a": torch.zeros(2)}, path, metadata=about)
    with pytest.raises(SegStudioError, match="is not a model"):
        Checkpoint.load(path)


def test_other_classes_are_refused_other_colours_and_names_are_not(
    checkpoint: Checkpoint, palette: Palette
) -> None:
    check_classes(checkpoint, palette.recolored(1, "#123456").renamed(1, "heaven"))
    with pytest.raises(SegStudioError, match="other classes"):
        check_classes(checkpoint, palette.merged(2, 1))
