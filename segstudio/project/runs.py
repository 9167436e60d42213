"""The runs of a project, as their folders tell them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.files import cannot_write
from segstudio.core.run_history import Standing, read_history
from segstudio.project.entries import RunInfo


def list_runs(folder: Path) -> tuple[RunInfo, ...]:
    """Return the runs below `folder`, oldest first."""
    if not folder.is_dir():
        return ()
    return tuple(
        _read_run(path) for path in sorted(folder.iterdir()) if (path / "config.json").is_file()
    )


def find_run(folder: Path, wanted: str) -> RunInfo:
    """Return the run of a folder name, the `latest`, or the `best` by validation mIoU.

    Without validation scores anywhere the latest run with a checkpoint counts as best. Runs that
    only count together, such as folds, are found by their name alone. Raises SegStudioError where
    nothing was trained yet, UsageError where there is no run of that name.
    """
    runs = list_runs(folder)
    own = [run for run in runs if not run.purpose]
    usable = [run for run in own if run.has_checkpoint]
    if wanted == "latest" and own:
        return own[-1]
    if wanted == "best" and usable:
        scores = [-1.0 if run.val_miou is None else run.val_miou for run in usable]
        return max(zip(scores, range(len(usable)), usable, strict=True))[-1]
    for run in runs:
        if run.name == wanted:
            return run
    if wanted in ("best", "latest"):
        raise SegStudioError(
            f"The project {folder.parent.name} has no trained model yet.",
            meaning="Nothing was trained in it, or every training ended before its first step.",
            remedy="Train first: segstudio train PROJECT.",
        )
    names = ", ".join(run.name for run in runs[-5:]) or "none yet"
    raise UsageError(
        f'There is no run "{wanted}" in {folder}.',
        meaning=f"Runs here: {names}.",
        remedy="Name one of them, latest or best, or train first.",
    )


def new_run_folder(folder: Path, name: str) -> Path:
    """Make and return a new folder `<time>-<name>`."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{plain[:60]}"
    for attempt in range(1, 1000):
        path = folder / (stem if attempt == 1 else f"{stem}-{attempt}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise cannot_write(path, error) from error
        return path
    raise SegStudioError(f"{folder} has too many runs named {stem}.", remedy="Choose another name.")


def discard_run(folder: Path, name: str) -> Path:
    """Move a run out of `folder` into `trash` beside it, and return where it lies now."""
    run, trash = find_run(folder, name).path, folder.parent / "trash"
    target = trash / run.name
    number = 1
    while target.exists():
        number += 1
        target = trash / f"{run.name}-{number}"
    try:
        trash.mkdir(exist_ok=True)
        run.rename(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    return target


def _read_run(path: Path) -> RunInfo:
    """Read one run's folder; what a crash left unfinished shows as `interrupted`."""
    result = read_object(path / "result.json")
    epochs = read_history(path)
    config = read_object(path / "config.json")
    return RunInfo(
        name=path.name,
        path=path,
        status=str(result.get("status", "interrupted")),
        epochs=len(epochs),
        val_miou=Standing.of(epochs).best_miou,
        model=str(config.get("model", "")),
        has_checkpoint=(path / "best.safetensors").is_file(),
        purpose=str(config.get("purpose", "")),
    )


def read_object(path: Path) -> dict[str, Any]:
    """Return a JSON object, {} where the file is missing or damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
