"""Weights from files, from a server, or a clear word why not; never by surprise."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import resnet34

from segstudio.core.errors import SegStudioError, WeightsError
from segstudio.core.events import Event, Message, Progress
from segstudio.learning.checkpoint import build_model
from segstudio.learning.config import TrainConfig
from segstudio.learning.download import MIRROR_VARIABLE, Interrupted, cached_file, fetch
from segstudio.learning.models import MODELS, PublishedWeights, model_named
from segstudio.learning.models.base import SegmentationModel, State
from segstudio.learning.weights import load_initial_weights

SMALL = "deeplabv3_mobilenet_v3_large"
CAMVID = "weights/deeplabv3_mobilenet_v3_large_camvid.pth"


class Listener:
    def __init__(self, stop: bool = False) -> None:
        self.events: list[Event] = []
        self.stop_requested = stop

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def said(self) -> str:
        return " ".join(event.text for event in self.events if isinstance(event, Message))


def model(classes: int = 5, seed: int = 1) -> SegmentationModel:
    torch.manual_seed(seed)
    return build_model(TrainConfig(), classes)


def load(target: SegmentationModel, source: Path | str) -> str:
    """Load weights and return what was said about it."""
    report = Listener()
    load_initial_weights(target, model_named(SMALL), str(source), report)
    return report.said()


def same(one: dict[str, Any], other: dict[str, Any], part: str) -> bool:
    return all(torch.equal(one[key], other[key]) for key in one if key.startswith(part))


def test_real_half_precision_file_gives_backbone_and_inner_head(shared_data: Path) -> None:
    target = model()
    said = load(target, shared_data / CAMVID)
    given = torch.load(shared_data / CAMVID, weights_only=True)
    ours = target.weights()
    backbone = [key for key in ours if key.startswith("backbone.")]
    assert all(torch.equal(ours[key], given[key].to(ours[key].dtype)) for key in backbone)
    assert ours["backbone.0.0.weight"].dtype == torch.float32
    assert f"{len(ours) - 2} of {len(ours)} tensors" in said
    assert "starts fresh" in said


@pytest.mark.parametrize("form", ["whole", "module", "backbone", "features", "nested", "safe"])
def test_every_usual_form_of_file_is_understood(tmp_path: Path, form: str) -> None:
    source, target = model(seed=1), model(seed=2)
    state = {key: tensor.contiguous() for key, tensor in source.weights().items()}
    bare = {k.removeprefix("backbone."): v for k, v in state.items() if k.startswith("backbone.")}
    path = tmp_path / ("weights.safetensors" if form == "safe" else "weights.pth")
    forms: dict[str, Any] = {
        "whole": state,
        "module": {f"module.{key}": tensor for key, tensor in state.items()},
        "backbone": bare,
        "features": {f"features.{k}": v for k, v in bare.items()},
        "nested": {"model": state, "epoch": 3},
    }
    if form == "safe":
        save_file(state, path)
    else:
        torch.save(forms[form], path)
    load(target, path)
    assert same(source.weights(), target.weights(), "backbone.")
    whole = form not in ("backbone", "features")
    assert same(source.weights(), target.weights(), "classifier.") == whole


@pytest.mark.parametrize("damage", ["other", "missing", "extra"])
def test_backbone_that_does_not_fit_is_refused(tmp_path: Path, damage: str) -> None:
    state = dict(model().weights())
    if damage == "other":
        state["backbone.0.0.weight"] = torch.zeros(8, 3, 3, 3)
    elif damage == "missing":
        del state["backbone.0.0.weight"]
    else:
        state["backbone.17.0.weight"] = torch.zeros(1)
    torch.save(state, tmp_path / "x.pth")
    target = model(seed=3)
    before = {key: value.clone() for key, value in target.weights().items()}
    with pytest.raises(SegStudioError, match="do not fit DeepLabV3, MobileNetV3-Large") as told:
        load(target, tmp_path / "x.pth")
    assert "backbone." in told.value.meaning
    assert same(before, target.weights(), "")


@pytest.mark.parametrize("content", [None, b"", b"no weights", b"PK\x03\x04 cut off"])
def test_file_that_is_none_is_told_in_words(tmp_path: Path, content: bytes | None) -> None:
    for name in ("x.pth", "x.safetensors"):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SegStudioError, match="cannot be read"):
            load(model(), tmp_path / name)


def test_file_with_code_in_it_is_refused(tmp_path: Path) -> None:
    torch.save({"run": print}, tmp_path / "code.pth")
    with pytest.raises(SegStudioError, match="cannot be read"):
        load(model(), tmp_path / "code.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(SegStudioError, match="hold no tensors"):
        load(model(), tmp_path / "list.pth")


@pytest.mark.usefixtures("no_network")
def test_no_weights_ask_for_nothing() -> None:
    assert load(model(), "none") == ""


# Downloading, from a server on this machine

CONTENT = b"made-up weights " * 40_000
NAME = "made_up-12345678.pth"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serve CONTENT under NAME on the loopback device."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def published(url: str, sha256: str = hashlib.sha256(CONTENT).hexdigest()[:8]) -> PublishedWeights:
    return PublishedWeights(url, sha256, 1)


def test_download_is_kept_in_torchs_cache_with_progress(cache: Path, server: str) -> None:
    wanted, report = published(f"{server}/{NAME}"), Listener()
    path = fetch(wanted, report)
    assert path == cached_file(wanted) == cache / NAME
    assert path.read_bytes() == CONTENT
    steps = [event for event in report.events if isinstance(event, Progress)]
    assert len(steps) > 1
    assert (steps[-1].done, steps[-1].total) == (len(CONTENT), len(CONTENT))


def test_cached_file_needs_no_server_and_a_damaged_one_is_replaced(
    cache: Path, server: str
) -> None:
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(CONTENT)
    assert fetch(published(f"http://127.0.0.1:9/{NAME}"), Listener()).read_bytes() == CONTENT
    (cache / NAME).write_bytes(CONTENT[:-5])
    report = Listener()
    assert fetch(published(f"{server}/{NAME}"), report).read_bytes() == CONTENT
    assert "damaged" in report.said()


def test_mirror_is_asked_instead(cache: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, f"{server}/")
    assert fetch(published(f"https://example.invalid/{NAME}"), Listener()).is_file()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda server: published(f"{server}/gone.pth"), "404"),
        (lambda server: published(f"{server}/{NAME}", "00000000"), "wrong checksum"),
        (lambda server: published(f"http://127.0.0.1:9/{NAME}"), "refused"),
    ],
)
def test_failed_download_keeps_nothing_and_says_what_to_do(
    cache: Path, server: str, make: Callable[[str], PublishedWeights], reason: str
) -> None:
    with pytest.raises(WeightsError, match=reason) as told:
        fetch(make(server), Listener())
    assert server.rpartition(":")[0] in told.value.what
    assert all(way in told.value.remedy for way in ("weights=FILE", "weights=none", str(cache)))
    assert not list(cache.glob("*")) + list(cache.glob(".*"))


def test_download_can_be_stopped(cache: Path, server: str) -> None:
    with pytest.raises(Interrupted):
        fetch(published(f"{server}/{NAME}"), Listener(stop=True))
    assert not list(cache.iterdir())


def test_published_addresses_are_torchvisions_own() -> None:
    from torchvision.models import get_model_weights, list_models

    for entry in MODELS:
        if not entry.weights.sha256:
            continue
        backbone = entry.name.rpartition("_")[2]
        known = entry.name in list_models()
        theirs = get_model_weights(entry.name if known else backbone).DEFAULT
        assert entry.weights.url == theirs.url
        assert entry.weights.sha256 in entry.weights.file_name
        assert entry.weights.megabytes == round(theirs.meta["_file_size"] * 2**20 / 1e6)


def test_file_without_a_published_checksum_is_left_to_the_user(cache: Path) -> None:
    wanted = model_named("segformer_pvt_v2_b0").weights
    with pytest.raises(WeightsError, match="not downloaded by SegStudio") as told:
        fetch(wanted, Listener())
    assert wanted.url in told.value.remedy
    assert str(cache) in told.value.remedy
    cache.mkdir(parents=True)
    cached_file(wanted).write_bytes(b"put here by the user")
    assert fetch(wanted, Listener()) == cached_file(wanted)


def fresh(name: str, seed: int) -> SegmentationModel:
    torch.manual_seed(seed)
    return build_model(TrainConfig(model=name), 5)


def backbone_of(model: SegmentationModel) -> State:
    prefix = model.keys.prefix
    state = model.weights()
    return {key.removeprefix(prefix): t for key, t in state.items() if key.startswith(prefix)}


def load_into(name: str, state: State, path: Path) -> tuple[SegmentationModel, str]:
    torch.save(state, path)
    target, report = fresh(name, 2), Listener()
    load_initial_weights(target, model_named(name), str(path), report)
    return target, report.said()


@pytest.mark.parametrize(
    "form", ["resnet", "segmentation", "encoder", "smp", "lightning", "parallel"]
)
def test_encoder_takes_a_torchvision_resnet_in_every_usual_form(tmp_path: Path, form: str) -> None:
    source = fresh("unet_resnet34", 1)
    bare = backbone_of(source)
    theirs = resnet34(weights=None)
    theirs.load_state_dict(bare, strict=False)
    forms: dict[str, Callable[[], State]] = {
        "resnet": theirs.state_dict,
        "segmentation": lambda: {
            **{f"backbone.{key}": tensor for key, tensor in bare.items()},
            "classifier.0.weight": torch.zeros(4, 512, 3, 3),
            "aux_classifier.0.weight": torch.zeros(4, 256, 3, 3),
        },
        "encoder": lambda: {f"encoder.{key}": tensor for key, tensor in bare.items()},
        "smp": source.weights,
        "lightning": lambda: {f"model.{key}": tensor for key, tensor in source.weights().items()},
        "parallel": lambda: {f"module.{key}": tensor for key, tensor in source.weights().items()},
    }
    target, said = load_into("unet_resnet34", forms[form](), tmp_path / "w.pth")
    assert same(source.weights(), target.weights(), "encoder.")
    whole = form in ("smp", "lightning", "parallel")
    assert same(source.weights(), target.weights(), "decoder.") == whole
    assert ("the head, which was not in it, starts fresh" in said) == (not whole)


@pytest.mark.parametrize("form", ["timm", "makers", "features"])
def test_pvt_takes_the_files_of_timm_and_of_its_makers(tmp_path: Path, form: str) -> None:
    source = fresh("segformer_pvt_v2_b0", 1)
    bare = backbone_of(source)
    timm = {re.sub(r"^stages_(\d)", r"stages.\1", key): tensor for key, tensor in bare.items()}
    timm |= {"head.weight": torch.zeros(7, 256), "head.bias": torch.zeros(7)}
    forms = {"timm": timm, "makers": _as_by_the_makers(timm), "features": bare}
    target, _ = load_into("segformer_pvt_v2_b0", forms[form], tmp_path / "w.pth")
    assert same(source.weights(), target.weights(), "encoder.")


def _as_by_the_makers(timm: State) -> State:
    """Number stages from 1, as in the files of PVT's own repository."""
    renamed = {}
    for key, tensor in timm.items():
        key = re.sub(r"^patch_embed\.", "patch_embed1.", key)
        stage = re.match(r"^stages\.(\d)\.", key)
        if stage:
            number = int(stage[1]) + 1
            key = key.removeprefix(stage[0])
            key = re.sub(r"^downsample\.", f"patch_embed{number}.", key)
            key = re.sub(r"^blocks\.", f"block{number}.", key)
            key = re.sub(r"^norm\.", f"norm{number}.", key)
            key = key.replace("dwconv.", "dwconv.dwconv.")
        renamed[key] = tensor
    return renamed


def test_another_backbone_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="do not fit U-Net, ResNet-34"):
        load_into("unet_resnet34", backbone_of(fresh("pspnet_resnet50", 1)), tmp_path / "w.pth")
