from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence

from segstudio.gui.actions import ACTIONS, plain_text
from segstudio.gui.main_window import MainWindow
from segstudio.gui.pages import PAGES

MENUS = ["&File", "&Edit", "&View", "&Go", "&Train", "&Review", "&Help"]
# What only a page in the right state can do.
PAGE_ACTIONS = {
    "class_up", "class_down", "copy_problems", "zoom_in", "zoom_out", "fit", "actual_size",
    "toggle_overlay", "train_start", "train_stop", "train_pause", "evaluate", "show_truth",
    "show_prediction", "show_errors", "show_side_by_side", "show_photo", "show_large",
    "show_gallery", "show_scores", "compare_runs",
}  # fmt: skip


def test_ids_and_shortcuts_are_unique() -> None:
    ids = Counter(spec.id for spec in ACTIONS)
    keys = Counter(QKeySequence(keys).toString() for spec in ACTIONS for keys in spec.shortcuts)
    assert [name for name, count in ids.items() if count > 1] == []
    assert [name for name, count in keys.items() if count > 1] == []
    assert "" not in keys


def test_mnemonics_are_unique_within_each_menu() -> None:
    for menu in MENUS:
        marks = Counter(
            spec.text[spec.text.index("&") + 1].lower() for spec in ACTIONS if spec.menu == menu
        )
        assert [mark for mark, count in marks.items() if count > 1] == [], menu


def test_menus_come_in_the_usual_order(window: MainWindow) -> None:
    assert [action.text() for action in window.menuBar().actions()] == MENUS


def test_every_page_can_be_reached_by_key() -> None:
    by_id = {spec.id: spec for spec in ACTIONS}
    for number, entry in enumerate(PAGES, 1):
        assert by_id[f"go_{entry.name}"].shortcuts == (f"Alt+{number}",)


def test_every_action_has_a_handler_in_the_window_or_in_a_page(window: MainWindow) -> None:
    in_window = set(window.handled())
    assert {spec.id for spec in ACTIONS} - in_window == PAGE_ACTIONS
    assert PAGE_ACTIONS.isdisjoint(in_window)


def test_shortcut_list_shows_words_without_mnemonic_marks() -> None:
    assert plain_text("Paint class &later") == "Paint class later"
    assert plain_text("&New project…") == "New project"
