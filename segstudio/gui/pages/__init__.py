"""The pages in the order of work.

To add a page: write `pages/<name>.py` with a subclass of `Page`, a function in `steps.py` that
says what it needs, and one line in PAGES. Rail, Go menu and contract tests follow
(the Go menu's key is one ActionSpec `go_<name>`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from segstudio.gui.pages import steps
from segstudio.gui.session import Session

if TYPE_CHECKING:
    from segstudio.gui.pages.base import Page, PageTools


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page: name, word in the rail, icon, `module:class` loaded on first use, and its state."""

    name: str
    title: str
    icon: str
    page: str
    state: Callable[[Session], steps.StepState]

    def build(self, tools: PageTools) -> Page:
        """Load the page's module and make the page."""
        module, _, name = self.page.partition(":")
        return cast("Page", getattr(import_module(module), name)(self, tools))


_HERE = "segstudio.gui.pages"
PAGES: tuple[PageEntry, ...] = (
    PageEntry("start", "Start", "start", f"{_HERE}.start:StartPage", steps.start_state),
    PageEntry("import", "Import", "import", f"{_HERE}.import_page:ImportPage", steps.import_state),
    PageEntry("classes", "Classes", "classes", f"{_HERE}.classes:ClassesPage", steps.classes_state),
    PageEntry("explore", "Explore", "explore", f"{_HERE}.explore:ExplorePage", steps.explore_state),
    PageEntry("split", "Split", "split", f"{_HERE}.split:SplitPage", steps.split_state),
    PageEntry("train", "Train", "train", f"{_HERE}.train:TrainPage", steps.train_state),
    PageEntry("review", "Review", "review", f"{_HERE}.review:ReviewPage", steps.review_state),
    PageEntry("studies", "Trust", "studies", f"{_HERE}.studies:StudiesPage", steps.studies_state),
)
