"""Putting a training together: model, weights, photos, loss, in the order that fails earliest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.core.palette import Palette
from segstudio.learning.bank.build import BankPlan, build_bank
from segstudio.learning.bank.checking import StoredPhotos
from segstudio.learning.bank.store import FEATURES
from segstudio.learning.checkpoint import Checkpoint, build_model, same_classes, versions
from segstudio.learning.class_weights import class_weights
from segstudio.learning.config import TrainConfig
from segstudio.learning.dataset import Crops, TrainingCrops, count_pixels, readable
from segstudio.learning.device import Device
from segstudio.learning.evaluation import Checker, WholePhotos
from segstudio.learning.inference import Forward
from segstudio.learning.learner import Learner
from segstudio.learning.loop import Training
from segstudio.learning.losses.combining import build_loss
from segstudio.learning.losses.cross_entropy import Loss
from segstudio.learning.models import model_named
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.precision import one_step, settled
from segstudio.learning.recorders import RunFolder
from segstudio.learning.samples import Sample, WorkingCopies
from segstudio.learning.transforms import Preprocessing
from segstudio.learning.weights import load_initial_weights, read_state, take_weights


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train, on which photos and where.

    `start_from` is the model file of another run, `kept` what a run that goes on kept of its
    model, `begun_with` the photos that it began with, of which some may be lost for now. `purpose`
    is kept with a run that is one of several, such as a fold.
    """

    config: TrainConfig
    palette: Palette
    train: tuple[Sample, ...]
    val: tuple[Sample, ...]
    cache: Path
    device: Device
    start_from: Path | None = None
    kept: Mapping[str, Any] | None = None
    begun_with: Mapping[str, Sequence[str]] | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that learns and checks, before there is a run; `config` is what is really used."""

    config: TrainConfig
    learner: Learner
    crops: Crops
    val: tuple[Sample, ...]
    checker: Checker


def set_up(plan: Plan, run_folder: Callable[[], Path], report: Reporter) -> Training:
    """Prepare all that `fit` needs, and only then make the run's folder.

    Raises as `prepare` does.
    """
    ready = prepare(plan, report)
    folder = RunFolder(run_folder())
    about = _about(plan, folder, ready.crops.samples, ready.val)
    folder.write_config(ready.config, about)
    return Training(
        config=ready.config,
        learner=ready.learner,
        crops=ready.crops,
        val=ready.val,
        checker=ready.checker,
        folder=folder,
        device=plan.device.sentence,
        about=about,
    )


def prepare(plan: Plan, report: Reporter) -> Prepared:
    """Check photos, get weights, and build what learns and what checks.

    Raises SegStudioError where there is nothing to learn from or the weights cannot be had,
    Interrupted when asked to stop.
    """
    preprocessing = Preprocessing(working_size=plan.config.working_size)
    copies = WorkingCopies(plan.cache / "photos")
    model = _model(plan, report)
    train = readable(plan.train, copies, preprocessing, report)
    val = readable(plan.val, copies, preprocessing, report)
    if not train:
        raise SegStudioError(
            "None of the training photos can be read.",
            meaning="They were moved or are damaged; each is listed above.",
            remedy="Put them back, or import the annotations again with --photos.",
        )
    pixels = count_pixels(train, copies, preprocessing, plan.palette)
    _tell_empty_classes(plan.palette, pixels, report)
    device = plan.device.torch
    step = one_step(model, plan.config, device)
    config = settled(plan.config, device, step, report, plan.cache / "precision.json")
    loss = _loss(config, pixels)
    photos = WholePhotos(copies, preprocessing, Forward(device, report))
    folder = plan.cache / FEATURES
    wanted = BankPlan(config, plan.palette, train, val, photos, folder, plan.kept or {})
    crops: Crops
    looks: Callable[[SegmentationModel, Sample], torch.Tensor] = photos
    if banked := build_bank(wanted, model, report):
        crops, model = banked
        looks = StoredPhotos(crops, photos)
    else:
        crops = TrainingCrops(train, copies, preprocessing, plan.palette, config)
    config = config.model_copy(update={"feature_bank": "on" if banked else "off"})
    learner = Learner(
        model, config, loss, steps=crops.steps_per_epoch * config.epochs, device=device
    )
    checker = Checker(copies, preprocessing, plan.palette, loss, looks)
    return Prepared(config, learner, crops, val, checker)


def _model(plan: Plan, report: Reporter) -> SegmentationModel:
    """Build the model with its initial weights."""
    torch.manual_seed(plan.config.seed)
    model = build_model(plan.config, len(plan.palette.trained))
    entry = model_named(plan.config.model)
    add_auxiliary(model, plan.config, len(plan.palette.trained), report)
    if plan.start_from:
        _take_from_run(model, plan, plan.start_from, report)
    elif plan.kept is not None:
        model.load_weights(plan.kept.get("whole", plan.kept))
    else:
        load_initial_weights(model, entry, plan.config.weights, report)
    if plan.kept is None and plan.config.train_layers != "last_layer":
        model.forget_unseen(plan.config.crop_size)
    if plan.config.from_scratch and plan.config.train_layers != "all":
        report(
            Message(
                f"Only {plan.config.train_layers} learns on a backbone of random weights: expect "
                "a poor model. Use train_layers=all, or give it weights."
            )
        )
    return model


def add_auxiliary(
    model: SegmentationModel, config: TrainConfig, classes: int, report: Reporter
) -> None:
    """Add the auxiliary head where it can teach anything, and say so where it cannot."""
    if config.auxiliary_acts:
        model.use_auxiliary(classes, config.auxiliary_loss)
    elif config.auxiliary_loss:
        place = model_named(config.model).auxiliary
        report(
            Message(
                f"auxiliary_loss is left out: it teaches the backbone up to {place}, which does "
                f"not learn with train_layers={config.train_layers}."
            )
        )


def _take_from_run(model: SegmentationModel, plan: Plan, path: Path, report: Reporter) -> None:
    """Start from another run's best model; for other classes the last layer starts fresh."""
    checkpoint = Checkpoint.load(path)
    if checkpoint.config.model != plan.config.model:
        raise SegStudioError(
            f"The run {checkpoint.run} trained {checkpoint.config.model}, not {plan.config.model}.",
            meaning="Weights only fit the model that they were learned by.",
            remedy=f"Set model={checkpoint.config.model}, or start from another run.",
        )
    state = read_state(path)
    if not same_classes(checkpoint.palette, plan.palette):
        report(Message(f"The run {checkpoint.run} had other classes: the last layer is new."))
        state = {k: v for k, v in state.items() if not k.startswith(model.last_layer_prefixes)}
    take_weights(model, state, model_named(plan.config.model), path, report)


def _loss(config: TrainConfig, pixels: npt.NDArray[np.int64]) -> Loss:
    """Build the configured loss with its class weights."""
    weights = class_weights(config.class_weights, pixels)
    tensor = None if weights is None else torch.from_numpy(weights)
    return build_loss(config, tensor)


def _tell_empty_classes(palette: Palette, pixels: npt.NDArray[np.int64], report: Reporter) -> None:
    """Name the classes that the training photos do not show."""
    if not pixels.any():
        raise SegStudioError(
            "The label images of the training photos show no class at all.",
            meaning="All their pixels are ignored, so there is nothing to learn.",
            remedy="Check the palette: which classes are mapped to ignore?",
        )
    for entry, count in zip(palette.trained, pixels, strict=True):
        if not count and entry.id != palette.background:
            report(
                Message(
                    f'No training photo shows "{entry.name}", so it cannot be learned. Outline '
                    "it somewhere, merge it, or split the photos anew."
                )
            )


def _about(
    plan: Plan, folder: RunFolder, train: tuple[Sample, ...], val: tuple[Sample, ...]
) -> dict[str, Any]:
    """Return what config.json holds beside the settings."""
    return {
        "run": folder.path.name,
        "purpose": plan.purpose,
        "device": plan.device.torch.type,
        "device_reason": plan.device.sentence,
        "versions": versions(),
        "palette": plan.palette.as_json(),
        "photos": plan.begun_with
        or {
            "train": [sample.name for sample in train],
            "val": [sample.name for sample in val],
        },
    }
