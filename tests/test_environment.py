"""What is declared in pyproject.toml is what the program needs, and nothing that fights with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from test_architecture import third_party

import segstudio

CHECKOUT = Path(__file__).resolve().parents[1]
NAMES = {
    "annotated_types": "annotated-types",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "PySide6": "pyside6-essentials",
    "pi_heif": "pi-heif",
    "segmentation_models_pytorch": "segmentation-models-pytorch",
}
OPTIONAL = {"shiboken6"}


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]


def _name(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement)[0].lower()


def test_every_library_that_is_imported_is_declared(project: dict[str, Any]) -> None:
    declared = {_name(requirement) for requirement in project["dependencies"]}
    for extra in ("photo", "tensorboard"):
        declared |= {_name(each) for each in project["optional-dependencies"][extra]}
    needed = {NAMES.get(name, name).lower() for name in third_party()} - OPTIONAL
    assert needed <= declared, needed - declared


def test_every_declared_library_is_imported(project: dict[str, list[str]]) -> None:
    declared = {_name(requirement) for requirement in project["dependencies"]}
    assert declared <= {NAMES.get(name, name) for name in third_party()}


def test_the_version_is_stated_once(project: dict[str, str]) -> None:
    assert project["version"] == segstudio.__version__
    assert f"## [{segstudio.__version__}]" in (CHECKOUT / "CHANGELOG.md").read_text("utf-8")


def test_the_wheel_of_opencv_with_its_own_qt_is_not_here() -> None:
    installed = {dist.metadata["Name"].lower() for dist in metadata.distributions()}
    assert not installed & {"opencv-python", "opencv-contrib-python", "pyside6", "pyqt5", "pyqt6"}


def test_the_lock_names_public_addresses_only() -> None:
    text = (CHECKOUT / "uv.lock").read_text("utf-8")
    assert set(re.findall(r'registry = "([^"]+)"', text)) == {"https://pypi.org/simple"}
    hosts = set(re.findall(r'url = "(\w+://[^/]+)/', text))
    assert hosts == {"https://files.pythonhosted.org"}


def test_the_lock_knows_every_declared_library(project: dict[str, list[str]]) -> None:
    locked = tomllib.loads((CHECKOUT / "uv.lock").read_text("utf-8"))["package"]
    names = {package["name"] for package in locked}
    extras = [r for rows in project["optional-dependencies"].values() for r in rows]
    assert {_name(requirement) for requirement in [*project["dependencies"], *extras]} <= names


def test_the_program_starts_from_any_folder(tmp_path: Path) -> None:
    """Nothing may depend on the checkout being the working folder, or on a home to write to."""
    result = subprocess.run(
        [sys.executable, "-c", "from segstudio.cli import main; main()", "--version"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(segstudio.__file__).resolve().parents[1]),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert segstudio.__version__ in result.stdout
    assert not list(tmp_path.iterdir())


DOCUMENTS = ["README.md", "CHANGELOG.md", "docs/architecture.md", "docs/capabilities.md"]
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_point_at_what_is_there(document: str) -> None:
    """Every relative link leads to a file, and a name in code style is a name in that file."""
    path = CHECKOUT / document
    for text, target in LINK.findall(path.read_text("utf-8")):
        place = path.parent / target
        assert place.exists(), f"{document}: {target}"
        name = text.strip("`")
        if text.startswith("`") and name.isidentifier() and place.suffix == ".py":
            found = re.search(rf"^\s*(?:class |def )?{name}\b|^{name}\b", place.read_text(), re.M)
            assert found or place.stem == name, f"{document}: {target} has no {name}"
