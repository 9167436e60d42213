"""The classes page."""

from __future__ import annotations

from segstudio.gui.pages.base import Page


class ClassesPage(Page):
    """Edits the palette."""
