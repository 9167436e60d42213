"""What a network knows at the start: published weights, a file of the user's, or nothing."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from segstudio.core.errors import WeightsError
from segstudio.core.events import Message, Reporter
from segstudio.learning.download import fetch
from segstudio.learning.models import ModelEntry
from segstudio.learning.models.base import SegmentationModel, State

# How keys begin that hold no part of a network, of a head, of a backbone; and what follows a
# backbone where it classified whole photos.
_WRAPPINGS = ("module.", "model.", "module.")
_HEADS = ("classifier.", "aux_classifier.", "decoder.", "segmentation_head.")
_BACKBONES = ("backbone.", "encoder.", "features.", "model.")
_CLASSIFIERS = ("fc.", "head.")


def load_initial_weights(
    model: SegmentationModel, entry: ModelEntry, source: str, report: Reporter
) -> None:
    """Give the model the weights that `source` names: pretrained, none or a file.

    Raises WeightsError where they cannot be had or do not fit, Interrupted when asked to stop.
    """
    if source == "none":
        return
    path = fetch(entry.weights, report) if source == "pretrained" else Path(source).expanduser()
    take_weights(model, read_state(path), entry, path, report)


def read_state(path: Path) -> State:
    """Read a state dict, .safetensors or torch's own format without running code from it."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        first = next(iter(reason.splitlines()), "it is empty")
        raise WeightsError(
            f"The weights {path} cannot be read: {first}.",
            meaning="It is missing, cut off, or holds more than plain tensors.",
            remedy="Choose a PyTorch state dict (.pth) or a .safetensors file.",
        ) from error
    for wrapping in ("model", "state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(wrapping), dict):
            loaded = loaded[wrapping]
    state = {k: v for k, v in loaded.items() if torch.is_tensor(v)} if _is_dict(loaded) else {}
    if not state:
        raise WeightsError(
            f"The weights {path} hold no tensors by name.",
            meaning="It is some other file of PyTorch's.",
            remedy="Choose a file that holds a state dict.",
        )
    return state


def take_weights(
    model: SegmentationModel, state: State, entry: ModelEntry, path: Path, report: Reporter
) -> None:
    """Copy what fits into the model and say how much that was.

    The whole backbone has to fit; of the head, what has other sizes (another number of classes)
    stays fresh. Raises WeightsError where the backbone does not fit.
    """
    own = model.weights()
    given = _own_keys(state, model)
    fitting = {
        key: tensor.to(own[key].dtype)
        for key, tensor in given.items()
        if key in own and tensor.shape == own[key].shape
    }
    _check_backbone(model, given, fitting, entry, path)
    model.load_weights({**own, **fitting})
    model.load_auxiliary(
        {k.removeprefix("aux_classifier."): t for k, t in given.items() if k.startswith("aux_")}
    )
    fresh = [key for key in own if key not in fitting]
    head = any(not key.startswith(model.keys.prefix) for key in fitting)
    what = "what answers with your classes" if head else "the head, which was not in it,"
    left = f"; {what} starts fresh" if fresh else ""
    report(Message(f"{path.name} fits: {len(fitting)} of {len(own)} tensors were taken{left}."))


def _is_dict(value: object) -> bool:
    """Say whether the file held names and values."""
    return isinstance(value, Mapping)


def _own_keys(state: State, model: SegmentationModel) -> State:
    """Bring keys to the model's own: torchvision's, those of smp or timm, with or without a part.

    What a backbone classified photos with is left out.
    """
    own, kept, backbone = model.weights(), State(), State()
    for key, tensor in state.items():
        bare = _without(key, _WRAPPINGS)
        if bare in own or bare.startswith(_HEADS):
            kept[bare] = tensor
        else:
            backbone[_without(bare, _BACKBONES)] = tensor
    named = {
        model.keys.prefix + key: tensor
        for key, tensor in model.keys.rename(backbone).items()
        if not key.startswith(_CLASSIFIERS)
    }
    return {**kept, **named}


def _without(key: str, beginnings: tuple[str, ...]) -> str:
    """Take every one of the beginnings off a key, in their order, where it is there."""
    for beginning in beginnings:
        key = key.removeprefix(beginning)
    return key


def _check_backbone(
    model: SegmentationModel, given: State, fitting: State, entry: ModelEntry, path: Path
) -> None:
    """Refuse a file whose backbone is another one, even where parts of it would fit."""
    own, prefix = model.weights(), model.keys.prefix
    wanted = [key for key in own if key.startswith(prefix) and "num_batches" not in key]
    missing = [key for key in wanted if key not in fitting]
    foreign = [key for key in given if key.startswith(prefix) and key not in own]
    if not missing and not foreign:
        return
    first = (missing or foreign)[0]
    expected = _shape(own, first)
    found = _shape(given, first)
    raise WeightsError(
        f"The weights {path} do not fit {entry.title}: {len(wanted) - len(missing)} of "
        f"{len(wanted)} tensors of its backbone fit.",
        meaning=f"Of {first} the model expects {expected}; the file has {found}.",
        remedy="Choose the model that the file belongs to, another file, or "
        "train from scratch (weights=none).",
    )


def _shape(state: State, key: str) -> str:
    """Return the size of a tensor in words."""
    return " x ".join(map(str, state[key].shape)) if key in state else "nothing of that name"
