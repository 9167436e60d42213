"""The job that looks at the installation: versions, devices, weights, folders."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import platformdirs

from segstudio import __version__
from segstudio.core.events import Reporter
from segstudio.core.resources import resources_folder, sample_folder

State = Literal["ok", "note", "wrong"]
_MARKS: dict[State, str] = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}
_LIBRARIES = (
    "torch", "torchvision", "PySide6-Essentials", "pyqtgraph", "numpy", "opencv-python-headless",
    "Pillow", "lxml", "pycocotools", "pydantic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """Look at this installation."""


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Everything that was looked at; `device` is the one that trains, in one sentence."""

    checks: tuple[Check, ...]
    device: str

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"device": self.device, "checks": [asdict(check) for check in self.checks]}

    def as_text(self) -> str:
        """Return one line per check."""
        return "\n".join(f"{_MARKS[c.state]}  {c.name}: {c.text}" for c in self.checks)


def run(request: DoctorRequest, report: Reporter) -> DoctorResult:
    """Look at versions, devices, weights and folders; never fails."""
    from segstudio.learning.device import choose_device

    device = choose_device("auto")
    checks = (
        Check("SegStudio", "ok", f"{__version__} on Python {platform.python_version()}, "
              f"{platform.platform()}"),
        *_libraries(),
        _qt_pair(),
        Check("Device", "ok" if device.torch.type != "cpu" else "note", device.sentence),
        Check("Processor", "ok", f"{os.cpu_count()} cores"),
        *_weights(),
        *_folders(),
    )  # fmt: skip
    return DoctorResult(checks, device.sentence)


def _libraries() -> Iterator[Check]:
    """Yield the version of every library."""
    for name in _LIBRARIES:
        try:
            yield Check(name, "ok", metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Check(name, "wrong", "not installed; run `pip install segstudio` again")


def _qt_pair() -> Check:
    """Say whether this PySide6 keeps its references on this Python."""
    version = metadata.version("PySide6-Essentials")
    if version.startswith("6.12.") and sys.version_info < (3, 12):
        text = f"PySide6 {version} aborts on this Python; install PySide6-Essentials<6.12"
        return Check("Window library", "wrong", text)
    return Check("Window library", "ok", "PySide6 and Python fit")


def _weights() -> Iterator[Check]:
    """Yield which published weights are on this computer already."""
    from segstudio.learning.download import cached_file
    from segstudio.learning.models import MODELS

    for entry in MODELS:
        path = cached_file(entry.weights)
        if path.is_file():
            yield Check(f"Weights of {entry.name}", "ok", f"here: {path}")
        else:
            how = (
                "downloaded when first needed" if entry.weights.sha256 else "to be put here by you"
            )
            text = f"not here; {how}, from {entry.weights.url} to {path}"
            yield Check(f"Weights of {entry.name}", "note", text)


def _folders() -> Iterator[Check]:
    """Yield whether shipped files are there and whether the folders we use can be written."""
    for name, path in (("Resources", resources_folder()), ("Sample photos", sample_folder())):
        there = path.is_dir()
        yield Check(name, "ok" if there else "wrong", str(path) if there else f"{path} is missing")
    for name, path in (
        ("Documents", platformdirs.user_documents_path()),
        ("Settings", platformdirs.user_config_path("segstudio")),
        ("Log", platformdirs.user_log_path("segstudio")),
    ):
        yield _writable(name, path)


def _writable(name: str, path: Path) -> Check:
    """Try to write into a folder, or into the nearest one above that exists."""
    existing = next(folder for folder in (path, *path.parents) if folder.is_dir())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Check(f"{name} folder", "wrong", f"{path} cannot be written: {error.strerror}")
    return Check(f"{name} folder", "ok", str(path))
