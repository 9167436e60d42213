"""The import page."""

from __future__ import annotations

from segstudio.gui.pages.base import Page


class ImportPage(Page):
    """Brings annotation exports into the project."""
