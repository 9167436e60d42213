"""Trains in a process of its own and tells the most memory that this took."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from segstudio.core.errors import SegStudioError
from segstudio.core.events import Event
from segstudio.core.memory import peak_memory
from segstudio.jobs import train
from segstudio.learning.config import TrainConfig


def peak_of(project: Path, config: TrainConfig) -> int | None:
    """Return the most bytes that a training needs; None where the system does not tell.

    Raises SegStudioError where it cannot be trained.
    """
    command = [
        sys.executable,
        "-m",
        "segstudio.jobs.training_peak",
        str(project),
        config.model_dump_json(),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SegStudioError("The training failed.", meaning=done.stderr.strip()[-400:])
    found: int | None = json.loads(done.stdout)
    return found


class _Deaf:
    """A reporter that nobody listens to."""

    stop_requested = pause_requested = False

    def __call__(self, event: Event) -> None:
        """Keep the event to itself."""


def main(project: str, settings: str) -> None:
    """Train and write the peak to the standard output."""
    config = TrainConfig.model_validate_json(settings)
    train.run(train.TrainRequest(Path(project), config, purpose="benchmark"), _Deaf())
    sys.stdout.write(json.dumps(peak_memory()))


if __name__ == "__main__":
    main(*sys.argv[1:])
