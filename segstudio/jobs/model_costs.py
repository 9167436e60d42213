"""What each model costs on this computer, as it was measured here, kept in the user's cache."""

from __future__ import annotations

import contextlib
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from segstudio.core.errors import SegStudioError
from segstudio.core.files import read_json, write_json

_SCHEMA = 1


class ModelCost(BaseModel):
    """What a model needs: seconds per crop or photo, bytes of memory, None where nobody can tell.

    `head` is a training step of the head alone and `whole` one of everything, both with `batch`
    crops of `crop` px; a photo to predict has `photo` px on its longest side.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())

    model: str
    device: str
    batch: int
    crop: int
    photo: int
    parameters: int
    megabytes: float
    photo_seconds: float
    head_seconds: float
    whole_seconds: float
    head_memory: int | None
    whole_memory: int | None


def costs_file() -> Path:
    """Return where the costs are kept; deleting it loses nothing but the time to measure again."""
    return platformdirs.user_cache_path("segstudio") / "model_costs.json"


def read_costs() -> dict[str, ModelCost]:
    """Return what was measured on this computer with this PyTorch, the latest of every model."""
    found = {}
    for device, rows in _kept().items():
        if device.startswith(f"{_computer()}; ") and isinstance(rows, dict):
            for row in rows.values():
                with contextlib.suppress(ValidationError):
                    cost = ModelCost.model_validate(row)
                    found[cost.model] = cost
    return found


def keep_cost(cost: ModelCost) -> None:
    """Keep a measured cost beside the others; SegStudioError where it cannot be written."""
    kept = _kept()
    key = f"{_computer()}; {cost.device}"
    # The device that was measured last is the last in the file.
    kept = {**{k: v for k, v in kept.items() if k != key}, key: kept.get(key, {})}
    kept[key][cost.model] = cost.model_dump()
    write_json(costs_file(), {"schema": _SCHEMA, "costs": kept})


def _computer() -> str:
    """Name this computer and the version of PyTorch, without loading it."""
    torch = metadata.version("torch")
    return f"{platform.node()}, {platform.machine()}, {os.cpu_count()} processors; torch {torch}"


def _kept() -> dict[str, Any]:
    """Return everything in the file; a missing, damaged or foreign one is as good as none."""
    with contextlib.suppress(SegStudioError):
        content = read_json(costs_file())
        if isinstance(content, dict) and content.get("schema") == _SCHEMA:
            costs = content.get("costs")
            return costs if isinstance(costs, dict) else {}
    return {}
