"""Every menu entry and shortcut in one table; menus are built from it.

To add an action: one ActionSpec here, and its handler in `MainWindow` or in a page's `handlers()`.
An action is enabled where the window or the page in front has a handler for it and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from segstudio.gui.icons import icon
from segstudio.gui.job_runner import JobRunner
from segstudio.gui.session import Session


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: its id, menu, words, keys and icon; `group` makes it one of several
    choices, `separated` draws a line above it."""

    id: str
    menu: str
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    group: str = ""
    separated: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new_project", "&File", "&New project…", ("Ctrl+N",), "folder_new"),
    ActionSpec("open_project", "&File", "&Open project…", ("Ctrl+O",), "folder"),
    ActionSpec("try_sample", "&File", "&Try with sample data", (), "sample"),
    ActionSpec("close_project", "&File", "&Close project", ("Ctrl+W",), separated=True),
    ActionSpec("quit", "&File", "&Quit", ("Ctrl+Q",)),
    ActionSpec("undo", "&Edit", "&Undo", ("Ctrl+Z",), "undo", "Take back the last edit"),
    ActionSpec("redo", "&Edit", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "class_up",
        "&Edit",
        "Paint class &later",
        ("Alt+Up",),
        "up",
        "Paint the chosen class over more of the others",
        separated=True,
    ),
    ActionSpec(
        "class_down",
        "&Edit",
        "Paint class &earlier",
        ("Alt+Down",),
        "down",
        "Paint the chosen class under more of the others",
    ),
    ActionSpec("copy_problems", "&Edit", "Copy &problems", ("Ctrl+Shift+C",), "copy"),
    ActionSpec("zoom_in", "&View", "Zoom &in", ("Ctrl++", "Ctrl+="), "zoom_in"),
    ActionSpec("zoom_out", "&View", "Zoom &out", ("Ctrl+-",), "zoom_out"),
    ActionSpec("fit", "&View", "&Fit photo", ("Ctrl+0", "Ctrl+F"), "fit"),
    ActionSpec("actual_size", "&View", "&100 %", ("Ctrl+1",), "actual_size"),
    ActionSpec("show_large", "&View", "&Enlarge photo", ("E",), "photo"),
    ActionSpec("show_gallery", "&View", "Back to the &gallery", ("G", "Esc"), "explore"),
    ActionSpec("toggle_overlay", "&View", "Show or &hide overlay", ("H",), "review"),
    ActionSpec("theme_system", "&View", "&Theme of the system", group="theme", separated=True),
    ActionSpec("theme_light", "&View", "&Light theme", group="theme"),
    ActionSpec("theme_dark", "&View", "&Dark theme", group="theme"),
    ActionSpec("full_screen", "&View", "Full &screen", ("F11",), separated=True),
    ActionSpec("next_photo", "&Go", "&Next photo", ("D", "Right"), "next"),
    ActionSpec("previous_photo", "&Go", "&Previous photo", ("A", "Left"), "previous"),
    ActionSpec("go_start", "&Go", "&Start", ("Alt+1",), "start", separated=True),
    ActionSpec("go_import", "&Go", "&Import", ("Alt+2",), "import"),
    ActionSpec("go_classes", "&Go", "&Classes", ("Alt+3",), "classes"),
    ActionSpec("go_explore", "&Go", "&Explore", ("Alt+4",), "explore"),
    ActionSpec("go_split", "&Go", "Sp&lit", ("Alt+5",), "split"),
    ActionSpec("go_train", "&Go", "&Train", ("Alt+6",), "train"),
    ActionSpec("go_review", "&Go", "&Review", ("Alt+7",), "review"),
    ActionSpec("go_studies", "&Go", "Tr&ust", ("Alt+8",), "studies"),
    ActionSpec("train_start", "&Train", "&Train", ("F5",), "play", "Start training"),
    ActionSpec(
        "train_stop",
        "&Train",
        "&Stop and keep best",
        ("Shift+F5",),
        "stop",
        "End the training and keep its best state",
    ),
    ActionSpec(
        "train_pause",
        "&Train",
        "&Pause or resume",
        ("Ctrl+F5",),
        "pause",
        "Let the computer rest, and go on where the training was",
    ),
    ActionSpec("evaluate", "&Review", "&Score the photos", ("F6",), "review"),
    ActionSpec("show_scores", "&Review", "&All scores or photos", ("S",)),
    ActionSpec("compare_runs", "&Review", "&Compare runs…", ("F7",)),
    ActionSpec("show_photo", "&Review", "P&hoto alone", ("5",), separated=True),
    ActionSpec("show_truth", "&Review", "Your &outlines", ("6",)),
    ActionSpec("show_prediction", "&Review", "&Prediction", ("7",)),
    ActionSpec("show_errors", "&Review", "&Errors", ("8",)),
    ActionSpec("show_side_by_side", "&Review", "Side &by side", ("9", "C")),
    ActionSpec("shortcuts", "&Help", "&Keyboard shortcuts", ("F1", "?"), "help"),
    ActionSpec("open_logs", "&Help", "Open &log folder", (), "folder"),
    ActionSpec("about", "&Help", "&About SegStudio", (), "info", separated=True),
)


def build_actions(owner: QObject, trigger: Callable[[str], None]) -> dict[str, QAction]:
    """Make a QAction for every spec; triggering one calls `trigger(id)`."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, owner)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        if spec.icon:
            action.setIcon(icon(spec.icon))
        action.setStatusTip(spec.tip)
        action.triggered.connect(partial(_call, trigger, spec.id))
        if spec.group:
            action.setCheckable(True)
            groups.setdefault(spec.group, QActionGroup(owner)).addAction(action)
        actions[spec.id] = action
    return actions


def build_menus(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Fill a menu bar from the table; return the menus by title."""
    menus: dict[str, QMenu] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = bar.addMenu(spec.menu)
        menu = menus[spec.menu]
        if spec.separated:
            menu.addSeparator()
        menu.addAction(actions[spec.id])
    return menus


def window_allows(session: Session, runner: JobRunner) -> dict[str, bool]:
    """Return which of the window's own actions make sense now; those not named always do."""
    idle, photos = not runner.busy, bool(session.photos)
    return {
        "new_project": idle,
        "open_project": idle,
        "try_sample": idle,
        "close_project": idle and session.project is not None,
        "undo": idle and session.can_undo,
        "redo": idle and session.can_redo,
        "next_photo": photos,
        "previous_photo": photos,
    }


def plain_text(text: str) -> str:
    """Return a menu text without its mnemonic mark."""
    return text.replace("&", "").rstrip("…")


def _call(trigger: Callable[[str], None], action_id: str, _checked: bool = False) -> None:
    trigger(action_id)
