"""The numbers of a training for TensorBoard, written beside the run's own history."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from segstudio.core.errors import SegStudioError
from segstudio.core.events import EpochDone, Event, Quiet, Reporter, RunStarted, StepDone


def require_tensorboard() -> None:
    """Raise SegStudioError where what writes events for TensorBoard is not installed."""
    if find_spec("tensorboardX") is None:
        raise SegStudioError(
            "TensorBoard's files cannot be written: tensorboardX is not installed.",
            meaning="It is an extra that only the setting tensorboard needs.",
            remedy="Install it (pip install 'segstudio[tensorboard]'), or set tensorboard to off; "
            "the history is kept in history.jsonl in any case.",
        )


class TensorBoard(Quiet):
    """A reporter that passes every event on and writes its numbers into `<run>/tensorboard`."""

    def __init__(self, report: Reporter, run_folder: Path, first_step: int) -> None:
        from tensorboardX import SummaryWriter

        super().__init__(report)
        self._names: tuple[str, ...] = ()
        # What an earlier attempt wrote of steps that are done again is void. An epoch's number is
        # never larger than that of its first step, so epochs that are done stay.
        folder = str(run_folder / "tensorboard")
        self._writer = SummaryWriter(logdir=folder, purge_step=first_step)

    def __call__(self, event: Event) -> None:
        """Write the numbers of an event, and pass it on."""
        match event:
            case RunStarted():
                self._names = event.class_names
            case StepDone():
                self._writer.add_scalar("step/loss", event.loss, event.step)
                self._writer.add_scalar("step/lr", event.lr, event.step)
            case EpochDone():
                self._write_epoch(event)
        self._report(event)

    def close(self) -> None:
        """Write what is still held back."""
        self._writer.close()

    def _write_epoch(self, event: EpochDone) -> None:
        numbers = {
            "loss/training": event.train_loss,
            "loss/checking": event.val_loss,
            "iou/mean": event.val_miou,
            "iou/mean low": event.val_miou_low,
            "iou/mean high": event.val_miou_high,
            **{f"iou/{n}": iou for n, iou in zip(self._names, event.class_iou, strict=False)},
        }
        for name, value in numbers.items():
            if value is not None:
                self._writer.add_scalar(name, value, event.epoch)
        self._writer.flush()
