"""Where annotations and photos come from: a folder, a single file or a zip, only ever read."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from threading import RLock
from typing import TypeVar, cast

from segstudio.core.errors import SegStudioError
from segstudio.core.problems import Problem

T = TypeVar("T")

MAX_FILES = 200_000
MAX_FILE_BYTES = 1 << 30

_JUNK_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "@eaDir"})
_MADE_BY_US = frozenset({Path("annotations/originals"), Path("runs"), Path("cache")})
_NO_TEXT = "left out: the name is in an old character set; rename it"
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini"})


class Source(ABC):
    """A place with files under relative names with POSIX separators.

    `problems` tells which files were refused when it was opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = ()
        self._made: dict[Callable[[Source], object], object] = {}
        self._making = RLock()

    def once(self, make: Callable[[Source], T]) -> T:
        """Return make(self), computed at most once: what a format knows of the whole source."""
        with self._making:
            if make not in self._made:
                self._made[make] = make(self)
            return cast("T", self._made[make])

    @property
    def single_file(self) -> bool:
        """Whether the user named one annotation file rather than a folder or a zip."""
        return False

    @abstractmethod
    def files(self) -> tuple[str, ...]:
        """Return the names of all files, sorted."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return a file's content; SegStudioError where it cannot be read or is too large."""

    def local_path(self, name: str) -> Path | None:
        """Return where the file is on disk, None for one inside an archive."""
        del name
        return None

    def other_names(self, name: str) -> tuple[str, ...]:
        """Return what a name stored in an unknown character set may mean."""
        del name
        return ()

    def shown(self, name: str) -> str:
        """Return the name to show to the user."""
        return name

    @abstractmethod
    def close(self) -> None:
        """Let go of the file handle, where there is one."""


class FolderSource(Source):
    """A folder, or with `only` a single file in it."""

    def __init__(self, root: Path, only: str | None = None) -> None:
        super().__init__(root if only is None else root / only)
        self.root = root
        self._only = only
        self._files = (only,) if only is not None else self._walk()

    @property
    def single_file(self) -> bool:
        """Whether this is one file in the folder."""
        return self._only is not None

    def files(self) -> tuple[str, ...]:
        """Return the names relative to the root, sorted."""
        return self._files

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        path = self.root / name
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise SegStudioError(
                    f"{name} is larger than {MAX_FILE_BYTES >> 20} MB and was not read.",
                    remedy="Export the annotations in smaller parts.",
                )
            return path.read_bytes()
        except OSError as error:
            raise SegStudioError(
                f"{name} cannot be read: {error.strerror or error}.",
                remedy="Check that the file is there and that you may read it.",
            ) from error

    def local_path(self, name: str) -> Path | None:
        """Return the file's path."""
        return self.root / name

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _walk(self) -> tuple[str, ...]:
        """List the regular files below the root; folders that are links are told, not followed."""
        found: list[str] = []
        problems: list[Problem] = []

        def unreadable(error: OSError) -> None:
            text = f"left out: it cannot be looked at ({error.strerror})"
            problems.append(Problem("error", as_text(str(error.filename)), text))

        for folder, subfolders, names in os.walk(self.root, onerror=unreadable):
            here = Path(folder)
            subfolders[:] = sorted(s for s in subfolders if not is_junk(f"{s}/"))
            for subfolder in tuple(subfolders):
                if told := _made_by_us(here / subfolder):
                    place = (here / subfolder).relative_to(self.root).as_posix()
                    problems.append(Problem("info", place, told))
                    subfolders.remove(subfolder)
            relative = here.relative_to(self.root)
            if _is_project(self.root):
                subfolders[:] = [s for s in subfolders if (relative / s) not in _MADE_BY_US]
            for subfolder in (s for s in subfolders if (here / s).is_symlink()):
                place = (here / subfolder).relative_to(self.root).as_posix()
                problems.append(Problem("warning", place, "is a link to a folder: not followed"))
            usable = []
            for name in (n for n in names if not is_junk(n)):
                try:
                    if (here / name).is_file():
                        usable.append(name)
                except OSError as error:
                    unreadable(error)
            for name in [name for name in (*usable, *subfolders) if not is_text(name)]:
                problems.append(Problem("warning", as_text((relative / name).as_posix()), _NO_TEXT))
            subfolders[:] = [s for s in subfolders if is_text(s)]
            found += [(relative / name).as_posix() for name in usable if is_text(name)]
            if len(found) > MAX_FILES:
                raise SegStudioError(
                    f"{self.root} holds more than {MAX_FILES} files.",
                    remedy="Choose the folder of the export itself.",
                )
        self.problems = tuple(problems)
        return tuple(sorted(found))


def _is_project(folder: Path) -> bool:
    try:
        return (folder / "project.json").is_file()
    except OSError:
        # That it may not be looked into is told when it is its turn.
        return False


def _made_by_us(folder: Path) -> str:
    """Say why a folder inside an export is left out, "" where it is not.

    What was made from an import must not come back as one.
    """
    if _is_project(folder):
        return "is a project: not looked into"
    if _is_conversion(folder):
        return "holds the result of a conversion: not looked into; to read it, name it by itself"
    return ""


def _is_conversion(folder: Path) -> bool:
    try:
        files = all((folder / name).is_file() for name in ("palette.json", "report.json"))
        return files and (folder / "labels").is_dir()
    except OSError:
        return False


def is_text(name: str) -> bool:
    """Tell whether a file's name can be written down; some of old systems are mere bytes."""
    return as_text(name) == name


def as_text(name: str) -> str:
    """Return a file's name with a mark in the place of bytes that are no text."""
    return name.encode("utf-8", "replace").decode()


def is_junk(name: str) -> bool:
    """Tell whether a name is one that systems scatter about and nobody means to import."""
    parts = PurePosixPath(name).parts
    last = parts[-1].lower() if parts else ""
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    # A photo may really be called ".jpg"; losing it in silence would be worse than a stray file.
    return (
        (hidden and last not in (".jpg", ".jpeg", ".png"))
        or any(part in _JUNK_FOLDERS for part in parts)
        or last in _JUNK_FILES
    )
