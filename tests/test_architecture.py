"""The laws of docs/architecture.md as tests: who may import whom, and how large a piece may get."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import segstudio

ROOT = Path(segstudio.__file__).resolve().parent

# Which of our packages each package may import. Files right below segstudio/ count as packages;
# `resources` and the sample dataset hold no Python. A package missing here fails the test.
OURS = {
    "__init__": set(),
    "core": {"__init__"},
    "photos": {"core"},
    "formats": {"core", "photos"},
    "project": {"core", "formats", "photos"},
    "learning": {"__init__", "core", "photos"},
    "review": {"__init__", "core", "photos", "learning"},
    "jobs": {"__init__", "core", "photos", "formats", "project", "learning", "review"},
    "terminal": {"core"},
    "__main__": {"cli"},
    "cli_options": {"formats", "terminal"},
    "cli_benchmark": {"cli_options", "gui", "jobs", "learning", "terminal"},
    "cli_runs": {"cli_options", "jobs"},
    "cli_studies": {"cli_options", "jobs", "learning", "terminal"},
    "cli": {
        *("__init__", "cli_benchmark", "cli_options", "cli_runs", "cli_studies"),
        *("core", "jobs", "learning", "terminal", "gui"),
    },
    "gui": {"__init__", "core", "formats", "jobs", "learning", "photos", "project", "review"},
}
# What a form or a command may ask about learning: settings and lists, all without torch.
LISTS = {
    f"segstudio.learning.{name}"
    for name in ("config", "losses", "metrics", "models", "presets", "settings")
}
# Which part of a package the importer may touch, where that is not all of it.
ONLY = {
    ("formats", "photos"): {"segstudio.photos.names", "segstudio.photos.reader"},
    ("review", "learning"): {"segstudio.learning.predictor", "segstudio.learning.metrics"},
    ("cli_options", "formats"): {"segstudio.formats.FORMATS", "segstudio.formats.sizing"},
    ("cli", "gui"): {"segstudio.gui.app"},
    ("cli_benchmark", "gui"): {"segstudio.gui.benchmark"},
    ("cli_benchmark", "learning"): LISTS,
    ("cli", "learning"): LISTS,
    ("cli_studies", "learning"): LISTS,
    ("gui", "formats"): {
        "segstudio.formats.FORMATS",
        "segstudio.formats.photo_pool",
        "segstudio.formats.sizing",
    },
    ("gui", "learning"): LISTS,
    ("gui", "photos"): {
        "segstudio.photos.bursts",
        "segstudio.photos.cache",
        "segstudio.photos.reader",
    },
}
# Third-party packages and the packages of ours that may use them.
THEIRS = {
    "PySide6": {"gui"},
    "pyqtgraph": {"gui"},
    "shiboken6": {"gui"},
    "torch": {"learning", "jobs", "review"},
    "torchvision": {"learning", "jobs", "review"},
    "segmentation_models_pytorch": {"learning"},
    "timm": {"learning"},
    # In jobs only for the plain way that `benchmark import` compares with.
    "lxml": {"formats", "jobs"},
    "tensorboardX": {"learning"},
    "pi_heif": {"photos"},
    "rawpy": {"photos"},
    "click": {"cli", "cli_benchmark", "cli_options", "cli_runs", "cli_studies"},
    "rich": {"terminal"},
}
# Packages that must be quick to import: what is slow or opens a window is imported inside
# functions only.
LAZY = {
    "torch": {"jobs", "review"},
    "torchvision": {"jobs", "review"},
    "segstudio.gui": {"cli", "cli_benchmark"},
    "tensorboardX": {"learning"},
    "pi_heif": {"photos"},
    "rawpy": {"photos"},
}
BANNED = ("processEvents", "pickle.load", "weights_only=False", "shell=True", "from pickle")
SOFT_LINES, HARD_LINES = 300, 400
FUNCTION_LINES, CLASS_LINES, PUBLIC_METHODS = 60, 250, 20


@cache
def sources() -> dict[Path, ast.Module]:
    """The syntax tree of every module of ours."""
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def package_of(path: Path) -> str:
    """The first name below segstudio: a package, or a file without its suffix."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Every (dotted name, line, inside a function) that a module imports when it really runs."""
    module = (ROOT.name, *path.relative_to(ROOT).with_suffix("").parts)

    def walk(node: ast.AST, lazy: bool) -> Iterator[tuple[str, int, bool]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            lazy = True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            lazy = True
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module[: -node.level]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            yield from ((f"{origin}.{alias.name}", node.lineno, lazy) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, lazy)

    yield from walk(sources()[path], lazy=False)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT.parent)}:{line}"


def under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def third_party() -> set[str]:
    """Every top-level name that is imported and neither ours nor Python's own."""
    names = {name.split(".")[0] for path in sources() for name, *_ in imports(path)}
    return names - sys.stdlib_module_names - {"segstudio"}


def _our_package(name: str) -> str:
    """The package of ours that `segstudio.x.y` belongs to."""
    parts = name.split(".")
    known = len(parts) > 1 and ((ROOT / parts[1]).is_dir() or (ROOT / f"{parts[1]}.py").is_file())
    return parts[1] if known else "__init__"


def test_the_table_names_exactly_the_packages_that_exist() -> None:
    assert {package_of(path) for path in sources()} == OURS.keys()
    assert {theirs for theirs in THEIRS if theirs != "shiboken6"} <= third_party()
    assert set().union(*OURS.values()) <= OURS.keys()


def test_our_packages_import_only_what_the_table_allows() -> None:
    wrong = []
    for path in sources():
        own = package_of(path)
        for name, line, _ in imports(path):
            if not under(name, "segstudio"):
                continue
            other = _our_package(name)
            allowed = other == own or other in OURS[own]
            only = ONLY.get((own, other))
            if allowed and only and not any(under(name, part) for part in only):
                allowed = False
            if not allowed:
                wrong.append(f"{place(path, line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_third_party_packages_stay_where_they_belong() -> None:
    wrong = [
        f"{place(path, line)} imports {name}"
        for path in sources()
        for name, line, _ in imports(path)
        for theirs, allowed in THEIRS.items()
        if under(name, theirs) and package_of(path) not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_slow_or_opens_a_window_is_imported_inside_functions() -> None:
    wrong = [
        f"{place(path, line)} imports {name} at module level"
        for path in sources()
        for name, line, lazy in imports(path)
        for slow, packages in LAZY.items()
        if under(name, slow) and package_of(path) in packages and not lazy
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_prints() -> None:
    wrong = [
        place(path, node.lineno)
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and package_of(path) != "cli"
    ]
    assert not wrong, "\n".join(wrong)


def test_dangerous_calls_are_nowhere() -> None:
    wrong = [
        f"{place(path, number)}: {word}"
        for path in sources()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word in BANNED
        if word in line
    ]
    assert not wrong, "\n".join(wrong)


def test_files_are_small() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sources()}
    large = [f"{place(path, n)} lines" for path, n in lengths.items() if n > SOFT_LINES]
    if large:
        warnings.warn(f"over {SOFT_LINES} lines: " + ", ".join(large), stacklevel=1)
    assert not [f"{place(path, n)} lines" for path, n in lengths.items() if n > HARD_LINES]


def test_functions_and_classes_are_small() -> None:
    wrong = []
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                limit = FUNCTION_LINES
            elif isinstance(node, ast.ClassDef):
                limit = CLASS_LINES
                public = [name for name in _methods(node) if not name.startswith("_")]
                if len(public) > PUBLIC_METHODS:
                    wrong.append(f"{place(path, node.lineno)} {node.name}: {len(public)} methods")
            else:
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                wrong.append(f"{place(path, node.lineno)} {node.name}: {lines} lines")
    assert not wrong, "\n".join(wrong)


def _methods(node: ast.ClassDef) -> list[str]:
    """The methods that others call: no properties, and not Qt's events, which Qt calls."""
    return [
        item.name
        for item in node.body
        if isinstance(item, ast.FunctionDef)
        and item.name.islower()
        and not any("property" in ast.unparse(mark) for mark in item.decorator_list)
    ]


def _modules_after(statement: str, *names: str) -> set[str]:
    """Which of the named packages are loaded after a statement in a fresh process."""
    program = f"import sys\n{statement}\nprint(*(n for n in {names!r} if n in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "segstudio.cli",
        *sorted(LISTS),
    ],
)
def test_the_command_line_and_the_lists_load_neither_qt_nor_torch(module: str) -> None:
    heavy = ("PySide6", "pyqtgraph", "torch", "torchvision")
    assert not _modules_after(f"import {module}", *heavy)


def test_the_window_loads_without_torch() -> None:
    assert not _modules_after("import segstudio.gui.app, segstudio.gui.pages", "torch", "lxml.html")


WITHOUT_QT = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "pyqtgraph", "shiboken6"):
            raise ImportError("no Qt here")
sys.meta_path.insert(0, Refuse())
from click.testing import CliRunner
from segstudio.cli import segstudio
for arguments in [[], *([name] for name in segstudio.commands)]:
    result = CliRunner().invoke(segstudio, [*arguments, "--help"], obj={})
    assert result.exit_code == 0, (arguments, result.output, result.exception)
    assert "Usage:" in result.output, arguments
print(len(segstudio.commands))
"""


def test_every_command_explains_itself_where_qt_is_missing() -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_QT], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 8


REGISTRIES = (
    ("segstudio.learning.models", "MODELS", "build"),
    ("segstudio.learning.losses", "LOSSES", "build"),
    ("segstudio.gui.pages", "PAGES", "page"),
)


@pytest.mark.parametrize(("module", "registry", "field"), REGISTRIES)
def test_every_entry_of_a_registry_names_something_that_loads(
    module: str, registry: str, field: str
) -> None:
    entries = getattr(importlib.import_module(module), registry)
    assert len({entry.name for entry in entries}) == len(entries) > 0
    for entry in entries:
        origin, _, attribute = getattr(entry, field).partition(":")
        assert callable(getattr(importlib.import_module(origin), attribute)), entry.name
