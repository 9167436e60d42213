"""The start page: new project, open, recent, sample."""

from __future__ import annotations

from segstudio.gui.pages.base import Page


class StartPage(Page):
    """Where every walk begins."""
