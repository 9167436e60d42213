"""Putting a bank together for a training, or saying why it goes without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from segstudio.core.events import Message, Progress, Reporter
from segstudio.core.palette import Palette
from segstudio.learning.bank import sizing
from segstudio.learning.bank.bank import FeatureBank
from segstudio.learning.bank.basis import settle
from segstudio.learning.bank.extractor import Extractor
from segstudio.learning.bank.head import HeadModel
from segstudio.learning.bank.pictures import Pictures
from segstudio.learning.bank.projection import Projection
from segstudio.learning.bank.refusal import cannot_go_on, cannot_store
from segstudio.learning.bank.store import FeatureStore, free_bytes, key_of, stored_bytes
from segstudio.learning.config import TrainConfig
from segstudio.learning.evaluation import WholePhotos
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.precision import Precision
from segstudio.learning.samples import Sample, seen_whole

_NO_MAP = "this network has no one map between what is frozen and what learns"


@dataclass(frozen=True, slots=True, eq=False)
class BankPlan:
    """What a bank is made of; `folder` is its cache, `kept` the state of a run to go on with."""

    config: TrainConfig
    palette: Palette
    train: Sequence[Sample]
    val: Sequence[Sample]
    photos: WholePhotos
    folder: Path
    kept: Mapping[str, Any]

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return self.photos.forward.device

    @property
    def whole(self) -> Sequence[Sample]:
        """The photos of which the run stores the whole map."""
        return seen_whole(self.train, self.val)


def build_bank(
    plan: BankPlan, model: SegmentationModel, report: Reporter
) -> tuple[FeatureBank, HeadModel] | None:
    """Return the bank and the head that learns from it; None, told in words, for the plain loop.

    Raises UsageError where feature_bank=on cannot be done, SegStudioError where a run that learned
    from stored features cannot go on from them.
    """
    config = plan.config
    cut = model.cut(config.train_layers)
    reason = _reason_against(plan)
    if reason or cut is None:
        if config.feature_bank == "on":
            if reason and plan.kept:
                short = _needed(plan) + sizing.SPARE_BYTES - _free(plan)
                raise cannot_go_on(reason, short, plan.folder.parent)
            raise cannot_store(reason or _NO_MAP)
        if config.feature_bank != "off" and config.train_layers in ("head", "last_layer"):
            report(Message(f"Features are computed anew in every step: {reason or _NO_MAP}."))
        return None
    model.to(plan.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    model.eval()
    pictures = Pictures(
        plan.photos.copies,
        plan.photos.preprocessing,
        config,
        Extractor(cut, Precision(config.precision, plan.device)),
        sizing.map_shape(config),
    )
    projection = _projection(plan, pictures, bool(cut.readers), report)
    store = FeatureStore(plan.folder, report)
    bank = FeatureBank(plan.train, pictures, plan.palette, projection, store)
    most = min(config.bank_limit * sizing.GB, _free(plan) - sizing.SPARE_BYTES)
    store.make_room(int(most) - _needed(plan), bank.keys(plan.whole))
    _tell(plan, report)
    return bank, HeadModel(model, cut, projection, pictures.shape.stride)


def _reason_against(plan: BankPlan) -> str | None:
    """Return why the bank cannot be used, None where it can."""
    reason = sizing.why_not(plan.config)
    return reason or sizing.too_large(plan.config, _needed(plan), _free(plan))


def _free(plan: BankPlan) -> int:
    """Return the bytes that stored maps may take, with those that they take already."""
    return free_bytes(plan.folder.parent) + stored_bytes(plan.folder)


def _needed(plan: BankPlan) -> int:
    """Return the bytes that all maps of this training take."""
    sizes = [[_size(plan, sample) for sample in part] for part in (plan.train, plan.whole)]
    return sizing.needed_bytes(plan.config, *sizes)


def _size(plan: BankPlan, sample: Sample) -> sizing.Size:
    height, width = plan.photos.copies.photo(sample, plan.photos.preprocessing).shape[:2]
    return width, height


def _projection(
    plan: BankPlan, pictures: Pictures, possible: bool, report: Reporter
) -> Projection | None:
    """Return the projection of a kept run, or settle on one; None where all channels are stored."""
    if "basis" in plan.kept:
        return Projection(plan.kept["basis"], 1.0)
    shape = pictures.shape
    entry = sizing.whole_shape(plan.config)
    if not possible or shape.channels == entry.channels:
        return None
    report(Progress("Looking at the photos", 0, 0))
    by_name = {sample.name: sample for sample in plan.train}
    path = plan.folder / f"basis-{key_of(frozen=pictures.extractor.key, rank=shape.channels)}.npz"
    photos = {pictures.content(sample): sample.name for sample in plan.train}
    return settle(path, shape.channels, photos, lambda name: pictures.first(by_name[name]))


def _tell(plan: BankPlan, report: Reporter) -> None:
    """Say what is stored and how much disk that takes."""
    report(
        Message(
            "The backbone does not learn, so what it says of "
            f"{plan.config.bank_views} variations of every photo is stored and used "
            f"again: about {_needed(plan) / 1e6:,.0f} MB of "
            f"{plan.config.bank_limit:g} GB in {plan.folder}."
        )
    )
