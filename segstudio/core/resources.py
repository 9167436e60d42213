"""Where the files that ship with SegStudio are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def _shipped(name: str) -> Path:
    """Return the folder `name`: inside the package when installed, beside it in a checkout."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def resources_folder() -> Path:
    """Return the folder with icons, palettes and style."""
    return _shipped("resources")


def sample_folder() -> Path:
    """Return the folder with the sample dataset."""
    return _shipped("sample_dataset")
