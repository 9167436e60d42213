"""All runs of a project side by side: what differs between their settings, score, time, size."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from segstudio.core.run_history import Epoch, Standing, read_history
from segstudio.learning.config import TrainConfig
from segstudio.project.entries import RunInfo
from segstudio.project.project import Project
from segstudio.project.runs import read_object


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run: `settings` are those that differ between the runs; None is what is not known.

    `miou` and its interval are those of the best epoch; `megabytes` is the size of the model.
    """

    name: str
    status: str
    epochs: int
    miou: float | None
    low: float | None
    high: float | None
    seconds: float | None
    megabytes: float | None
    scored: bool
    settings: dict[str, str]


@dataclass(frozen=True, slots=True)
class RunTable:
    """Runs, the newest first, and the settings that are not the same in all of them."""

    keys: tuple[str, ...]
    rows: tuple[RunRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"settings": list(self.keys), "runs": [asdict(row) for row in self.rows]}

    def as_text(self) -> str:
        """Return the runs as a table for the terminal."""
        if not self.rows:
            return "This project has no run yet."
        head = ("run", "mean IoU", "likely", "seconds", "MB", *self.keys)
        lines = [head, *(self._cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _cells(self, row: RunRow) -> tuple[str, ...]:
        likely = "-" if row.low is None or row.high is None else f"{row.low:.2f} to {row.high:.2f}"
        numbers = (
            "-" if row.miou is None else f"{row.miou:.3f}",
            likely,
            "-" if row.seconds is None else f"{row.seconds:.0f}",
            "-" if row.megabytes is None else f"{row.megabytes:.1f}",
        )
        return (row.name, *numbers, *(row.settings.get(key, "-") for key in self.keys))


def table(project: Project) -> RunTable:
    """Read the folder of every run of its own; None is what is not known."""
    runs = [run for run in project.runs()[::-1] if not run.purpose]
    configs = [_settings(run) for run in runs]
    keys = tuple(
        key
        for key in TrainConfig.model_fields
        if len({config[key] for config in configs if key in config}) > 1
    )
    pairs = zip(runs, configs, strict=True)
    return RunTable(keys, tuple(_row(run, config, keys) for run, config in pairs))


def _settings(run: RunInfo) -> dict[str, str]:
    """Return a run's settings as text."""
    kept = read_object(run.path / "config.json")
    settings = {key: _text(kept[key]) for key in TrainConfig.model_fields if key in kept}
    # A file's folder and name say enough; a whole path would push everything else aside.
    return settings | {"weights": "/".join(Path(settings.get("weights", "")).parts[-2:])}


def _row(run: RunInfo, config: dict[str, str], keys: tuple[str, ...]) -> RunRow:
    history = read_history(run.path)
    kept = Standing.of(history).best_epoch
    best: Epoch = next((epoch for epoch in history if epoch["epoch"] == kept), {})
    model = run.path / "best.safetensors"
    return RunRow(
        name=run.name,
        status=run.status,
        epochs=run.epochs,
        miou=best.get("val_miou"),
        low=best.get("val_miou_low"),
        high=best.get("val_miou_high"),
        seconds=_number(read_object(run.path / "result.json").get("seconds")),
        megabytes=model.stat().st_size / 1e6 if model.is_file() else None,
        scored=(run.path / "photo_scores.json").is_file(),
        settings={key: config[key] for key in keys if key in config},
    )


def _text(value: object) -> str:
    """Return a setting as it would be typed."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
