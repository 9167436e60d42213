"""Where the numbers are crunched: a graphics card where there is a usable one, else the CPU."""

from __future__ import annotations

import gc
import traceback
from dataclasses import dataclass

import torch

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.learning.config.fields import nearest

DEVICES = {"auto": "Automatic", "cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}

_LOST = (
    "cuda error",
    "device-side assert",
    "driver shutting down",
    "cudnn_status",
    "cublas_status",
)


@dataclass(frozen=True, slots=True)
class Device:
    """A chosen device, and one sentence that says why it is used."""

    torch: torch.device
    sentence: str


def choose_device(name: str = "auto") -> Device:
    """Return the device of that name; `auto` takes the fastest that works.

    Raises UsageError for an unknown name and SegStudioError for a device that cannot be used.
    """
    if name not in DEVICES:
        meant = nearest(name, DEVICES) or "auto"
        raise UsageError(
            f'There is no device "{name}". Did you mean "{meant}"?',
            remedy=f"Choose one of {', '.join(DEVICES)}.",
        )
    reasons = {"cuda": _why_no_cuda(), "mps": _why_no_mps()}
    if name == "auto":
        name = next((kind for kind, reason in reasons.items() if reason is None), "cpu")
        why = reasons["cuda"] if name == "cpu" else "it is the fastest device here"
    else:
        why = "you chose it"
        if reason := reasons.get(name):
            raise SegStudioError(
                f"{DEVICES[name]} cannot be used: {reason}.",
                meaning="The training would not start on it.",
                remedy="Choose the device auto or cpu.",
            )
    return Device(torch.device(name), f"{_title(name)}, because {why}.")


def out_of_memory(error: RuntimeError) -> bool:
    """Say whether torch ran out of memory, in the words of any device."""
    return isinstance(error, torch.OutOfMemoryError) or any(
        words in str(error).lower() for words in ("out of memory", "can't allocate memory")
    )


def device_lost(error: RuntimeError) -> bool:
    """Say whether the device itself failed, after which it computes nothing more."""
    if out_of_memory(error):
        return False
    return isinstance(error, torch.AcceleratorError) or any(
        words in str(error).lower() for words in _LOST
    )


def free_memory(device: torch.device) -> None:
    """Give back what nothing uses any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def let_go(error: BaseException | None) -> None:
    """Drop what the frames of a failure hold, such as a model: who shows it may keep it long."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def free_after_run() -> None:
    """Give back what a run used: the window stays open, and other programs need it."""
    gc.collect()
    # Does nothing where no GPU was used.
    torch.cuda.empty_cache()


def _title(kind: str) -> str:
    """Return the device's own name and size."""
    if kind == "cuda":
        properties = torch.cuda.get_device_properties(0)
        return f"GPU {properties.name} with {properties.total_memory / 2**30:.0f} GB"
    if kind == "mps":
        return "Apple GPU"
    count = torch.get_num_threads()
    return f"CPU with {count} thread{'' if count == 1 else 's'}"


def _why_no_cuda() -> str | None:
    """Return why no NVIDIA GPU can be used, None where one can."""
    if torch.cuda.is_available():
        return None
    if torch.version.cuda is None:
        return "this PyTorch was built without CUDA"
    return "PyTorch finds no NVIDIA GPU with a working driver"


def _why_no_mps() -> str | None:
    """Return why no Apple GPU can be used, None where one can."""
    if torch.backends.mps.is_available():
        return None
    return "PyTorch finds no Apple GPU"
