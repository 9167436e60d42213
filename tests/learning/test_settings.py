"""Settings: declared once, checked all at once, and told with the nearest right word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.learning.config import TrainConfig
from segstudio.learning.presets import PRESETS, preset_named
from segstudio.learning.settings import config_from_json, parse_settings


@pytest.mark.parametrize("name", TrainConfig.model_fields)
def test_every_setting_explains_itself(name: str) -> None:
    field = TrainConfig.model_fields[name]
    about = field.json_schema_extra
    assert isinstance(about, dict)
    assert about["label"]
    assert field.description
    assert field.description.endswith(".")
    assert about.keys() == {"label", "unit", "advanced", "choices", "typed", "zero"}


def test_every_setting_stands_in_one_group_that_has_a_title() -> None:
    groups = TrainConfig.groups()
    names = [name for _, group in groups for name in group]
    assert sorted(names) == sorted(TrainConfig.model_fields)
    titles = [title for title, _ in groups]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_basic_settings_come_first_in_their_group() -> None:
    fields = TrainConfig.model_fields
    for _, names in TrainConfig.groups():
        advanced = [fields[name].json_schema_extra["advanced"] for name in names]
        assert advanced == sorted(advanced)


@pytest.mark.parametrize(
    ("name", "idle", "acts"),
    [
        ("unfreeze_after", {"train_layers": "head"}, {"train_layers": "layer4"}),
        ("focal_gamma", {"loss": "dice"}, {"loss": "0.5*focal+dice"}),
        ("tversky_alpha", {"loss": "focal"}, {"loss": "tversky"}),
        ("tversky_beta", {"loss": "log_dice"}, {"loss": "dice+tversky"}),
        ("warmup", {"schedule": "one_cycle"}, {"schedule": "poly"}),
        ("nesterov", {"optimizer": "adam"}, {"optimizer": "sgd_groups"}),
        ("nesterov", {"optimizer": "sgd", "momentum": 0}, {"optimizer": "sgd"}),
        ("min_delta", {"patience": 0}, {"patience": 3}),
        ("backbone_lr", {"train_layers": "last_layer"}, {"train_layers": "all"}),
    ],
)
def test_a_setting_that_does_not_act_says_when_it_would(
    name: str, idle: dict[str, object], acts: dict[str, object]
) -> None:
    assert TrainConfig.model_validate(idle).idle()[name].startswith("It acts only ")
    assert name not in TrainConfig.model_validate(acts).idle()


@pytest.mark.parametrize("name", TrainConfig.model_fields)
def test_every_choice_offered_is_accepted(name: str) -> None:
    about = TrainConfig.model_fields[name].json_schema_extra
    assert isinstance(about, dict)
    for choice in about["choices"]:
        assert getattr(parse_settings("quick", None, [f"{name}={choice}"]), name) == choice


def test_from_scratch_everything_learns_unless_asked_otherwise() -> None:
    assert parse_settings().train_layers == "head"
    assert parse_settings(assignments=["weights=none"]).train_layers == "all"
    both = parse_settings(assignments=["weights=none", "train_layers=layer4"])
    assert both.train_layers == "layer4"


def test_assignments_overrule_the_file_and_the_file_the_preset(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("epochs = 33\nlr = 0.01\nclass_weights = [1, 2.5]\n")
    config = parse_settings("quick", tmp_path / "my.toml", ["lr=0.5", " seed = 9 "])
    assert (config.epochs, config.lr, config.seed) == (33, 0.5, 9)
    assert config.class_weights == (1, 2.5)
    assert config.crop_size == preset_named("quick").config.crop_size


def test_the_beginning_of_a_name_is_enough_to_be_understood() -> None:
    with pytest.raises(UsageError) as told:
        parse_settings("normal", None, ["model=unet"])
    assert told.value.what.endswith('did you mean "unet_resnet34"?')


def test_all_that_is_wrong_is_told_at_once_with_the_nearest_right_word() -> None:
    wrong = ["epoch=3", "model=deeplab_resnet50", "lr=fast", "loss=crossentropy", "batch_size=0"]
    with pytest.raises(UsageError) as told:
        parse_settings("normal", None, [*wrong, "class_weights=invers", "weights=pretraned"])
    for part in (
        'no setting "epoch". Did you mean "epochs"?',
        'did you mean "deeplabv3_resnet50"?',
        "lr: ",
        "not fast",
        'did you mean "cross_entropy"?',
        "batch_size: ",
        'did you mean "inverse"?',
        'did you mean "pretrained"?',
    ):
        assert part in told.value.what
    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    "wrong",
    [
        "epochs",
        "scale_min=3",
        "lr=nan",
        "class_weights=1,-2",
        "class_weights=[1,nan]",
        "class_weights=0,0",
    ],
)
def test_senseless_settings_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        parse_settings("normal", None, [wrong])


@pytest.mark.parametrize("content", [None, "epochs = ", b"\xff\xfe"])
def test_unreadable_file_is_wrong_usage(tmp_path: Path, content: str | bytes | None) -> None:
    path = tmp_path / "x.toml"
    if isinstance(content, str):
        path.write_text(content)
    elif content:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.toml") as told:
        parse_settings("normal", path)
    assert "Errno" not in str(told.value)


def test_presets_are_sound_and_grow() -> None:
    assert [preset.name for preset in PRESETS] == ["quick", "normal", "thorough"]
    for kind in ("pretrained", "none"):
        configs = [preset.config_for(kind) for preset in PRESETS]
        effort = [c.epochs * c.crops_per_photo * c.crop_size**2 for c in configs]
        assert effort == sorted(set(effort))
        assert all(config.weights == kind for config in configs)
    with pytest.raises(UsageError, match='"quick"'):
        preset_named("qick")


def test_saved_settings_come_back_the_same() -> None:
    config = parse_settings("thorough", None, ["weights=none", "class_weights=1,2"])
    assert config_from_json(config.model_dump(mode="json"), "x") == config
    with pytest.raises(SegStudioError, match="cannot be used"):
        config_from_json({"warp": 9}, "x")


def test_settings_models_and_losses_are_listed_without_torch() -> None:
    modules = "settings, presets, models, losses, metrics, registry"
    code = (
        f"import sys\nfrom segstudio.learning import {modules}\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("weights", ['["a", 1]', "[[1], 2]", "[1, -2]"])
def test_a_file_with_weights_that_are_no_numbers_is_told(tmp_path: Path, weights: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(f"class_weights = {weights}\n")
    with pytest.raises(UsageError, match="class_weights: the weights must be numbers of 0 or more"):
        parse_settings("normal", path)
