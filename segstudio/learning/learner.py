"""One optimiser step at a time, with a batch that shrinks where memory does not suffice."""

from __future__ import annotations

import math
from typing import Any

import torch

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Message, Reporter
from segstudio.learning.config import TrainConfig
from segstudio.learning.config.model import TRAIN_LAYERS
from segstudio.learning.dataset import Batch
from segstudio.learning.device import free_memory, out_of_memory
from segstudio.learning.losses.cross_entropy import Loss
from segstudio.learning.models.base import SegmentationModel
from segstudio.learning.optimizers import make_optimizer, make_schedule
from segstudio.learning.precision import Precision

_SMALLEST_CROP = 64


class NotANumber(Exception):
    """The loss is no number any more."""


class Learner:
    """A model with its optimiser and schedule; `config` says the batch and crop really used."""

    def __init__(
        self,
        model: SegmentationModel,
        config: TrainConfig,
        loss: Loss,
        *,
        steps: int,
        device: torch.device,
    ) -> None:
        self.config = config
        # Channels last made every step that was timed on a CPU quicker.
        self.model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.model.train_only(config.layers_in(1))
        self._loss = loss
        self._device = device
        self._optimizer = make_optimizer(self.model.groups(config.train_layers), config)
        self._schedule = make_schedule(self._optimizer, config, steps)
        self._precision = Precision(config.precision, device)
        self._scaler = self._precision.scaler()

    @property
    def lr(self) -> float:
        """The learning rate of the coming step."""
        return float(self._optimizer.param_groups[0]["lr"])

    def set_rate(self, rate: float) -> None:
        """Take the coming step at another learning rate than the schedule's."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["initial_lr"] / self.config.lr

    def begin_epoch(self, epoch: int, report: Reporter) -> None:
        """Switch to training, and let learn what is to learn in this epoch, counted from 1."""
        layers = self.config.layers_in(epoch)
        if epoch == self.config.unfreeze_after + 1 > 1:
            words = TRAIN_LAYERS[layers].lower()
            report(Message(f"The head has learned alone; what learns from now on: {words}."))
        self.model.train_only(layers)
        self.model.train()

    def step(self, batch: Batch, report: Reporter) -> float:
        """Learn from the crops of one step and return their mean loss.

        Raises NotANumber, leaving the weights as they were, where the loss is none.
        """
        loss = self._gradients(batch)
        while loss is None:
            self._shrink(report)
            loss = self._gradients(batch)
        if not math.isfinite(loss):
            raise NotANumber
        self._clip()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._schedule.step()
        return loss

    @property
    def sound(self) -> bool:
        """Whether every weight is a number; a finite loss may still have had gradients of none."""
        return all(bool(tensor.isfinite().all()) for tensor in self.model.weights().values())

    def state(self) -> dict[str, Any]:
        """Return all that has to be kept to go on exactly here."""
        return {
            "model": self.model.state(),
            "auxiliary": self.model.auxiliary_weights(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": {"last_epoch": self._schedule.last_epoch},
            "scaler": self._scaler.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a kept state."""
        self.model.load_state(state["model"])
        self.model.load_auxiliary(state["auxiliary"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.last_epoch = state["schedule"]["last_epoch"]
        self._scaler.load_state_dict(state["scaler"])

    def _clip(self) -> None:
        """Shorten a gradient that is too long (Pascanu and others, ICML 2013)."""
        if self.config.clip_norm:
            self._scaler.unscale_(self._optimizer)
            weights = [p for group in self._optimizer.param_groups for p in group["params"]]
            torch.nn.utils.clip_grad_norm_(weights, self.config.clip_norm)

    def _gradients(self, batch: Batch) -> float | None:
        """Gather the gradients of a step in parts of batch_size crops; None: out of memory."""
        self._optimizer.zero_grad(set_to_none=True)
        total = 0.0
        try:
            for start in range(0, len(batch), self.config.batch_size):
                part = batch.part(start, self.config.batch_size, self.config.crop_size)
                inputs = part.inputs.to(self._device, memory_format=torch.channels_last)
                with self._precision.autocast():
                    logits = self.model(inputs)
                # Every crop weighs alike, whatever the number of parts, also in a last short one.
                share = len(part) / len(batch)
                truth = part.truth.to(self._device)
                loss = self._loss(logits.float(), truth) * share
                whole = loss + self._auxiliary_loss(truth) * share
                self._scaler.scale(whole).backward()  # type: ignore[no-untyped-call]
                total += loss.item()
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            return None
        return total

    def _auxiliary_loss(self, truth: torch.Tensor) -> torch.Tensor | float:
        """Return what the auxiliary head adds to learn from, no part of the loss that is told."""
        auxiliary = self.model.auxiliary
        return 0.0 if auxiliary is None else auxiliary.loss(truth, self._loss)

    def _shrink(self, report: Reporter) -> None:
        """Halve the batch, or the crop once the batch is one, and say so."""
        free_memory(self._device)
        batch, crop = self.config.batch_size, self.config.crop_size
        if batch > 1:
            # A divisor, so that a step has as many crops as before, also once the run is resumed.
            half = next(size for size in range(batch // 2, 0, -1) if batch % size == 0)
            parts = batch // half * self.config.accumulate
            update = {"batch_size": half, "accumulate": parts}
            cut = "halved" if 2 * half == batch else "cut"
            told = f"the batch was {cut} to {half}, and {parts} batches make a step"
        elif crop >= 2 * _SMALLEST_CROP:
            update = {"crop_size": crop // 2}
            told = f"the crop was halved to {crop // 2} px"
        else:
            raise SegStudioError(
                "There is not enough memory to train, even with one small crop at a time.",
                meaning="Other programs may be using the memory of this device.",
                remedy="Close them, choose a smaller model, or train with the device cpu.",
            )
        self.config = self.config.model_copy(update=update)
        report(Message(f"Memory did not suffice: {told}. The training goes on."))
