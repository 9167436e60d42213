"""A program that trains and is killed in the middle of its second epoch."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from segstudio.core.events import Event, StepDone
from segstudio.jobs.train import TrainRequest, run
from segstudio.learning.config import TrainConfig


class Killer:
    stop_requested = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepDone) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    config = TrainConfig.model_validate_json(sys.argv[2])
    run(TrainRequest(Path(sys.argv[1]), config, device="cpu"), Killer())
