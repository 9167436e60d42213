"""What the window remembers between starts: geometry, theme, recent projects.

A damaged settings file is never a reason not to start: what cannot be read counts as not set.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

_RECENT = 8


class Settings:
    """Typed access to one INI file; every getter falls back where the file holds nonsense."""

    def __init__(self, path: Path | None = None) -> None:
        chosen = path or Path(platformdirs.user_config_dir("segstudio")) / "window.ini"
        self._store = QSettings(str(chosen), QSettings.Format.IniFormat)

    def text(self, key: str, fallback: str = "") -> str:
        """Return a remembered word."""
        value = self._store.value(key)
        return value if isinstance(value, str) else fallback

    def set_text(self, key: str, value: str) -> None:
        """Remember a word."""
        self._store.setValue(key, value)

    def blob(self, key: str) -> QByteArray:
        """Return remembered bytes, such as a window's geometry; empty where there are none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_blob(self, key: str, value: QByteArray) -> None:
        """Remember bytes."""
        self._store.setValue(key, value)

    def recent(self) -> tuple[Path, ...]:
        """Return the projects opened last, newest first, that are still there."""
        value = self._store.value("recent")
        names = value if isinstance(value, list) else [value]
        paths = [Path(name) for name in names if isinstance(name, str) and name]
        return tuple(path for path in paths if (path / "project.json").is_file())

    def add_recent(self, root: Path) -> None:
        """Put a project on top of the recent ones."""
        others = [str(path) for path in self.recent() if path != root]
        self._store.setValue("recent", [str(root), *others][:_RECENT])

    def forget_recent(self, root: Path) -> None:
        """Take a project off the list."""
        self._store.setValue("recent", [str(path) for path in self.recent() if path != root])

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()
