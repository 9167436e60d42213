"""The training loop: learn from an epoch's crops, keep the state, check, keep the best."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from segstudio.core.events import (
    BestSaved,
    EpochDone,
    Message,
    PreviewReady,
    Reporter,
    RunStarted,
    StepDone,
)
from segstudio.core.palette import Palette
from segstudio.core.run_history import Standing
from segstudio.learning.breaks import what_broke
from segstudio.learning.checkpoint import Checkpoint
from segstudio.learning.clock import Clock
from segstudio.learning.config import TrainConfig
from segstudio.learning.dataset import Crops
from segstudio.learning.download import Interrupted
from segstudio.learning.evaluation import Checked, Checker, Validation, summary
from segstudio.learning.learner import Learner, NotANumber
from segstudio.learning.recorders import LastState, RunFolder
from segstudio.learning.samples import WATCHED_PHOTOS, Sample, seen_whole


@dataclass(frozen=True, slots=True)
class Training:
    """Everything that a run works with; `about` goes into config.json beside the settings."""

    config: TrainConfig
    learner: Learner
    crops: Crops
    val: tuple[Sample, ...]
    checker: Checker
    folder: RunFolder
    device: str
    about: dict[str, Any]

    @property
    def palette(self) -> Palette:
        """The classes."""
        return self.checker.palette

    @property
    def class_names(self) -> tuple[str, ...]:
        """The trained classes in the order of every per-class tuple."""
        return tuple(entry.name for entry in self.palette.trained)

    @property
    def watched(self) -> tuple[Sample, ...]:
        """The photos whose overlays are shown after every epoch: unseen ones first."""
        return seen_whole(self.crops.samples, self.val)[:WATCHED_PHOTOS]


@dataclass(frozen=True, slots=True)
class FitResult:
    """How a training ended; `status` is completed, stopped, or failed for a `reason`.

    `seconds` are those of the whole run, with what came before it was continued.
    """

    status: str
    standing: Standing
    seconds: float
    samples_per_second: float
    reason: str = ""


def fit(training: Training, report: Reporter, resume: LastState | None = None) -> FitResult:
    """Train to the end, the user's stop, or the end of patience; the best is always kept.

    Where no epoch was finished that is what was learned until then, if anything was. A loss that is
    no number, a device that fails or memory that does not suffice fail the run, and keep it, too.

    Raises SegStudioError where nothing could be learned at all.
    """
    clock = Clock(training.config.epochs, training.crops.steps_per_epoch)
    standing = Standing.of(training.folder.history(), training.config.min_delta)
    pending, first = _resumed(training, resume, standing, clock)
    report(_started(training))
    if not training.val:
        report(
            Message(
                "No photo checks the training, so there is no score: the last state is "
                "kept as the best."
            )
        )
    status, reason = "completed", ""
    for epoch in range(first, training.config.epochs + 1):
        try:
            last = pending or _train_epoch(training, epoch, clock, report)
            pending = None
            validation = _validate(training, epoch, clock, report) if last else None
            if last and validation:
                standing = _finish_epoch(training, last, validation, standing, clock, report)
        except (NotANumber, RuntimeError, MemoryError) as error:
            status = "failed"
            reason = what_broke(error, epoch, standing.best_epoch, clock.crops)
            report(Message(reason))
            break
        if last is None or validation is None:
            status = "stopped"
            break
        if training.config.patience and standing.without_gain >= training.config.patience:
            report(Message(f"Stopped after {standing.without_gain} epochs without a gain."))
            break
    if standing.best_epoch is None and clock.crops:
        _save_best(training, standing, report)
    took = clock.now() - clock.started
    return FitResult(status, standing, took, clock.samples_per_second, reason)


def _resumed(
    training: Training, resume: LastState | None, standing: Standing, clock: Clock
) -> tuple[LastState | None, int]:
    """Load a kept state; return it if its epoch is yet to be checked, and the epoch to go on at."""
    if resume is None:
        return None, 1
    training.learner.load_state(resume.learner)
    history = training.folder.history()
    training.folder.keep_history(history)
    unchecked = resume.epoch > standing.epochs
    earlier = math.fsum(line.get("seconds") or 0.0 for line in history)
    earlier += resume.seconds if unchecked else 0.0
    clock.skip(standing.epochs, resume.epoch * training.crops.steps_per_epoch, earlier)
    return (resume, resume.epoch) if unchecked else (None, resume.epoch + 1)


def _started(training: Training) -> RunStarted:
    return RunStarted(
        run=training.folder.path.name,
        epochs=training.config.epochs,
        steps_per_epoch=training.crops.steps_per_epoch,
        device=training.device,
        class_names=training.class_names,
        train_photos=len(training.crops.samples),
        val_photos=len(training.val),
    )


def _train_epoch(
    training: Training, epoch: int, clock: Clock, report: Reporter
) -> LastState | None:
    """Learn from the crops of one epoch and save the state; None where the user stopped it."""
    learner = training.learner
    # Everything random of an epoch follows from its number, so that a resumed run is the same.
    seeds = np.random.SeedSequence([training.config.seed, epoch])
    torch.manual_seed(int(seeds.generate_state(1)[0]))
    learner.begin_epoch(epoch, report)
    started, seen, total = clock.now(), 0, 0.0
    first = (epoch - 1) * training.crops.steps_per_epoch + 1
    try:
        training.crops.prepare(epoch, report)
    except Interrupted:
        return None
    before = clock.now()
    clock.prepare(before - started)
    for step, batch in enumerate(training.crops.batches(epoch, report), first):
        clock.rest(report)
        if report.stop_requested:
            return None
        lr, size = learner.lr, len(batch)
        loss = learner.step(batch, report)
        total, seen = total + loss * size, seen + size
        now = clock.now()
        clock.step(now - before, size)
        before = now
        report(StepDone(epoch, step, loss, lr, clock.eta()))
    if not learner.sound:
        raise NotANumber
    last = LastState(epoch, total / seen, clock.now() - started, learner.state())
    training.folder.save_last(last)
    if learner.config != training.config:
        training.folder.write_config(learner.config, training.about)
    return last


def _validate(training: Training, epoch: int, clock: Clock, report: Reporter) -> Validation | None:
    """Check the model on whole photos, writing the overlays of the watched ones on the way.

    Returns None where the user stopped it; raises NotANumber where the model answers with none.
    """
    started = clock.now()
    model, checker = training.learner.model, training.checker
    checked, val = [], set(training.val)
    for one in checker.check(model, seen_whole(training.crops.samples, training.val), report):
        clock.rest(report)
        if not math.isfinite(one.loss):
            raise NotANumber
        _preview(training, epoch, one, report)
        if one.sample in val:
            # A slice of the prediction would keep all of it in memory.
            checked.append(replace(one, index=np.empty((0, 0), np.uint8)))
    clock.check(clock.now() - started)
    return None if report.stop_requested else summary(checked, len(training.class_names))


def _preview(training: Training, epoch: int, checked: Checked, report: Reporter) -> None:
    """Write and announce the overlay of a watched photo."""
    if checked.sample not in training.watched:
        return
    # The place among all photos of the run, of which some may be lost for now.
    photos = training.about["photos"]
    number = [*photos["val"], *photos["train"]].index(checked.sample.name)
    checker = training.checker
    photo = checker.copies.photo(checked.sample, checker.preprocessing)
    label = training.palette.to_palette_id()[checked.index]
    path = training.folder.write_preview(epoch, number, photo, label, training.palette)
    report(PreviewReady(epoch, number, checked.sample.name, path))


def _finish_epoch(
    training: Training,
    last: LastState,
    validation: Validation,
    standing: Standing,
    clock: Clock,
    report: Reporter,
) -> Standing:
    """Keep the best, write the history, tell the epoch; return the new standing."""
    before, standing = standing, standing.after(last.epoch, validation.miou, validation.val_set)
    if standing.on_other_set(before):
        _tell_other_set(training, before, last.epoch, report)
    if standing.best_epoch == last.epoch:
        _save_best(training, standing, report)
    every = training.config.checkpoint_every
    if every and last.epoch % every == 0:
        kept = _checkpoint(training, last.epoch, validation.miou)
        kept.save(training.folder.of_epoch(last.epoch))
    done = EpochDone(
        epoch=last.epoch,
        train_loss=last.train_loss,
        val_loss=validation.loss,
        val_miou=validation.miou,
        class_iou=validation.class_iou,
        seconds=last.seconds + clock.last_check,
        lr=training.learner.lr,
        best_epoch=standing.best_epoch,
        best_miou=standing.best_miou,
        epochs_without_gain=standing.without_gain,
        eta_seconds=clock.eta(),
        val_miou_low=validation.interval.low if validation.interval else None,
        val_miou_high=validation.interval.high if validation.interval else None,
        val_set=validation.val_set,
    )
    training.folder.add_epoch(done, training.class_names)
    report(done)
    return standing


def _tell_other_set(training: Training, before: Standing, epoch: int, report: Reporter) -> None:
    """Say that the best is chosen anew, and keep the one until then, which may well be better."""
    kept = training.folder.keep_best(before.best_epoch or 0)
    report(
        Message(
            f"From epoch {epoch} on not the same photos and outlines check as before, so scores "
            "before and after cannot be compared: the best model is chosen anew from here on. The "
            f"best until then, of epoch {before.best_epoch}, is kept as {kept.name}."
        )
    )


def _save_best(training: Training, standing: Standing, report: Reporter) -> None:
    """Write the model as it is now as the best one."""
    path = training.folder.best
    _checkpoint(training, standing.epochs, standing.best_miou).save(path)
    report(BestSaved(standing.epochs, path, standing.best_miou))


def _checkpoint(training: Training, epoch: int, miou: float | None) -> Checkpoint:
    """Return the model as it is now, with all that predicting needs."""
    return Checkpoint(
        weights=training.learner.model.weights(),
        palette=training.palette,
        preprocessing=training.checker.preprocessing,
        config=training.learner.config,
        run=training.folder.path.name,
        epoch=epoch,
        val_miou=miou,
    )
